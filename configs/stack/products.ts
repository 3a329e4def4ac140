import { z } from "zod";
import { alertingSchema } from "./alerting";
import { arn, days, fixedRole, plainRole, scalableRole, spotRole } from "./fields";

/** 2 is refused with a reason of its own, so the shape lets it through. */
const replicationFactor = (value: number) =>
  z
    .int()
    .min(1)
    .max(5)
    .default(value)
    .describe("Copies of each write: 1 or 3 (2 is refused: reads go silently short).");

/** Row S1. One replica per ECS service, so `replicas` counts services of one task. */
export const mimirSchema = fixedRole({ replicas: 3, vcpu: 2, memoryGb: 4 })
  .unwrap()
  .extend({
    ephemeralStorageGb: z
      .int()
      .min(20)
      .max(200)
      .default(30)
      .describe("Ephemeral disk of one task, in GB."),
    replicationFactor: replicationFactor(3),
    retentionDays: days(1).default(365).describe("How long metrics are kept, in days."),
    maxSeries: z
      .int()
      .min(1000)
      .optional()
      .describe(
        "Limit of active series. Default: what the memory of one task carries (memory model in docs/design.md).",
      ),
    ingestionRateSamplesPerSecond: z
      .int()
      .min(1000)
      .optional()
      .describe("Limit of ingested samples per second. Default: maxSeries / 15 s, with headroom."),
    outOfOrderWindowMinutes: z
      .int()
      .min(30)
      .max(1440)
      .default(60)
      .describe(
        "How late a sample may arrive, in minutes; not below 30, because CloudWatch is late.",
      ),
    rules: z
      .boolean()
      .default(true)
      .describe("Run Mimir's ruler and Alertmanager (rules/ and alerts/ in the bucket)."),
  })
  .prefault({});

/** Row S2. */
export const lokiSchema = z
  .strictObject({
    replicationFactor: replicationFactor(3),
    retentionDays: days(1).default(365).describe("How long logs are kept, in days."),
    infoRetentionDays: days(1)
      .default(30)
      .describe("How long streams with the label level=info are kept, in days."),
    schemaFrom: z.iso
      .date()
      .default("2025-01-01")
      .describe("First day of the index schema. Constant for the life of the bucket."),
    ingestionRateMbPerSecond: z
      .number()
      .min(1)
      .default(4)
      .describe("Ingest limit, in MB per second."),
    ingestionBurstMb: z.number().min(1).default(6).describe("Ingest burst, in MB."),
    maxStreams: z.int().min(100).default(20000).describe("Limit of active streams."),
    autoforgetUnhealthy: z
      .boolean()
      .default(true)
      .describe("Forget a dead ingester after a minute. Refused together with zoneAwareness."),
    zoneAwareness: z
      .boolean()
      .default(false)
      .describe("Zone-aware replication. Off: with one replica per zone it changes nothing."),
    distributor: scalableRole({ replicas: 2, vcpu: 1, memoryGb: 2 }),
    ingester: fixedRole({ replicas: 3, vcpu: 1, memoryGb: 2 })
      .unwrap()
      .extend({
        ephemeralStorageGb: z
          .int()
          .min(20)
          .max(200)
          .default(30)
          .describe("Ephemeral disk of one task, in GB."),
      })
      .prefault({}),
    querier: spotRole({ replicas: 2, vcpu: 1, memoryGb: 2 }),
    queryFrontend: spotRole({ replicas: 2, vcpu: 0.5, memoryGb: 1 }),
    compactor: fixedRole({ replicas: 1, vcpu: 1, memoryGb: 2 }),
  })
  .prefault({});

/** Row S3. */
export const memcachedSchema = plainRole({ replicas: 1, vcpu: 0.5, memoryGb: 2 });

/** Row S4. */
export const tempoSchema = z
  .strictObject({
    replicationFactor: replicationFactor(1),
    retentionDays: days(1).default(7).describe("How long traces are kept, in days."),
    distributor: scalableRole({ replicas: 1, vcpu: 1, memoryGb: 2 }),
    ingester: fixedRole({ replicas: 1, vcpu: 1, memoryGb: 2 }),
    querier: spotRole({ replicas: 1, vcpu: 1, memoryGb: 2 }),
    queryFrontend: spotRole({ replicas: 1, vcpu: 1, memoryGb: 2 }),
    compactor: fixedRole({ replicas: 1, vcpu: 1, memoryGb: 2 }),
    metricsGenerator: fixedRole({ replicas: 1, vcpu: 1, memoryGb: 2 }),
  })
  .prefault({});

/** Row S5. */
export const pyroscopeSchema = fixedRole({ replicas: 1, vcpu: 1, memoryGb: 2 })
  .unwrap()
  .extend({
    retentionDays: days(1).default(30).describe("How long profiles are kept, in days."),
  })
  .prefault({});

const oidc = z.strictObject({
  name: z.string().min(1).default("OIDC").describe("Name on the login button."),
  clientId: z.string().min(1).describe("OAuth client id."),
  clientSecretArn: arn("secretsmanager").describe("Secret that holds the OAuth client secret."),
  authUrl: z.url({ protocol: /^https$/ }).describe("Authorisation endpoint."),
  tokenUrl: z.url({ protocol: /^https$/ }).describe("Token endpoint."),
  apiUrl: z.url({ protocol: /^https$/ }).describe("User-info endpoint."),
  scopes: z.string().default("openid profile email").describe("Scopes to ask for."),
  roleAttributePath: z
    .string()
    .optional()
    .describe("JMESPath that gives the Grafana role. Default: everybody is Viewer."),
});

/** Rows S6, D2, D3. */
export const grafanaSchema = plainRole({ replicas: 1, vcpu: 0.5, memoryGb: 1 })
  .unwrap()
  .extend({
    adminUser: z.string().min(1).default("admin").describe("Name of the first administrator."),
    oidc: oidc.optional().describe("Login through an OpenID Connect provider."),
    alerting: alertingSchema,
    database: z
      .strictObject({
        type: z
          .enum(["sqlite", "postgres"])
          .default("sqlite")
          .describe(
            "sqlite is gone with the task (everything that matters is provisioned); postgres is RDS.",
          ),
        engineVersion: z
          .string()
          .regex(/^(1[6-9]|[2-9]\d)(\.\d+)?$/, "PostgreSQL 16 or newer, such as 17")
          .default("17")
          .describe("PostgreSQL version, 16 or newer."),
        instanceClass: z
          .string()
          .regex(/^db\.[a-z0-9]+\.[a-z0-9]+$/, "an RDS class such as db.t4g.micro")
          .default("db.t4g.micro")
          .describe("RDS instance class."),
        allocatedStorageGb: z.int().min(20).max(1000).default(20).describe("Database disk, in GB."),
        multiAz: z.boolean().default(false).describe("A standby in another zone."),
        backupRetentionDays: z
          .int()
          .min(1)
          .max(35)
          .default(7)
          .describe("Automatic backups, in days."),
        deletionProtection: z
          .boolean()
          .optional()
          .describe("Refuse to delete the database. Default: on in prod."),
        caBundleFile: z
          .string()
          .optional()
          .describe(
            "File with the RDS CA bundle (PEM), relative to the stack file: TLS is then verify-full.",
          ),
      })
      .prefault({}),
  })
  .prefault({});

/** Rows S7, D5–D7. */
export const alloySchema = z
  .strictObject({
    collector: plainRole({ replicas: 1, vcpu: 0.5, memoryGb: 1 }),
    gateway: scalableRole({ replicas: 1, vcpu: 0.5, memoryGb: 1 }),
  })
  .prefault({});
