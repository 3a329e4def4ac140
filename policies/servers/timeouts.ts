import type { Product } from "../data/parts";
import { durationSeconds } from "./duration";
import { environmentOf, type Server } from "./server";
import { inFile } from "./setting";

/** A time that a server keeps, and where it is written. */
export interface KeptTime {
  readonly key: string;
  readonly seconds: number;
}

/** How long a query may take (S25). Only what is written counts: a default is the server's business. */
const queryKeys: Readonly<Partial<Record<Product, readonly string[]>>> = {
  mimir: ["querier.timeout"],
  loki: ["limits_config.query_timeout"],
  tempo: [
    "querier.search.query_timeout",
    "querier.trace_by_id.query_timeout",
    "query_frontend.api_timeout",
  ],
};

/** Both default to 30 s in all four servers. */
const serverKeys = ["server.http_server_read_timeout", "server.http_server_write_timeout"];
const DEFAULT_SERVER_SECONDS = 30;

export function queryTimeoutsOf(server: Server): KeptTime[] {
  return (queryKeys[server.product] ?? []).flatMap((key) => {
    const seconds = durationSeconds(inFile(server, key).known());
    return seconds === undefined || seconds === 0 ? [] : [{ key, seconds }];
  });
}

export function serverTimeoutsOf(server: Server): KeptTime[] {
  if (!server.hasSettings || queryKeys[server.product] === undefined) return [];
  return serverKeys.map((key) => ({
    key,
    seconds: durationSeconds(inFile(server, key).known()) ?? DEFAULT_SERVER_SECONDS,
  }));
}

/** Grafana's own time for a query, from its environment. */
export function grafanaTimeoutsOf(server: Server): KeptTime[] {
  if (server.product !== "grafana") return [];
  return environmentOf(server.container).flatMap(({ name, value }) =>
    name === "GF_DATAPROXY_TIMEOUT" && /^\d{1,6}$/.test(value)
      ? [{ key: name, seconds: Number(value) }]
      : [],
  );
}
