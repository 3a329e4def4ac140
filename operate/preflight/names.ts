import {
  DescribeLogGroupsCommand,
  ListTagsForResourceCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { DescribeClustersCommand } from "@aws-sdk/client-ecs";
import { GetRoleCommand } from "@aws-sdk/client-iam";
import { ListHostedZonesByVPCCommand } from "@aws-sdk/client-route-53";
import { GetBucketTaggingCommand, HeadBucketCommand } from "@aws-sdk/client-s3";
import type { VPCRegion } from "@aws-sdk/client-route-53";
import { ask, type Check, failed, type Finding, ok, orMissing, worst } from "../check";
import type { Clients } from "../clients";
import { isOurs, namesOf, type Tags, type Target } from "./target";

/** Is every name that the stack gives free, or its own already? */
export function nameChecks(target: Target, clients: Clients): Check[] {
  const { config } = target;
  const existing = config.network.existing?.vpcId;
  return [
    { id: "bucket", what: `bucket ${config.bucketName}`, run: () => bucket(target, clients) },
    { id: "cluster-name", what: "name of the cluster", run: () => cluster(target, clients) },
    {
      id: "log-group-names",
      what: "names of the log groups",
      run: () => logGroups(target, clients),
    },
    { id: "role-names", what: "names of the roles", run: () => roles(target, clients) },
    ...(existing === undefined
      ? []
      : [
          {
            id: "namespace",
            what: `namespace ${config.namespace} in ${existing}`,
            run: () => namespace(target, existing, clients),
          },
        ]),
  ];
}

async function bucket(target: Target, { s3 }: Clients): Promise<Finding> {
  const { bucketName: name, accountId, region } = target.config;
  const rename = "lgtm:storage.bucketName: another name (bucket names are the world's)";
  let head;
  try {
    head = await orMissing(["NotFound", "NoSuchBucket", "404"], () =>
      s3.send(new HeadBucketCommand({ Bucket: name, ExpectedBucketOwner: accountId })),
    );
  } catch (error) {
    // A HEAD has no body: 403 means another owner, or no s3:ListBucket on a bucket of one's own; 301 another region.
    const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
    if (status === 403)
      return failed("belongs to another account (or the caller lacks s3:ListBucket on it)", rename);
    if (status === 301) return failed("exists in another region", rename);
    throw error;
  }
  if (head === undefined) return ok("free");
  if (head.BucketRegion !== undefined && head.BucketRegion !== region)
    return failed(`exists in ${head.BucketRegion}`, rename);
  const tagging = await orMissing(["NoSuchTagSet"], () =>
    ask("s3:GetBucketTagging", () => s3.send(new GetBucketTaggingCommand({ Bucket: name }))),
  );
  return clash(target, "exists in this account", tagsOf(tagging?.TagSet), [
    `pulumi import aws:s3/bucket:Bucket ${target.config.name}-bucket ${name}, where its data is this stack's`,
    rename,
  ]);
}

async function cluster(target: Target, { ecs }: Clients): Promise<Finding> {
  const names = namesOf(target, "aws:ecs/cluster:Cluster");
  const { clusters } = await ask("ecs:DescribeClusters", () =>
    ecs.send(new DescribeClustersCommand({ clusters: names, include: ["TAGS"] })),
  );
  return worst(
    names.map((name) => {
      const found = clusters?.find(
        (each) => each.clusterName === name && each.status !== "INACTIVE",
      );
      if (found === undefined) return ok(`${name} is free`);
      const tags = Object.fromEntries(
        (found.tags ?? []).map(({ key, value }) => [key ?? "", value]),
      );
      return clash(target, `${name} exists`, tags, [rename(target)]);
    }),
  );
}

async function logGroups(target: Target, { logs }: Clients): Promise<Finding> {
  const names = namesOf(target, "aws:cloudwatch/logGroup:LogGroup");
  const findings = await Promise.all(
    names.map(async (name) => {
      const { logGroups: found } = await ask("logs:DescribeLogGroups", () =>
        logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: name, limit: 50 })),
      );
      const group = found?.find(({ logGroupName }) => logGroupName === name);
      if (group === undefined) return ok(`${name} is free`);
      const { tags } = await ask("logs:ListTagsForResource", () =>
        logs.send(
          new ListTagsForResourceCommand({
            resourceArn: group.logGroupArn ?? (group.arn ?? "").replace(/:\*$/, ""),
          }),
        ),
      );
      return clash(target, `${name} exists`, tags ?? {}, [
        `aws logs delete-log-group --region ${target.config.region} --log-group-name ${name}, where nobody needs it`,
        rename(target),
      ]);
    }),
  );
  return short(findings, `${names.length} free`);
}

async function roles(target: Target, { iam }: Clients): Promise<Finding> {
  const names = namesOf(target, "aws:iam/role:Role");
  const findings = await Promise.all(
    names.map(async (name) => {
      const found = await orMissing(["NoSuchEntity", "NoSuchEntityException"], () =>
        ask("iam:GetRole", () => iam.send(new GetRoleCommand({ RoleName: name }))),
      );
      return found?.Role === undefined
        ? ok(`${name} is free`)
        : clash(target, `${name} exists`, tagsOf(found.Role.Tags), [rename(target)]);
    }),
  );
  return short(findings, `${names.length} free`);
}

async function namespace(target: Target, vpcId: string, { route53 }: Clients): Promise<Finding> {
  const { config } = target;
  const { HostedZoneSummaries } = await ask("route53:ListHostedZonesByVPC", () =>
    route53.send(
      new ListHostedZonesByVPCCommand({ VPCId: vpcId, VPCRegion: config.region as VPCRegion }),
    ),
  );
  const zone = HostedZoneSummaries?.find(
    ({ Name }) => Name?.replace(/\.$/, "") === config.namespace,
  );
  return zone === undefined
    ? ok("free")
    : failed(
        `the VPC has a zone of that name (${zone.HostedZoneId}); if this stack is not deployed yet, it is somebody else's`,
        "lgtm:namespace: another name",
      );
}

const rename = ({ config }: Target) =>
  `lgtm:name: another name than ${config.name}, or remove what an earlier stack left`;

function clash(target: Target, found: string, tags: Tags, mend: readonly string[]): Finding {
  return isOurs(target, tags)
    ? ok(`${found} and is this stack's`)
    : failed(`${found} and is not this stack's`, ...mend);
}

function short(findings: readonly Finding[], allOk: string): Finding {
  const told = worst(findings);
  const free = findings.every(({ found }) => found.endsWith("is free"));
  return told.outcome === "ok" && free ? ok(allOk) : told;
}

const tagsOf = (list: readonly { Key?: string; Value?: string }[] | undefined): Tags =>
  Object.fromEntries((list ?? []).map(({ Key, Value }) => [Key ?? "", Value]));
