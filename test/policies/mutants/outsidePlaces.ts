import { allTypes as types, devMutant, mutant, set } from "./edits";
import type { Mutant, PolicyStatement, Properties } from "./mutant";

const STRANGER = "999999999999";
const publicBlocks = {
  blockPublicAcls: true,
  blockPublicPolicy: true,
  ignorePublicAcls: true,
  restrictPublicBuckets: true,
};

/**
 * What another team would do to buckets, the database, roles, keys, the load balancer and the watch: by resources and
 * properties that the mutants before do not touch. The findings were written down before the rules were.
 */
export const outsidePlaceMutants: readonly Mutant[] = [
  mutant(
    "the bucket is copied into another account",
    "copy data elsewhere",
    (plan) => {
      replicate(plan, "arn:aws:s3:::stranger", "Enabled");
    },
    "storage-no-copies-elsewhere arn:aws:s3:::stranger",
  ),
  mutant(
    "the bucket copies itself by its former property",
    "copy data elsewhere",
    (plan) => {
      set(plan, types.bucket, "lgtm-bucket", "replicationConfiguration", {
        role: "arn:aws:iam::123456789012:role/x",
        rules: [{ status: "Enabled", destination: { bucket: "arn:aws:s3:::elsewhere" } }],
      });
    },
    "storage-no-copies-elsewhere arn:aws:s3:::elsewhere",
  ),
  mutant(
    "the bucket is a website",
    "put the bucket on the web",
    (plan) => {
      plan.add("aws:s3/bucketWebsiteConfiguration:BucketWebsiteConfiguration", "lgtm-site", {
        bucket: "sys-lgtm-s3",
        indexDocument: { suffix: "index.html" },
      });
    },
    "storage-not-on-the-web website",
  ),
  mutant(
    "any page may use the bucket",
    "put the bucket on the web",
    (plan) => {
      plan.add("aws:s3/bucketCorsConfiguration:BucketCorsConfiguration", "lgtm-cors", {
        bucket: "sys-lgtm-s3",
        corsRules: [{ allowedMethods: ["GET"], allowedOrigins: ["*"] }],
      });
    },
    "storage-not-on-the-web origin:*",
  ),
  mutant(
    "whoever asks the bucket pays",
    "let the requester pay",
    (plan) => {
      plan.add(
        "aws:s3/bucketRequestPaymentConfiguration:BucketRequestPaymentConfiguration",
        "lgtm-payment",
        { bucket: "sys-lgtm-s3", payer: "Requester" },
      );
    },
    "storage-not-on-the-web payer:Requester",
  ),
  mutant(
    "the account's own block is lifted",
    "lift the account's block",
    (plan) => {
      plan.add("aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock", "account", {
        ...publicBlocks,
        restrictPublicBuckets: false,
      });
    },
    "storage-account-public-access restrictPublicBuckets",
  ),
  devMutant(
    "the account's own block says half of it",
    "lift the account's block",
    (plan) => {
      plan.add("aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock", "account", {
        blockPublicAcls: true,
        ignorePublicAcls: true,
        blockPublicPolicy: true,
      });
    },
    "storage-account-public-access restrictPublicBuckets",
  ),
  mutant(
    "a snapshot for everybody",
    "share a snapshot",
    (plan) => {
      snapshot(plan, "all");
    },
    "storage-snapshots-unshared shared:all",
  ),
  mutant(
    "a snapshot for another account",
    "share a snapshot",
    (plan) => {
      snapshot(plan, STRANGER);
    },
    `storage-snapshots-unshared shared:${STRANGER}`,
  ),
  mutant(
    "a key that never changes",
    "add a key",
    (plan) => {
      key(plan, { deletionWindowInDays: 30 });
    },
    "storage-key-kept enableKeyRotation",
  ),
  mutant(
    "a key that is gone in a week",
    "add a key",
    (plan) => {
      key(plan, { enableKeyRotation: true, deletionWindowInDays: 7 });
    },
    "storage-key-kept deletionWindowInDays:7",
  ),
  mutant(
    "a key that is switched off",
    "add a key",
    (plan) => {
      key(plan, { enableKeyRotation: true, isEnabled: false });
    },
    "storage-key-kept isEnabled",
  ),
  mutant(
    "everybody administers a key",
    "open a key",
    (plan) => {
      key(plan, {
        enableKeyRotation: true,
        policy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            {
              Sid: "All",
              Effect: "Allow",
              Principal: { AWS: "*" },
              Action: "kms:*",
              Resource: "*",
            },
          ],
        }),
      });
    },
    "iam-no-public-principals Principal::*:All",
    "iam-no-wildcard-actions Action::kms:*",
  ),
  mutant(
    "PostgreSQL 13",
    "let the database age",
    (plan) => {
      set(plan, types.database, "lgtm-grafana", "engineVersion", "13.20");
    },
    "storage-database-current engineVersion:13.20",
  ),
  mutant(
    "no fixes for the database",
    "let the database age",
    (plan) => {
      set(plan, types.database, "lgtm-grafana", "autoMinorVersionUpgrade", false);
    },
    "storage-database-current autoMinorVersionUpgrade",
  ),
  mutant(
    "the database's certificate has expired",
    "let the database age",
    (plan) => {
      set(plan, types.database, "lgtm-grafana", "caCertIdentifier", "rds-ca-2019");
    },
    "storage-database-current caCertIdentifier",
  ),
  mutant(
    "a new number upgrades the database",
    "allow what has no way back",
    (plan) => {
      set(plan, types.database, "lgtm-grafana", "allowMajorVersionUpgrade", true);
    },
    "storage-database-current allowMajorVersionUpgrade",
  ),
  mutant(
    "the database has no standby",
    "flip a boolean of the database",
    (plan) => {
      set(plan, types.database, "lgtm-grafana", "multiAz", false);
    },
    "storage-database-standby multiAz",
  ),
  mutant(
    "the database is deleted without a question",
    "flip a boolean of the database",
    (plan) => {
      set(plan, types.database, "lgtm-grafana", "deletionProtection", false);
    },
    "storage-database deletionProtection",
  ),
  mutant(
    "the database leaves nothing behind",
    "flip a boolean of the database",
    (plan) => {
      set(plan, types.database, "lgtm-grafana", "skipFinalSnapshot", true);
    },
    "storage-database skipFinalSnapshot",
  ),
  mutant(
    "the database takes TLS 1.0",
    "add a parameter",
    (plan) => {
      plan.change(types.parameters, "lgtm-grafana", (properties) => {
        (properties["parameters"] as Properties[]).push({
          name: "ssl_min_protocol_version",
          value: "TLSv1",
        });
      });
    },
    "storage-database-tls least:TLSv1",
  ),
  mutant(
    "Grafana may deploy",
    "grant what no server asks for",
    (plan) => {
      grant(plan, "lgtm-grafana-task", "ecs:UpdateService");
    },
    "iam-only-needed-actions Action::ecs:UpdateService",
  ),
  mutant(
    "Loki may start machines",
    "grant what no server asks for",
    (plan) => {
      grant(plan, "lgtm-loki-task", "ec2:RunInstances");
    },
    "iam-only-needed-actions Action::ec2:RunInstances",
  ),
  devMutant(
    "Alloy may take any role of a partner",
    "grant what no server asks for",
    (plan) => {
      grant(plan, "lgtm-dev-alloy-task", "sts:AssumeRole");
    },
    "iam-only-needed-actions Action::sts:AssumeRole",
  ),
  mutant(
    "a shell into Tempo in prod",
    "grant a shell",
    (plan) => {
      grant(plan, "lgtm-tempo-task", "ssmmessages:OpenDataChannel");
    },
    "iam-no-exec-rights-in-prod Action::ssmmessages:Outside",
  ),
  mutant(
    "a role of another account publishes our alarms",
    "trust another account by name",
    (plan) => {
      trust(plan, `arn:aws:iam::${STRANGER}:role/partner`);
    },
    `iam-trust-scoped Principal::arn:aws:iam::${STRANGER}:role/partner`,
  ),
  mutant(
    "a session of another account publishes our alarms",
    "trust another account by name",
    (plan) => {
      trust(plan, `arn:aws:sts::${STRANGER}:assumed-role/partner/session`);
    },
    `iam-trust-scoped Principal::arn:aws:sts::${STRANGER}:assumed-role/partner/session`,
  ),
  mutant(
    "Loki's pushes are sent to another host",
    "redirect elsewhere",
    (plan) => {
      redirect(plan, { host: "collector.example.net", statusCode: "HTTP_307" });
    },
    "ingress-no-redirect-elsewhere host:collector.example.net",
  ),
  mutant(
    "a path is sent to plain HTTP",
    "redirect elsewhere",
    (plan) => {
      redirect(plan, { protocol: "HTTP", port: "80", statusCode: "HTTP_302" });
    },
    "ingress-no-redirect-elsewhere protocol:HTTP",
  ),
  mutant(
    "no HTTP/2",
    "change how the load balancer speaks",
    (plan) => {
      set(plan, types.loadBalancer, "lgtm-alb", "enableHttp2", false);
    },
    "ingress-balancer-settings enableHttp2",
  ),
  mutant(
    "senders write their own address",
    "change how the load balancer speaks",
    (plan) => {
      set(plan, types.loadBalancer, "lgtm-alb", "xffHeaderProcessingMode", "preserve");
    },
    "ingress-balancer-settings xff:preserve",
  ),
  mutant(
    "everything passes while WAF is away",
    "change how the load balancer speaks",
    (plan) => {
      set(plan, types.loadBalancer, "lgtm-alb", "enableWafFailOpen", true);
    },
    "ingress-balancer-settings enableWafFailOpen",
  ),
  mutant(
    "dead targets are given requests for twenty minutes",
    "slow a target's check down",
    (plan) => {
      set(plan, types.targetGroup, "lgtm-mimir", "healthCheck.interval", 300);
    },
    "ingress-target-health slow:900",
  ),
  mutant(
    "ten failures until a target is dead",
    "slow a target's check down",
    (plan) => {
      set(plan, types.targetGroup, "lgtm-grafana", "healthCheck.unhealthyThreshold", 10);
    },
    "ingress-target-health slow:100",
  ),
  mutant(
    "targets are waited for an hour",
    "wait for targets",
    (plan) => {
      set(plan, types.targetGroup, "lgtm-otlp-http", "deregistrationDelay", 3600);
    },
    "ingress-deregistration deregistrationDelay:3600",
  ),
  mutant(
    "logs are kept for a day",
    "shorten the logs",
    (plan) => {
      set(plan, types.logGroup, "lgtm-mimir-logs", "retentionInDays", 1);
    },
    "hygiene-log-retention retentionInDays:1",
  ),
  mutant(
    "logs are kept for three days",
    "shorten the logs",
    (plan) => {
      set(plan, types.logGroup, "lgtm-tempo-logs", "retentionInDays", 3);
    },
    "hygiene-log-retention retentionInDays:3",
  ),
  mutant(
    "the ingest token has two bytes",
    "shorten a secret",
    (plan) => {
      set(plan, "random:index/randomBytes:RandomBytes", "lgtm-ingest-token-a", "length", 2);
    },
    "hygiene-secret-strength bits:16",
  ),
  mutant(
    "the administrator's password has eight characters",
    "shorten a secret",
    (plan) => {
      set(plan, PASSWORD, "lgtm-grafana-admin-password", "length", 8);
    },
    "hygiene-secret-strength bits:47",
  ),
  mutant(
    "the database's password is of digits",
    "shorten a secret",
    (plan) => {
      set(plan, PASSWORD, "lgtm-database-password", "lower", false);
      set(plan, PASSWORD, "lgtm-database-password", "upper", false);
    },
    "hygiene-secret-strength bits:106",
  ),
  mutant(
    "an interface endpoint without names",
    "add an endpoint",
    (plan) => {
      plan.add(types.endpoint, "lgtm-logs", {
        serviceName: "com.amazonaws.ap-northeast-2.logs",
        vpcEndpointType: "Interface",
        // Not of this stack, so who may call it is not this stack's to say.
        securityGroupIds: ["sg-0123456789abcdef0"],
        tags: { Name: "lgtm-logs" },
      });
    },
    "network-endpoint-names privateDnsEnabled",
  ),
  mutant(
    "the cluster collects nothing",
    "switch the cluster's metrics off",
    (plan) => {
      set(plan, types.cluster, "lgtm-cluster", "settings", [
        { name: "containerInsights", value: "disabled" },
      ]);
    },
    "watch-insights-on containerInsights:disabled",
  ),
  mutant(
    "the cluster says nothing about its metrics",
    "switch the cluster's metrics off",
    (plan) => {
      set(plan, types.cluster, "lgtm-cluster", "settings", undefined);
    },
    "watch-insights-on containerInsights:none",
  ),
  mutant(
    "the subscriber hears nothing but what has attributes",
    "deafen the subscriber",
    (plan) => {
      set(
        plan,
        types.subscription,
        "lgtm-oncall@example.com",
        "filterPolicy",
        '{"severity":["critical"]}',
      );
    },
    "watch-subscriber-hears filterPolicy",
  ),
  mutant(
    "the subscriber is told over plain HTTP",
    "deafen the subscriber",
    (plan) => {
      set(plan, types.subscription, "lgtm-oncall@example.com", "protocol", "http");
    },
    "watch-subscriber-hears http",
  ),
  mutant(
    "alarms cannot use the topic's key",
    "encrypt the topic with AWS's key",
    (plan) => {
      set(plan, "aws:sns/topic:Topic", "lgtm-alarms", "kmsMasterKeyId", "alias/aws/sns");
    },
    "watch-topic-key alias/aws/sns",
  ),
  mutant(
    "Grafana's log goes to another account",
    "send logs elsewhere",
    (plan) => {
      plan.add("aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter", "lgtm-export", {
        logGroup: "/ecs/lgtm-grafana",
        filterPattern: "",
        destinationArn: `arn:aws:logs:ap-northeast-2:${STRANGER}:destination:all`,
      });
    },
    `watch-logs-stay arn:aws:logs:ap-northeast-2:${STRANGER}:destination:all`,
  ),
];

const PASSWORD = "random:index/randomPassword:RandomPassword";
type Plan = Parameters<Mutant["apply"]>[0];

function replicate(plan: Plan, bucket: string, status: string): void {
  plan.add("aws:s3/bucketReplicationConfig:BucketReplicationConfig", "lgtm-copy", {
    bucket: "sys-lgtm-s3",
    role: "arn:aws:iam::123456789012:role/x",
    rules: [{ id: "all", status, destination: { bucket } }],
  });
}

function snapshot(plan: Plan, account: string): void {
  plan.add("aws:rds/snapshot:Snapshot", "lgtm-grafana-copy", {
    dbInstanceIdentifier: "lgtm-grafana",
    dbSnapshotIdentifier: "copy",
    sharedAccounts: [account],
  });
}

function key(plan: Plan, properties: Properties): void {
  plan.add("aws:kms/key:Key", "lgtm-key", properties).protect = true;
}

function grant(plan: Plan, name: string, action: string): void {
  plan.document(types.rolePolicy, name, "policy", (document) =>
    document.Statement.push({
      Sid: "Outside",
      Effect: "Allow",
      Action: [action],
      Resource: ["arn:aws:ecs:ap-northeast-2:123456789012:service/lgtm-cluster/lgtm-grafana"],
    }),
  );
}

function trust(plan: Plan, principal: string): void {
  plan.document<{ Statement: PolicyStatement[] }>(
    types.role,
    "lgtm-events",
    "assumeRolePolicy",
    (document) =>
      document.Statement.push({
        Sid: "Partner",
        Effect: "Allow",
        Principal: { AWS: principal },
        Action: ["sts:AssumeRole"],
      }),
  );
}

function redirect(plan: Plan, to: Properties): void {
  plan.add(types.listenerRule, "lgtm-moved", {
    listenerArn: plan.arn(types.listener, "lgtm-https"),
    priority: 2,
    conditions: [
      { hostHeader: { values: ["loki.example.com"] } },
      { pathPattern: { values: ["/moved/*"] } },
    ],
    actions: [{ type: "redirect", redirect: to }],
  });
}
