/** Rule lists of others that judge AWS resources, as published. */
export type Peer = "cdk-nag" | "awsguard" | "compliance-policies";

/**
 * - cdk-nag: https://github.com/cdklabs/cdk-nag/blob/main/RULES.md, all packs (read at ca6d1b54; it judges CDK's
 *   constructs, so it was not run)
 * - awsguard: https://github.com/pulumi/pulumi-policy-aws, `src/` (run at 4355f3b, which has two rules more than 0.3.1,
 *   the newest on npm)
 * - compliance-policies: https://github.com/pulumi/compliance-policies, `vendor-aws/aws` (run at 712a90175)
 *
 * What the two found when they were run is in `data/peersRun.json` (test/policies/peers/README.md).
 */
export const peerSources: Readonly<Record<Peer, string>> = {
  "cdk-nag": "https://github.com/cdklabs/cdk-nag/blob/main/RULES.md",
  awsguard: "https://github.com/pulumi/pulumi-policy-aws",
  "compliance-policies": "https://github.com/pulumi/compliance-policies",
};

/** A peer's rule that speaks about a kind of mistake. */
export interface PeerRule {
  readonly peer: Peer;
  /** By the peer's own name. */
  readonly rule: string;
  /** What of the mistakes it does not see, as its source has it. */
  readonly limits?: string;
}

/** Mistakes by our rule and, where a peer sees only some of a rule's mistakes, by the finding. */
export interface PeerCoverage {
  readonly rule: string;
  /** Which findings of ours the peer's rule speaks about; default: all of the rule's. */
  readonly findings?: RegExp;
  readonly peers: readonly PeerRule[];
}

const nag = (rule: string, limits?: string): PeerRule => ({
  peer: "cdk-nag",
  rule,
  ...(limits === undefined ? {} : { limits }),
});
const guard = (rule: string, limits?: string): PeerRule => ({
  peer: "awsguard",
  rule,
  ...(limits === undefined ? {} : { limits }),
});
const compliance = (rule: string, limits?: string): PeerRule => ({
  peer: "compliance-policies",
  rule,
  ...(limits === undefined ? {} : { limits }),
});

const ownProperty =
  "the bucket's own former property only: it finds the same on every bucket of today";
const inlineOnly = "rules inside ec2.SecurityGroup only, the exact text 0.0.0.0/0 or ::/0";

/**
 * Which of the mistakes others have a rule for. Generous: a peer's rule counts where it is about the same thing, also
 * where it would miss this spelling of it.
 */
export const peerCoverage: readonly PeerCoverage[] = [
  {
    rule: "sg-internet-meets-load-balancer-only",
    findings: /^(0\.0\.0\.0\/0|::\/0|10\.1\.2\.3\/0):/,
    peers: [
      nag("AwsSolutions-EC23"),
      compliance("aws-ec2-securitygroup-disallow-public-internet-ingress", inlineOnly),
    ],
  },
  {
    rule: "sg-described",
    peers: [
      nag("AwsSolutions-EC27", "groups, not their rules"),
      compliance(
        "aws-ec2-securitygroup-missing-description",
        "groups without any; Pulumi's own filler is one",
      ),
      compliance("aws-ec2-securitygroup-missing-ingress-rule-description", "inline rules"),
    ],
  },
  {
    rule: "sg-no-inline-and-standalone",
    peers: [
      guard("security-group-no-rule-management-conflicts", "where a preview's dependency shows it"),
    ],
  },
  {
    rule: "hygiene-no-default-resources",
    findings: /^(ingress|egress)$/,
    peers: [nag("HIPAA.Security-VPCDefaultSecurityGroupClosed")],
  },
  {
    rule: "iam-no-wildcard-actions",
    peers: [nag("AwsSolutions-IAM5", "identity policies; CloudFormation's types")],
  },
  { rule: "iam-no-wide-resources", peers: [nag("AwsSolutions-IAM5")] },
  {
    rule: "iam-own-prefixes",
    findings: /^Resource::.*\*/,
    peers: [nag("AwsSolutions-IAM5", "any wildcard in a resource, own or foreign prefix alike")],
  },
  {
    rule: "iam-secrets-of-their-reader",
    findings: /\*$/,
    peers: [nag("AwsSolutions-IAM5", "wildcards only")],
  },
  { rule: "iam-no-broad-managed-policies", peers: [nag("AwsSolutions-IAM4")] },
  {
    rule: "iam-no-broad-managed-policies",
    findings: /AmazonECSTaskExecutionRolePolicy$/,
    peers: [guard("iam-role-no-policy-management-conflicts", "that it is in two places, not what")],
  },
  {
    rule: "iam-no-wildcard-actions",
    findings: /^Action::\*$/,
    peers: [guard("iam-role-no-policy-management-conflicts", "that it is in two places, not what")],
  },
  {
    rule: "iam-no-long-lived-credentials",
    peers: [guard("access-keys-rotated", "asks AWS for the age of a key that is there")],
  },
  {
    rule: "iam-policies-in-one-place",
    peers: [guard("iam-role-no-policy-management-conflicts")],
  },
  {
    rule: "storage-public-access",
    peers: [nag("AwsSolutions-S2")],
  },
  {
    rule: "storage-no-public-acl",
    peers: [
      nag("HIPAA.Security-S3BucketPublicReadProhibited"),
      compliance("aws-s3-bucket-disallow-public-read"),
    ],
  },
  { rule: "storage-tls-only", peers: [nag("AwsSolutions-S10")] },
  {
    rule: "storage-encryption",
    peers: [
      compliance("aws-s3-bucket-enable-server-side-encryption", ownProperty),
      compliance("aws-s3-bucket-enable-server-side-encryption-bucket-key", ownProperty),
    ],
  },
  {
    rule: "storage-versioning",
    findings: /^(status|missing)/,
    peers: [nag("HIPAA.Security-S3BucketVersioningEnabled")],
  },
  {
    rule: "storage-database",
    findings: /^publiclyAccessible$/,
    peers: [
      nag("HIPAA.Security-RDSInstancePublicAccess"),
      guard("rds-instance-public-access"),
      compliance("aws-rds-instance-disallow-public-access"),
      compliance("aws-rds-clusterinstance-disallow-public-access"),
    ],
  },
  {
    rule: "storage-database",
    findings: /^storageEncrypted$/,
    peers: [
      nag("AwsSolutions-RDS2"),
      guard("rds-storage-encrypted"),
      compliance("aws-rds-instance-disallow-unencrypted-storage"),
    ],
  },
  {
    rule: "storage-database",
    findings: /^backupRetentionPeriod/,
    peers: [
      nag("AwsSolutions-RDS13"),
      guard("rds-instance-backup-enabled"),
      compliance("aws-rds-instance-enable-backup-retention"),
    ],
  },
  { rule: "compute-logging", findings: /logDriver$/, peers: [nag("AwsSolutions-ECS7")] },
  {
    rule: "compute-secrets-by-reference",
    findings: /^(grafana|querier|gateway):/,
    peers: [nag("AwsSolutions-ECS2", "every plain variable, secret or not")],
  },
  {
    rule: "ingress-tls-policy",
    peers: [compliance("aws-lb-listener-configure-secure-tls")],
  },
  {
    rule: "ingress-redirect",
    peers: [
      nag("HIPAA.Security-ALBHttpToHttpsRedirection"),
      guard("alb-http-to-https-redirection"),
      compliance(
        "aws-lb-listener-disallow-unencrypted-traffic",
        "every listener on port 80, one that redirects, too",
      ),
    ],
  },
  {
    rule: "ingress-invalid-headers",
    findings: /^dropInvalidHeaderFields$/,
    peers: [nag("NIST.800.53.R4-ALBHttpDropInvalidHeaderEnabled")],
  },
  {
    rule: "ingress-deletion-protection",
    peers: [
      nag("HIPAA.Security-ELBDeletionProtectionEnabled"),
      guard("elb-deletion-protection-enabled", "types that today's provider no longer uses"),
    ],
  },
  {
    rule: "ingress-access-logs",
    peers: [
      nag("AwsSolutions-ELB2"),
      guard("elb-logging-enabled"),
      compliance("aws-lb-loadbalancer-configure-access-logging"),
      compliance(
        "aws-lb-loadbalancer-enable-access-logging",
        "where there is no accessLogs at all",
      ),
    ],
  },
  {
    rule: "network-no-public-addresses",
    findings: /^mapPublicIpOnLaunch$/,
    peers: [nag("HIPAA.Security-VPCSubnetAutoAssignPublicIpDisabled")],
  },
  {
    rule: "hygiene-log-retention",
    findings: /:0$/,
    peers: [nag("HIPAA.Security-CloudWatchLogGroupRetentionPeriod")],
  },
];

/**
 * Rules that find something on a mutant which is not what was broken: the machine or database that the mutant adds to
 * have somebody to break is not as they want it.
 */
export const besides: ReadonlySet<string> = new Set([
  "aws-ec2-instance-disallow-public-ip",
  "aws-rds-clusterinstance-enable-performance-insights",
  "ec2-instance-detailed-monitoring-enabled",
  "ec2-volume-inuse",
  "encrypted-volumes",
]);

/** Rules of peers that speak about a finding, `RULE FINDING`. */
export function peersOf(finding: string): readonly PeerRule[] {
  const space = finding.indexOf(" ");
  const [rule, id] = [finding.slice(0, space), finding.slice(space + 1)];
  return peerCoverage
    .filter((each) => each.rule === rule && (each.findings?.test(id) ?? true))
    .flatMap((each) => each.peers);
}
