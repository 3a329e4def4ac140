import type { Product } from "./parts";

/** A setting that has to lead to one part of the system, and what is lost where it leads elsewhere. */
export interface AddressRow {
  readonly product: Product;
  readonly targets?: readonly string[];
  readonly key: string;
  readonly to: { readonly product: Product; readonly target?: string };
  readonly port: number;
}

/**
 * Addresses inside a product that no firewall finding would show: another part of it answers on the same port.
 * Sources: configuration references of the servers; measured (minimal edges).
 */
export const addressRows: readonly AddressRow[] = [
  {
    product: "loki",
    targets: ["querier"],
    key: "frontend_worker.frontend_address",
    to: { product: "loki", target: "query-frontend" },
    port: 9095,
  },
  {
    product: "loki",
    targets: ["querier", "query-frontend"],
    key: "common.compactor_grpc_address",
    to: { product: "loki", target: "compactor" },
    port: 9095,
  },
  {
    product: "tempo",
    targets: ["querier"],
    key: "querier.frontend_worker.frontend_address",
    to: { product: "tempo", target: "query-frontend" },
    port: 9095,
  },
  ...(["mimir", "loki", "tempo"] as const).map((product): AddressRow => ({
    product,
    key: "memberlist.join_members",
    to: { product },
    port: 7946,
  })),
];
