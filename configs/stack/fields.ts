import { z } from "zod";

/**
 * Building blocks that several sections of a stack file share. Sizes are in the words of ECS: `vcpu` (1 = 1,024 CPU
 * units) and `memoryGb` (1 = 1,024 MiB).
 */

/**
 * Longest `name` of a stack: the tightest of AWS's limits on what is named after it. That is a target group's 32
 * characters (docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html), of which
 * `-otlp-http` takes 10 and the suffix of Pulumi's auto-naming 8.
 */
export const maxNameLength = 32 - "-otlp-http".length - "-1234567".length;

/** Id of an ingest token. */
export const tokenId = z.string().regex(/^[a-z0-9]{1,10}$/, "1 to 10 lower-case letters or digits");

/** A whole number of days. */
export const days = (minimum = 1) => z.int().min(minimum).max(3650);

export const cidr = z
  .string()
  .regex(/^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/, "an IPv4 block such as 10.0.0.0/16");

export const arn = (service: string) =>
  z
    .string()
    .regex(
      new RegExp(`^arn:aws[a-z-]*:${service}:[a-z0-9-]*:\\d{12}:.+$`),
      `an ARN of ${service}, arn:aws:${service}:REGION:ACCOUNT:…`,
    );

export const awsId = (prefix: string) =>
  z
    .string()
    .regex(new RegExp(`^${prefix}-[0-9a-f]{8,17}$`), `an id such as ${prefix}-0123456789abcdef0`);

/** Target tracking on average CPU between two bounds; the role then owns its desired count. */
export const autoscaling = z.strictObject({
  minReplicas: z.int().min(1).max(100).describe("Fewest tasks the role is scaled in to."),
  maxReplicas: z.int().min(1).max(100).describe("Most tasks the role is scaled out to."),
  targetCpuPercent: z
    .int()
    .min(10)
    .max(90)
    .default(60)
    .describe("Average CPU utilisation that target tracking holds, in percent."),
});

interface RoleDefaults {
  replicas: number;
  vcpu: number;
  memoryGb: number;
}

const size = (defaults: RoleDefaults) => ({
  replicas: z.int().min(1).max(100).default(defaults.replicas).describe("Number of tasks."),
  vcpu: z.number().default(defaults.vcpu).describe("CPU of one task, in vCPU (a Fargate size)."),
  memoryGb: z
    .number()
    .default(defaults.memoryGb)
    .describe("Memory of one task, in GB (a Fargate size that goes with vcpu)."),
});

const disk = {
  ephemeralStorageGb: z
    .int()
    .min(20)
    .max(200)
    .default(20)
    .describe("Ephemeral disk of one task, in GB. The first 20 GB cost nothing."),
};

/** A role that must not be interrupted or scaled by a machine: it holds data or there must be exactly one. */
export const fixedRole = (defaults: RoleDefaults) =>
  z.strictObject({ ...size(defaults), ...disk }).prefault({});

/** A stateless role that may scale, but may not run on Spot. */
export const scalableRole = (defaults: RoleDefaults) =>
  z
    .strictObject({
      ...size(defaults),
      autoscaling: autoscaling.optional().describe("Target tracking; absent = a fixed count."),
    })
    .prefault({});

/** A stateless role of the read path: it may scale and may run on Spot. */
export const spotRole = (defaults: RoleDefaults) =>
  z
    .strictObject({
      ...size(defaults),
      autoscaling: autoscaling.optional().describe("Target tracking; absent = a fixed count."),
      spot: z
        .boolean()
        .default(false)
        .describe(
          "Run on FARGATE_SPOT: cheaper, and a task can be taken away with two minutes' notice.",
        ),
    })
    .prefault({});

/** A role without options of its own beyond its size. */
export const plainRole = (defaults: RoleDefaults) => z.strictObject(size(defaults)).prefault({});
