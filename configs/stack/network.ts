import { z } from "zod";
import { arn, awsId, cidr, days, tokenId } from "./fields";

/** Rows N1–N6 of the requirements: the VPC, or the one that is already there. */
export const networkSchema = z
  .strictObject({
    cidr: cidr
      .default("10.40.0.0/16")
      .describe(
        "Address block of the VPC, /16 to /20, inside RFC 1918 or 100.64.0.0/10. Also the block of an existing VPC.",
      ),
    zones: z
      .array(z.string().regex(/^[a-z]$/, "the letter of a zone, such as a"))
      .min(2)
      .max(6)
      .default(["a", "b"])
      .describe(
        "Letters of the availability zones, in order. Three in prod: three replicas in two zones lose their quorum with one of them. Append to add a zone; never reorder.",
      ),
    natGateways: z
      .enum(["single", "perZone"])
      .default("single")
      .describe("One NAT gateway for all zones, or one per zone (prod)."),
    interfaceEndpoints: z
      .array(z.enum(["ecr.api", "ecr.dkr", "logs", "secretsmanager", "monitoring"]))
      .default([])
      .describe("Interface VPC endpoints to create; each costs per zone and hour."),
    flowLogs: z
      .strictObject({
        enabled: z.boolean().default(false).describe("Write VPC flow logs to CloudWatch Logs."),
        retentionDays: days().default(7).describe("How long flow logs are kept, in days."),
      })
      .prefault({}),
    existing: z
      .strictObject({
        vpcId: awsId("vpc").describe("Id of the VPC to use."),
        publicSubnetIds: z
          .array(awsId("subnet"))
          .min(2)
          .describe("Public subnets, one per zone, in the order of `zones`."),
        privateSubnetIds: z
          .array(awsId("subnet"))
          .min(2)
          .describe("Private subnets, one per zone, in the order of `zones`."),
      })
      .optional()
      .describe(
        "Bring your own VPC (it needs an S3 gateway endpoint, NAT and DNS host names of its own).",
      ),
  })
  .prefault({});

/** Rows G1–G9: the front door. */
export const ingressSchema = z.strictObject({
  internal: z
    .boolean()
    .default(false)
    .describe("An internal load balancer instead of an internet-facing one."),
  certificateArn: arn("acm")
    .optional()
    .describe("Certificate for *.DOMAIN that exists already. Either this or hostedZoneId."),
  hostedZoneId: z
    .string()
    .regex(/^Z[A-Z0-9]{6,31}$/, "a Route 53 zone id such as Z0123456789ABC")
    .optional()
    .describe(
      "Route 53 zone of DOMAIN: the program requests and validates the certificate and creates the host records.",
    ),
  auth: z
    .enum(["token", "cidr", "both", "none"])
    .default("token")
    .describe(
      "Guard of the ingest paths: bearer token, source address, both, or none (refused in prod).",
    ),
  tokenIds: z
    .array(tokenId)
    .min(1)
    .max(2)
    .default(["a"])
    .describe("One ingest token is generated per id; two while rotating."),
  allowedCidrs: z
    .array(cidr)
    .max(100)
    .default([])
    .describe("Source addresses that may write, where auth is cidr or both."),
  idleTimeoutSeconds: z
    .int()
    .min(1)
    .max(4000)
    .default(330)
    .describe("Idle timeout of the load balancer, in seconds; not below queryTimeoutSeconds."),
  tlsPolicy: z
    .enum([
      "ELBSecurityPolicy-TLS13-1-2-2021-06",
      "ELBSecurityPolicy-TLS13-1-3-2021-06",
      "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
    ])
    .default("ELBSecurityPolicy-TLS13-1-2-2021-06")
    .describe("Security policy of the HTTPS listener."),
  deletionProtection: z
    .boolean()
    .optional()
    .describe("Refuse to delete the load balancer. Default: on in prod."),
  accessLogs: z
    .boolean()
    .optional()
    .describe("Write access logs into a bucket of their own. Default: on in prod."),
  accessLogRetentionDays: days().default(30).describe("How long access logs are kept, in days."),
});
