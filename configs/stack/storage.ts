import { z } from "zod";
import { arn, awsId, cidr, days } from "./fields";

/** Rows B1–B4. */
export const storageSchema = z
  .strictObject({
    bucketName: z
      .string()
      .regex(
        /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
        "3 to 63 lower-case letters, digits, hyphens or dots",
      )
      .optional()
      .describe("Name of the bucket, unique in all of AWS. Default: sys-NAME-s3."),
    kmsKeyArn: arn("kms")
      .optional()
      .describe("Key for SSE-KMS (with a bucket key). Default: SSE-S3."),
    protect: z
      .boolean()
      .optional()
      .describe("Keep the bucket when the stack is destroyed. Default: on in prod."),
    tiering: z
      .enum(["lifecycle", "intelligentTiering"])
      .default("lifecycle")
      .describe("Transitions by age, or S3 Intelligent-Tiering."),
    noncurrentVersionDays: days().default(3).describe("Undelete window of data, in days."),
    rulesNoncurrentVersionDays: days()
      .default(30)
      .describe("Undelete window of rules/ and alerts/, in days."),
    metrics: z
      .strictObject({
        infrequentAccessAfterDays: days(30)
          .default(30)
          .describe("blocks/: to Standard-IA, in days."),
        glacierInstantRetrievalAfterDays: days(60)
          .default(90)
          .describe("blocks/: to Glacier Instant Retrieval, in days."),
        expireAfterDays: days(2)
          .default(400)
          .describe("blocks/: S3's own end, in days; later than the server's."),
      })
      .prefault({}),
    logs: z
      .strictObject({
        infrequentAccessAfterDays: days(30)
          .default(37)
          .describe("ftt-loki/: to Standard-IA, in days."),
        glacierInstantRetrievalAfterDays: days(60)
          .default(97)
          .describe("ftt-loki/: to Glacier Instant Retrieval, in days."),
        expireAfterDays: days(2)
          .default(400)
          .describe("ftt-loki/: S3's own end, in days; later than the server's."),
      })
      .prefault({}),
    traces: z
      .strictObject({
        expireAfterDays: days(2)
          .default(14)
          .describe("ftt-tempo/: S3's own end, in days; later than the server's."),
      })
      .prefault({}),
    profiles: z
      .strictObject({
        expireAfterDays: days(2)
          .default(45)
          .describe("ftt-pyroscope/: S3's own end, in days; later than the server's."),
      })
      .prefault({}),
  })
  .prefault({});

/** Rows D5, D6: what the collectors fetch, and who may send to the gateway. */
export const collectionSchema = z
  .strictObject({
    cloudwatchMetrics: z
      .array(z.enum(["rds", "alb", "nlb", "elasticache", "containerInsights"]))
      .default(["rds", "alb", "nlb", "elasticache", "containerInsights"])
      .describe(
        "CloudWatch metrics that the collector fetches; each costs GetMetricData requests.",
      ),
    cloudwatchIntervalSeconds: z
      .union([z.literal(60), z.literal(300)])
      .default(300)
      .describe("How often CloudWatch metrics are fetched, in seconds."),
    logGroups: z
      .array(z.string().regex(/^[A-Za-z0-9_/.#-]{1,512}$/, "the name of a CloudWatch log group"))
      .default([])
      .describe("CloudWatch log groups to copy into Loki; never this stack's own."),
    assumeRoleArns: z
      .array(arn("iam"))
      .default([])
      .describe("Roles of other accounts that the collector may assume to read CloudWatch."),
    scrapeIntervalSeconds: z
      .int()
      .min(5)
      .max(300)
      .default(15)
      .describe("How often the stack's own servers are scraped, in seconds."),
    clients: z
      .strictObject({
        securityGroupIds: z
          .array(awsId("sg"))
          .default([])
          .describe("Security groups that may send to the gateway."),
        cidrs: z
          .array(cidr)
          .default([])
          .describe("Private address blocks that may send to the gateway."),
      })
      .prefault({}),
    associateVpcs: z
      .array(awsId("vpc"))
      .default([])
      .describe("Other VPCs in which the names of the stack resolve."),
  })
  .prefault({});

const imageTag = (product: string) =>
  z.string().optional().describe(`Tag of ${product}. Default: the pinned one.`);

/** S10: where images come from, and which version each product runs. */
export const imagesSchema = z
  .strictObject({
    credentialsSecretArn: arn("secretsmanager")
      .optional()
      .describe(
        "Secret with a Docker Hub user name and password, for pulls above the anonymous limit.",
      ),
    pullThroughCache: z
      .boolean()
      .default(false)
      .describe(
        "Pull through an ECR pull-through cache that the program makes (needs credentialsSecretArn).",
      ),
    versions: z
      .strictObject({
        mimir: imageTag("Mimir"),
        loki: imageTag("Loki"),
        memcached: imageTag("memcached"),
        tempo: imageTag("Tempo"),
        pyroscope: imageTag("Pyroscope"),
        grafana: imageTag("Grafana"),
        alloy: imageTag("Alloy"),
        busybox: imageTag("busybox (writes files, answers health checks)"),
      })
      .prefault({})
      .describe(
        "Image tags other than the pinned ones; checked against the keys that version knows.",
      ),
  })
  .prefault({});

/** A night and weekend schedule: every service is scaled to nothing outside the hours. */
export const scheduleSchema = z.strictObject({
  timezone: z.string().min(1).default("Asia/Seoul").describe("IANA time zone of the hours."),
  days: z
    .string()
    .regex(
      /^(MON|TUE|WED|THU|FRI|SAT|SUN)(-(MON|TUE|WED|THU|FRI|SAT|SUN))?$/,
      "days such as MON-FRI",
    )
    .default("MON-FRI")
    .describe("Days on which the stack runs."),
  startHour: z.int().min(0).max(23).default(9).describe("Hour at which the stack starts."),
  stopHour: z.int().min(1).max(23).default(19).describe("Hour at which the stack stops."),
});
