import { type Product, ringProducts } from "../data/parts";
import type { Resource, Stack } from "../resource";
import type { Server } from "./server";
import { desiredCountOf, serversIn, type Task, tasksOf } from "./services";
import { inFile } from "./setting";

/** One ECS service that is part of a ring. */
export interface Member extends Task {
  readonly taskDefinition: Resource;
  readonly server: Server;
  readonly count: number;
}

/** A hash ring: all members of a product in one cluster. */
export interface Ring {
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
export const otherCopies = [
  "store_gateway.sharding_ring.replication_factor",
  "alertmanager.sharding_ring.replication_factor",
];

export function copiesOf(server: Server): number {
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
export function ringsOf(stack: Stack): Ring[] {
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
export function mostCommon<T>(values: readonly T[]): T | undefined {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].reduce<[T, number] | undefined>(
    (best, entry) => (best === undefined || entry[1] > best[1] ? entry : best),
    undefined,
  )?.[0];
}
