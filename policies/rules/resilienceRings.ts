import { gossipParts } from "../data/serverSettings";
import { type Product, ringProducts } from "../data/parts";
import type { Resource, Stack } from "../resource";
import { type Judgement, stackRule, type Rule } from "../rule";
import { durationSeconds } from "../servers/duration";
import { type Server, serversOf, TASK_DEFINITION } from "../servers/server";
import { desiredCountOf, SERVICE, serversIn, type Task, tasksOf } from "../servers/services";
import { inFile } from "../servers/setting";

const subject = "resilience" as const;
const SUBNET = "aws:ec2/subnet:Subnet";

/** One ECS service that is part of a ring. */
interface Member extends Task {
  readonly taskDefinition: Resource;
  readonly server: Server;
  readonly count: number;
}

/** A hash ring: all members of a product in one cluster. */
interface Ring {
  readonly product: Product;
  readonly members: readonly Member[];
  /** Every task of the product, for what all of them have to agree on. */
  readonly readers: readonly { readonly taskDefinition: Resource; readonly server: Server }[];
  /** Copies of everything, as the members say. */
  readonly copies: number;
}

/** Copies by product: where they are written, and the server's default. */
const copies: Readonly<
  Partial<Record<Product, { readonly keys: readonly string[]; readonly fallback: number }>>
> = {
  mimir: { keys: ["ingester.ring.replication_factor"], fallback: 3 },
  loki: {
    keys: ["ingester.lifecycler.ring.replication_factor", "common.replication_factor"],
    fallback: 3,
  },
  tempo: { keys: ["ingester.lifecycler.ring.replication_factor"], fallback: 1 },
};

/** Further rings of Mimir with copies of their own. */
const otherCopies = [
  "store_gateway.sharding_ring.replication_factor",
  "alertmanager.sharding_ring.replication_factor",
];

function copiesOf(server: Server): number {
  const known = copies[server.product];
  for (const key of known?.keys ?? []) {
    const value = inFile(server, key).number();
    if (value !== undefined) return value;
  }
  return known?.fallback ?? 1;
}

const clusterOf = (service: Resource) => {
  const cluster = service.at("cluster");
  return cluster.isUnknown ? "" : (cluster.text() ?? "");
};

/** @throws UnknownValueError in a preview that does not know a member. */
function ringsOf(stack: Stack): Ring[] {
  const groups = new Map<
    string,
    { product: Product; members: Member[]; readers: Ring["readers"][number][] }
  >();
  for (const task of tasksOf(stack)) {
    const { taskDefinition } = task;
    if (taskDefinition === undefined) continue;
    for (const server of serversIn(task)) {
      if (!ringProducts.includes(server.product)) continue;
      const key = `${server.product} ${clusterOf(task.service)}`;
      const group = groups.get(key) ?? { product: server.product, members: [], readers: [] };
      groups.set(key, group);
      if (server.hasSettings) group.readers.push({ taskDefinition, server });
      if (server.part.replacement === "ring") {
        group.members.push({
          ...task,
          taskDefinition,
          server,
          count: desiredCountOf(task.service),
        });
      }
    }
  }
  return [...groups.values()]
    .filter(({ members }) => members.length > 0)
    .map((group) => ({
      ...group,
      copies:
        mostCommon([...group.members, ...group.readers].map(({ server }) => copiesOf(server))) ?? 1,
    }));
}

/** What most say is what was meant: one file that differs is then the one that is reported. */
function mostCommon<T>(values: readonly T[]): T | undefined {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].reduce<[T, number] | undefined>(
    (best, entry) => (best === undefined || entry[1] > best[1] ? entry : best),
    undefined,
  )?.[0];
}

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
      [TASK_DEFINITION]: ["containerDefinitions"],
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

/** Zones that a service's tasks may be placed in; a subnet of another stack counts as a zone of its own. */
function zonesOf(service: Resource, stack: Stack): string[] {
  const subnets = stack.referenced(service, "networkConfiguration.subnets", SUBNET);
  const ids = service.at("networkConfiguration", "subnets");
  const known = ids.isUnknown ? [] : ids.texts();
  if (subnets.length === 0) return [...new Set(known)];
  const zones = subnets.map((subnet) => subnet.at("availabilityZone").text() ?? subnet.urn);
  return [...new Set(zones)];
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

const gossip = stackRule({
  id: "resilience-gossip",
  subject,
  rationale:
    "Products share port 7946 and reuse addresses: without a label of their own their rings merge, and without rejoining a ring stays split.",
  source: "S17",
  mend: "Set memberlist.cluster_label to one name per product and memberlist.rejoin_interval to 30s",
  scope: "lgtm",
  reads: { [TASK_DEFINITION]: ["containerDefinitions"] },
  severity: "high",
  judge(stack, judgement) {
    const members: { server: Server; taskDefinition: Resource; label: string }[] = [];
    judgement.each(stack.ofType(TASK_DEFINITION), (taskDefinition) => {
      for (const server of serversOf(taskDefinition)) {
        const gossips = gossipParts[server.product];
        if (gossips === undefined || !server.hasSettings || !server.targets.some(gossips)) continue;
        const what = `${server.product} ${server.targets.join(",")}`;
        const report = (finding: string, says: string) =>
          judgement.report(taskDefinition, { finding, says });
        const rejoin = durationSeconds(inFile(server, "memberlist.rejoin_interval").known()) ?? 0;
        if (rejoin <= 0 || rejoin > MOST_REJOIN_SECONDS) {
          report(
            "memberlist.rejoin_interval",
            `memberlist.rejoin_interval of ${what} is ${rejoin <= 0 ? "not set, so never" : `${rejoin}s`}`,
          );
        }
        if (inFile(server, "memberlist.join_members").texts().length === 0) {
          report("memberlist.join_members", `${what} joins nobody`);
        }
        const label = inFile(server, "memberlist.cluster_label").text() ?? "";
        if (label === "") {
          report("memberlist.cluster_label", `memberlist.cluster_label of ${what} is not set`);
        } else {
          members.push({ server, taskDefinition, label });
        }
      }
    });
    const usual = new Map(
      ringProducts.map((product) => [
        product,
        mostCommon(
          members.filter(({ server }) => server.product === product).map(({ label }) => label),
        ),
      ]),
    );
    for (const { server, taskDefinition, label } of members) {
      const own = usual.get(server.product);
      const others = [...usual].filter(
        ([product, used]) => product !== server.product && used === label,
      );
      if (label === own && others.length === 0) continue;
      judgement.report(taskDefinition, {
        finding: `memberlist.cluster_label:${label}`,
        says:
          others.length > 0
            ? `${server.product} ${server.targets.join(",")} gossips under ${label}, as ${others[0]![0]} does`
            : `${server.product} ${server.targets.join(",")} gossips under ${label}, the others of ${server.product} under ${own}`,
      });
    }
  },
});

/** Longest time that a ring which split at its start stays so. */
const MOST_REJOIN_SECONDS = 120;

export const resilienceRingRules: readonly Rule[] = [
  replicas,
  replicationFactor,
  zoneQuorum,
  ringIds,
  ringOrder,
  gossip,
];
