import { isPrivate, parseBlock } from "../addresses";
import { notCanonical } from "./network";
import { repeated, type Rule } from "./rule";

export const collectionRules: readonly Rule[] = [
  {
    id: "own-log-groups",
    row: "D5",
    check: ({ name, collection }) =>
      collection.logGroups
        // A group may be named by its beginning, so a name that our own groups begin with is ours as well.
        .filter((group) => group.startsWith(`/ecs/${name}-`) || `/ecs/${name}-`.startsWith(group))
        .map((group) => ({
          key: "collection.logGroups",
          given: group,
          allowed: `groups that do not begin with /ecs/${name}-, nor are its beginning`,
          mend: "remove it: Loki would be fed with its own log, without end",
          involves: ["name"],
        })),
  },
  {
    id: "collection-unique",
    row: "D5",
    check: ({ collection }) =>
      (
        [
          ["collection.cloudwatchMetrics", collection.cloudwatchMetrics],
          ["collection.logGroups", collection.logGroups],
          ["collection.assumeRoleArns", collection.assumeRoleArns],
          ["collection.clients.securityGroupIds", collection.clients.securityGroupIds],
          ["collection.clients.cidrs", collection.clients.cidrs],
          ["collection.associateVpcs", collection.associateVpcs],
        ] as const
      ).flatMap(([key, list]) =>
        repeated(list).map((item) => ({
          key,
          given: item,
          allowed: "each entry once",
          mend: `remove the second ${item}`,
        })),
      ),
  },
  {
    id: "client-block",
    row: "D6",
    check: ({ collection }) =>
      collection.clients.cidrs.flatMap((cidr) => [
        ...notCanonical("collection.clients.cidrs", cidr),
        ...(parseBlock(cidr) === undefined || isPrivate(cidr)
          ? []
          : [
              {
                key: "collection.clients.cidrs",
                given: cidr,
                allowed: "private blocks (RFC 1918 or 100.64.0.0/10)",
                mend: "remove it: the gateway has no public address; writers on the Internet use the load balancer",
              },
            ]),
      ]),
  },
  {
    id: "own-vpc-associated",
    row: "D6",
    check: ({ collection, network }) =>
      collection.associateVpcs
        .filter((vpcId) => vpcId === network.existing?.vpcId)
        .map((vpcId) => ({
          key: "collection.associateVpcs",
          given: vpcId,
          allowed: "VPCs other than the stack's own",
          mend: "remove it: names resolve there already",
          involves: ["network.existing.vpcId"],
        })),
  },
  {
    id: "assumed-role",
    row: "A3",
    check: ({ collection }) =>
      collection.assumeRoleArns
        .filter((arn) => !/:role\/[\w+=,.@/-]+$/.test(arn))
        .map((arn) => ({
          key: "collection.assumeRoleArns",
          given: arn,
          allowed: "ARNs of single roles, arn:aws:iam::ACCOUNT:role/NAME",
          mend: "name each role in full, without * (A3)",
        })),
  },
  {
    id: "schedule-hours",
    row: "S19",
    check: ({ schedule }) =>
      schedule === undefined || schedule.startHour < schedule.stopHour
        ? []
        : [
            {
              key: "schedule.stopHour",
              allowed: `later than schedule.startHour, ${schedule.startHour}`,
              mend: "the stack runs from startHour to stopHour of the same day",
              involves: ["schedule.startHour"],
            },
          ],
  },
  {
    id: "schedule-timezone",
    row: "S19",
    check: ({ schedule }) =>
      schedule === undefined || isTimezone(schedule.timezone)
        ? []
        : [
            {
              key: "schedule.timezone",
              allowed: "an IANA time zone such as Asia/Seoul",
              mend: "use a name of the IANA list (en.wikipedia.org/wiki/List_of_tz_database_time_zones)",
            },
          ],
  },
];

function isTimezone(name: string): boolean {
  try {
    // Node also takes offsets such as +09:00, which EventBridge and Application Auto Scaling do not.
    return /^[A-Za-z]/.test(name) && Boolean(new Intl.DateTimeFormat("en", { timeZone: name }));
  } catch {
    return false;
  }
}
