import type { Product } from "../data/parts";
import type { Resource, Stack } from "../resource";
import { type Judgement, stackRule, type Rule } from "../rule";
import { copiesOf, type Member, otherCopies, type Ring, ringsOf } from "../servers/rings";
import {} from "../servers/server";
import { SERVICE, taskReads } from "../servers/services";
import { inFile } from "../servers/setting";

const subject = "resilience" as const;
const SUBNET = "aws:ec2/subnet:Subnet";

const ringRule = (
  about: Pick<Rule, "id" | "rationale" | "source" | "mend" | "severity">,
  judgeRing: (ring: Ring, judgement: Judgement, stack: Stack) => void,
): Rule =>
  stackRule({
    ...about,
    subject,
    scope: "lgtm",
    reads: {
      [SERVICE]: ["taskDefinition", "desiredCount", "cluster", "networkConfiguration.subnets"],
      ...taskReads,
      [SUBNET]: ["availabilityZone"],
    },
    judge: (stack, judgement) => {
      judgement.each(ringsOf(stack), (ring) => judgeRing(ring, judgement, stack));
    },
  });

const replicas = ringRule(
  {
    id: "resilience-ring-replicas",
    rationale: "A ring with fewer members than copies refuses every write.",
    source: "S16",
    mend: "Run at least as many replicas as the replication factor says",
    severity: "critical",
  },
  (ring, judgement) => {
    const running = ring.members.reduce((sum, { count }) => sum + count, 0);
    if (running >= ring.copies) return;
    judgement.report(ring.members[0]!.service, {
      finding: `${ring.product}:${running}<${ring.copies}`,
      says: `${ring.product} keeps ${ring.copies} copies in ${running} ring members`,
    });
  },
);

const replicationFactor = ringRule(
  {
    id: "resilience-replication-factor",
    rationale:
      "With two copies one answer is a quorum: reads are silently short after every unclean stop, and writes need both.",
    source: "S16",
    mend: "Use a replication factor of 1 or 3, the same in every file of the product",
    severity: "critical",
  },
  (ring, judgement) => {
    if (ring.copies < 1 || ring.copies % 2 === 0) {
      judgement.report(ring.members[0]!.taskDefinition, {
        finding: `${ring.product}:${ring.copies}`,
        says: `the replication factor of ${ring.product} is ${ring.copies}`,
      });
    }
    for (const { taskDefinition, server } of ring.readers) {
      const own = copiesOf(server);
      if (own !== ring.copies) {
        judgement.report(taskDefinition, {
          finding: `${ring.product}:${own}!=${ring.copies}`,
          says: `${server.product} ${server.targets.join(",")} counts on ${own} copies, the ring's members on ${ring.copies}`,
        });
      }
      if (server.product !== "mimir") continue;
      for (const key of otherCopies) {
        const other = inFile(server, key).number() ?? 3;
        if (other === ring.copies) continue;
        judgement.report(taskDefinition, {
          finding: `${key}:${other}`,
          says: `${key} is ${other}, the replication factor of the ingesters ${ring.copies}`,
        });
      }
    }
  },
);

const zoneQuorum = ringRule(
  {
    id: "resilience-zone-quorum",
    rationale:
      "Replicas that share a zone are lost together: writes and reads stop with one of the zones.",
    source: "N2",
    mend: "In prod three copies, each replica's service in the subnet of a zone of its own",
    severity: "high",
  },
  (ring, judgement, stack) => {
    if (judgement.environment !== "prod") return;
    if (ring.copies < 3) {
      judgement.report(ring.members[0]!.service, {
        finding: `${ring.product}:copies:${ring.copies}`,
        says: `${ring.product} keeps ${ring.copies} ${ring.copies === 1 ? "copy" : "copies"}: it stops with the zone of any replica`,
      });
      return;
    }
    const spare = Math.floor((ring.copies - 1) / 2);
    const byZone = new Map<string, Member[]>();
    for (const member of ring.members) {
      const zones = zonesOf(member.service, stack);
      if (zones.length > 1) {
        judgement.report(member.service, {
          finding: `${ring.product}:not-pinned`,
          says: `a replica of ${ring.product} may be placed in ${zones.length} zones, so nothing keeps it apart from the others`,
        });
        continue;
      }
      const zone = zones[0] ?? "?";
      byZone.set(zone, [...(byZone.get(zone) ?? []), member]);
    }
    for (const [zone, members] of byZone) {
      for (const member of members.slice(spare)) {
        judgement.report(member.service, {
          finding: `${ring.product}:${zone}`,
          says: `${members.length} of ${ring.members.length} replicas of ${ring.product} are in ${zone}; ${spare} may be lost at once`,
        });
      }
    }
  },
);

/**
 * Zones that a service's tasks may be placed in; a subnet of another stack counts as a zone of its own.
 *
 * @throws UnknownValueError while a preview does not know the subnets: what they are made from is the whole VPC.
 */
export function zonesOf(service: Resource, stack: Stack): string[] {
  const ids = service.at("networkConfiguration", "subnets").texts();
  return [...new Set(ids.map((id) => stack.byId(SUBNET, id)?.at("availabilityZone").text() ?? id))];
}

/** Where a member's id is written, by product. */
const idKeys: Readonly<Partial<Record<Product, readonly string[]>>> = {
  mimir: [
    "ingester.ring.instance_id",
    "store_gateway.sharding_ring.instance_id",
    "compactor.sharding_ring.instance_id",
    "distributor.ring.instance_id",
    "ruler.ring.instance_id",
    "alertmanager.sharding_ring.instance_id",
  ],
  loki: ["ingester.lifecycler.id"],
  tempo: ["ingester.lifecycler.id"],
};

const ringIds = ringRule(
  {
    id: "resilience-ring-ids",
    rationale:
      "With random ids the second task that dies uncleanly stops all writes and reads for good; with one id twice both fight.",
    source: "S16",
    mend: "Give each replica an id of its own that stays the same: mimir-0, mimir-1, …",
    severity: "critical",
  },
  (ring, judgement) => {
    for (const key of idKeys[ring.product] ?? []) {
      const owners = new Map<string, Member>();
      for (const member of ring.members) {
        if (!member.server.hasSettings) continue;
        const id = inFile(member.server, key).text();
        // What is filled in when the task starts is new in each task.
        if (id === undefined || id === "" || id.includes("$")) {
          judgement.report(member.taskDefinition, {
            finding: key,
            says: `${key} is ${id ?? "not set"}: the id is the task's host name, new with every task`,
          });
          continue;
        }
        const other = owners.get(id);
        if (other !== undefined) {
          judgement.report(member.taskDefinition, {
            finding: `${key}:${id}`,
            says: `${key} is ${id}, as in ${other.taskDefinition.name}`,
          });
        }
        owners.set(id, other ?? member);
      }
    }
  },
);

const ringOrder = ringRule(
  {
    id: "resilience-ring-order",
    rationale: "Replicas that are swapped at the same time take their quorum with them.",
    source: "S15",
    mend: "Let the service of replica n+1 depend on that of replica n",
    severity: "high",
  },
  (ring, judgement) => {
    const services = new Set(ring.members.map(({ service }) => service));
    if (services.size < 2) return;
    // In a chain every member comes after another number of the others.
    const places = new Map<number, Resource>();
    for (const service of services) {
      const before = [...dependenciesOf(service)].filter((other) => services.has(other)).length;
      const other = places.get(before);
      if (other !== undefined) {
        judgement.report(service, {
          finding: `${ring.product}:parallel`,
          says: `nothing orders ${service.name} and ${other.name}: they are swapped together`,
        });
      }
      places.set(before, other ?? service);
    }
  },
);

/** Services that have to be done first, directly or through another. */
function dependenciesOf(service: Resource): ReadonlySet<Resource> {
  const found = new Set<Resource>();
  const queue = [service];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    for (const dependency of next.dependencies) {
      if (dependency.type !== SERVICE || found.has(dependency)) continue;
      found.add(dependency);
      queue.push(dependency);
    }
  }
  found.delete(service);
  return found;
}

export const resilienceRingRules: readonly Rule[] = [
  replicas,
  replicationFactor,
  zoneQuorum,
  ringIds,
  ringOrder,
];
