import { ringInterfaceNames, ringInterfaceReason } from "../rings";
import { joinSections, type Section } from "../section";
import type { StackConfig } from "../stack/schema";

/** Hash rings in which a replica registers under its fixed id (S16). */
const memberRings = [
  ["ingester", "ring"],
  ["store_gateway", "sharding_ring"],
  ["compactor", "sharding_ring"],
  ["distributor", "ring"],
  ["ruler", "ring"],
  ["alertmanager", "sharding_ring"],
] as const;

/** Rings that no part of this target joins as configured; named all the same, so that none is ever forgotten (S23). */
const idleRings = [
  ["query_scheduler", "ring"],
  ["overrides_exporter", "ring"],
] as const;

/** Of these rings, the ones that copy what they hold. */
const replicated: ReadonlySet<string> = new Set(["ingester", "store_gateway", "alertmanager"]);

/** Id of a replica in every ring. */
export const mimirInstanceId = (replica: number): string => `mimir-${replica}`;

/** Rings of one replica: fixed id, interfaces and copies (S16, S23). */
export function ringSections(config: StackConfig, replica: number): Section {
  const members = memberRings.map(([part, ring]) => ({
    settings: {
      [part]: {
        [ring]: {
          instance_id: mimirInstanceId(replica),
          instance_interface_names: ringInterfaceNames,
          ...(replicated.has(part) ? { replication_factor: config.mimir.replicationFactor } : {}),
        },
      },
    },
    reasons: {},
  }));
  const idle = idleRings.map(([part, ring]) => ({
    settings: { [part]: { [ring]: { instance_interface_names: ringInterfaceNames } } },
    reasons: {},
  }));
  return joinSections([
    ...members,
    ...idle,
    // Not a ring: the address that queriers answer the query-frontend on.
    { settings: { frontend: { instance_interface_names: ringInterfaceNames } }, reasons: {} },
    {
      settings: { ingester_client: { grpc_client_config: { grpc_compression: "snappy" } } },
      reasons: {
        "ingester_client.grpc_client_config.grpc_compression":
          "Default none: each sample goes to replicas in other zones with all its labels, 180 bytes instead of 21\n(measured), and traffic between zones is paid for by the byte.",
        "ingester.ring.instance_id":
          "A replacement takes over the dead task's entry. Random ids: Mimir never forgets a dead ingester, and the\nsecond unclean death stops all writes and reads for good (measured; grafana/mimir#2869).",
        "ingester.ring.instance_interface_names": ringInterfaceReason,
      },
    },
  ]);
}
