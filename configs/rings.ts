import { hostOf, portNumbers, portOf } from "../stacks/endpoints";
import type { ProductName, RoleId } from "../stacks/types";
import type { Section } from "./section";
import type { StackConfig } from "./stack/schema";

/**
 * Interfaces that a server takes its own address from (S23): eth1 is the task's network interface on Fargate, eth0 there
 * holds only the link-local metadata address, and is the only one elsewhere.
 */
export const ringInterfaceNames = ["eth1", "eth0"] as const;

export const ringInterfaceReason =
  "Fargate: eth0 is link-local, eth1 the task's address. Outside RFC 1918 the default picks eth0, and\nevery push and query fails with all health checks green (measured).";

/** Name of a product's gossip cluster, unique per stack (S17). */
export const clusterLabel = (config: Pick<StackConfig, "name">, product: ProductName): string =>
  `${config.name}-${product}`;

/**
 * The `memberlist` block of a gossiping server (S17); Mimir, Loki and Tempo share its keys.
 *
 * @param roles Roles of the product that gossip: those with a port `gossip`.
 */
export function memberlistSection(
  config: StackConfig,
  product: ProductName,
  roles: readonly RoleId[],
): Section {
  return {
    settings: {
      memberlist: {
        cluster_label: clusterLabel(config, product),
        bind_port: portNumbers.gossip,
        advertise_port: portNumbers.gossip,
        join_members: roles.map((role) => `dns+${hostOf(config, role)}:${portOf(role, "gossip")}`),
        rejoin_interval: "30s",
      },
    },
    reasons: {
      "memberlist.cluster_label":
        "Products share port 7946 and reuse addresses; a foreign member would join the ring (grafana/mimir#6187).",
      "memberlist.rejoin_interval":
        "Default: joined once is joined for ever, also when the only member found was itself.",
    },
  };
}
