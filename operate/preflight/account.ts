import { DescribeAvailabilityZonesCommand, DescribeRegionsCommand } from "@aws-sdk/client-ec2";
import { ListRolesCommand } from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand, type GetCallerIdentityCommandOutput } from "@aws-sdk/client-sts";
import { ask, type Check, failed, ok, worst } from "../check";
import type { Clients } from "../clients";
import { resourcesOf, type Target } from "./target";

/** Is it the right account, with the region and zones that the stack file names? */
export function accountChecks({ config }: Target, { sts, ec2 }: Clients): Check[] {
  return [
    {
      id: "account",
      what: "account of the credentials",
      run: async () => {
        // GetCallerIdentity needs no permission: without an answer there are no usable credentials.
        let caller: GetCallerIdentityCommandOutput;
        try {
          caller = await sts.send(new GetCallerIdentityCommand({}));
        } catch (error) {
          return failed(
            `no usable AWS credentials (${error instanceof Error ? error.message : String(error)})`,
            "aws sso login, or set AWS_PROFILE",
          );
        }
        return caller.Account === config.accountId
          ? ok(caller.Account)
          : failed(
              `${caller.Account ?? "unknown"}; the stack file says ${config.accountId}`,
              `use credentials of ${config.accountId}, or change lgtm:accountId`,
            );
      },
    },
    {
      id: "region",
      what: `region ${config.region}`,
      run: async () => {
        const { Regions } = await ask("ec2:DescribeRegions", () =>
          ec2.send(new DescribeRegionsCommand({ AllRegions: true })),
        );
        const region = Regions?.find(({ RegionName }) => RegionName === config.region);
        if (region === undefined) return failed("does not exist", "correct aws:region");
        return region.OptInStatus === "not-opted-in"
          ? failed(
              "not enabled in this account",
              `aws account enable-region --region-name ${config.region}`,
            )
          : ok("enabled");
      },
    },
    {
      id: "zones",
      what: "availability zones",
      run: async () => {
        const { AvailabilityZones } = await ask("ec2:DescribeAvailabilityZones", () =>
          ec2.send(new DescribeAvailabilityZonesCommand({})),
        );
        const states = new Map(
          (AvailabilityZones ?? []).map((zone) => [zone.ZoneName, zone.State]),
        );
        const there = [...states.keys()].join(", ");
        return worst(
          config.zoneNames.map((zone) => {
            const state = states.get(zone);
            if (state === "available") return ok(zone);
            return state === undefined
              ? failed(
                  `${zone} does not exist for this account`,
                  `lgtm:network.zones: take letters of ${there}`,
                )
              : failed(
                  `${zone} is ${state}`,
                  `wait, or take other letters in lgtm:network.zones (${there})`,
                );
          }),
        );
      },
    },
  ];
}

interface ServiceLinkedRole {
  /** Service that assumes the role; also the last part of the role's path. */
  readonly service: string;
  /** Resources of a plan that need it. */
  readonly neededBy: readonly string[];
}

/**
 * Roles that AWS makes on first use of a service, if the caller may, and that a first deployment then often does not see
 * yet. Paths: IAM User Guide, "AWS services that work with IAM"; each service's page on its service-linked role.
 */
const serviceLinkedRoles: readonly ServiceLinkedRole[] = [
  { service: "ecs.amazonaws.com", neededBy: ["aws:ecs/service:Service"] },
  { service: "elasticloadbalancing.amazonaws.com", neededBy: ["aws:lb/loadBalancer:LoadBalancer"] },
  { service: "rds.amazonaws.com", neededBy: ["aws:rds/instance:Instance"] },
  {
    service: "ecs.application-autoscaling.amazonaws.com",
    neededBy: ["aws:appautoscaling/target:Target"],
  },
];

export function serviceLinkedRoleChecks({ plan }: Target, { iam }: Clients): Check[] {
  return serviceLinkedRoles
    .filter(({ neededBy }) => neededBy.some((type) => resourcesOf(plan, type).length > 0))
    .map(({ service }) => ({
      id: `service-linked-role-${service.split(".")[0] ?? ""}${service.startsWith("ecs.app") ? "-autoscaling" : ""}`,
      what: `service-linked role of ${service}`,
      run: async () => {
        const { Roles } = await ask("iam:ListRoles", () =>
          iam.send(new ListRolesCommand({ PathPrefix: `/aws-service-role/${service}/` })),
        );
        const role = Roles?.[0]?.RoleName;
        return role === undefined
          ? failed("missing", `aws iam create-service-linked-role --aws-service-name ${service}`)
          : ok(role);
      },
    }));
}
