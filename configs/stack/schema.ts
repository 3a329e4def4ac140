import { z } from "zod";
import { expectedLoadSchema } from "./expectedLoad";
import { maxNameLength, tokenId } from "./fields";
import { ingressSchema, networkSchema } from "./network";
import {
  alloySchema,
  grafanaSchema,
  lokiSchema,
  memcachedSchema,
  mimirSchema,
  pyroscopeSchema,
  tempoSchema,
} from "./products";
import { collectionSchema, imagesSchema, scheduleSchema, storageSchema } from "./storage";
import { watchSchema } from "./watch";

/**
 * The shape of a stack file: one schema from which the types, the `config:` block of `Pulumi.yaml`, the JSON Schema for
 * editors and `docs/configuration.md` are made. Defaults are the numbers of the source design, except for the few that
 * were measured to lose data. Rules across fields are in `rules.ts`.
 */
export const stackSchema = z.strictObject({
  environment: z
    .enum(["dev", "prod"])
    .describe(
      "prod protects and retains data and refuses what is unsafe; dev can be torn down completely.",
    ),
  accountId: z
    .string()
    .regex(/^\d{12}$/, 'an account id of 12 digits, in quotes: "123456789012"')
    .describe("The only AWS account this stack may be deployed to."),
  name: z
    .string()
    .regex(
      /^[a-z](-?[a-z0-9])*$/,
      "lower-case letters, digits and single hyphens, starting with a letter",
    )
    .max(maxNameLength)
    .default("lgtm")
    .describe("First part of every name; unique per account and region."),
  namespace: z
    .string()
    .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, "a private domain such as lgtm.local")
    .default("lgtm.local")
    .describe("Private DNS namespace of the stack; one per VPC."),
  domain: z
    .string()
    .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, "a domain such as example.com")
    .describe("The hosts are grafana., mimir., loki. and tempo. of this domain."),
  tags: z
    .record(z.string().min(1).max(128), z.string().max(256))
    .default({})
    .describe("Tags of every resource."),
  cpuArchitecture: z
    .enum(["ARM64", "X86_64"])
    .default("ARM64")
    .describe("Processor of every task. ARM64 is 20 % cheaper, and every image has it."),
  containerInsights: z
    .enum(["enabled", "enhanced", "disabled"])
    .default("enabled")
    .describe("CloudWatch Container Insights of the cluster."),
  logRetentionDays: z
    .union([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731].map((n) => z.literal(n)))
    .default(7)
    .describe("How long the servers' own logs are kept in CloudWatch Logs, in days."),
  queryTimeoutSeconds: z
    .int()
    .min(30)
    .max(3600)
    .default(300)
    .describe(
      "Longest query, in seconds; the servers', Grafana's and the load balancer's timeouts follow.",
    ),
  egress: z
    .enum(["all", "restricted"])
    .default("all")
    .describe("What tasks may reach: everything, or 443, 53 and the stack's own edges."),
  execEnabled: z
    .boolean()
    .default(false)
    .describe("ECS Exec into the containers; refused in prod."),
  ingestTokens: z
    .record(
      tokenId,
      z
        .string()
        .regex(
          /^[0-9a-z]{32,100}$/,
          "32 to 100 lower-case letters and digits (`openssl rand -hex 32`)",
        ),
    )
    .optional()
    .describe(
      "Ingest tokens brought from outside, by token id, each encrypted (`secure:`). Ids that are not listed get a generated token.",
    ),
  network: networkSchema,
  ingress: ingressSchema,
  images: imagesSchema,
  mimir: mimirSchema,
  loki: lokiSchema,
  memcached: memcachedSchema,
  tempo: tempoSchema,
  pyroscope: pyroscopeSchema,
  grafana: grafanaSchema,
  alloy: alloySchema,
  storage: storageSchema,
  collection: collectionSchema,
  watch: watchSchema,
  schedule: scheduleSchema.optional().describe("Run only in working hours (dev)."),
  expectedLoad: expectedLoadSchema,
});

/** What a stack file says, with every default filled in. */
export type StackSettings = z.output<typeof stackSchema>;
/** What may be written into a stack file. */
export type StackFile = z.input<typeof stackSchema>;

/** The settings of one stack, together with what is known about the stack itself. */
export interface StackConfig extends StackSettings {
  /** The stack's name, such as `dev`: the file is `Pulumi.dev.yaml`. */
  readonly stack: string;
  /** AWS region, from `aws:region`. */
  readonly region: string;
  /** Names of the availability zones, made of the region and the letters of `network.zones`. */
  readonly zoneNames: readonly string[];
  /** Name of the S3 bucket, after its default. */
  readonly bucketName: string;
  /** Data is protected from deletion and retained. */
  readonly protectData: boolean;
  /** Text of `grafana.database.caBundleFile`, where one is named. */
  readonly caBundlePem?: string;
}
