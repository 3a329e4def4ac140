import { parse, stringify } from "yaml";

/** A configuration key that differs between the Tempo that verifies and the one that is deployed. */
interface VersionedKey {
  /** Dotted path. */
  readonly path: string;
  /** Where Tempo says so: `CHANGELOG.md` entry (pull request), and the file with the key at v2.10.8. */
  readonly source: string;
}

/** Keys that 2.10 knows and 2.9.0 does not; only those that a stack of this kind may use. */
export const keysSince210: readonly VersionedKey[] = [
  {
    path: "query_frontend.query_end_cutoff",
    source: "CHANGELOG v2.10.0, #5682; modules/frontend/config.go",
  },
  {
    path: "query_frontend.search.default_spans_per_span_set",
    source: "CHANGELOG v2.10.0, #5858; modules/frontend/search_sharder.go",
  },
  {
    path: "metrics_generator.limiter_type",
    source: "CHANGELOG v2.10.0, #5788; modules/generator/config.go",
  },
  {
    path: "overrides.defaults.metrics_generator.max_active_entities",
    source: "CHANGELOG v2.10.0, #5788; modules/overrides/config.go",
  },
  {
    path: "metrics_generator.processor.service_graphs.database_name_attributes",
    source: "CHANGELOG v2.10.0, #5398; modules/generator/processor/servicegraphs/config.go",
  },
  {
    path: "metrics_generator.processor.span_metrics.enable_instance_label",
    source: "CHANGELOG v2.10.0, #5706; modules/generator/processor/spanmetrics/config.go",
  },
  {
    path: "overrides.defaults.metrics_generator.processor.span_metrics.enable_instance_label",
    source: "CHANGELOG v2.10.0, #5706; modules/overrides/config.go",
  },
  {
    path: "memberlist.rejoin_seed_nodes",
    source: "CHANGELOG v2.10.6, #7298 (dskit); dskit/kv/memberlist/memberlist_client.go",
  },
  {
    path: "memberlist.received_messages_queue_size",
    source: "CHANGELOG v2.10.6, #7298 (dskit); dskit/kv/memberlist/memberlist_client.go",
  },
];

/** Keys that 2.9.0 still takes and 2.10.8 refuses. */
export const keysGoneIn210: readonly VersionedKey[] = [
  { path: "distributor.receivers.opencensus", source: "CHANGELOG v2.10.6, #7322" },
];

type Mapping = Record<string, unknown>;

function isMapping(value: unknown): value is Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The mapping that holds a path's last key, and that key; undefined where the path is absent. */
function holder(document: unknown, path: string): [Mapping, string] | undefined {
  const parts = path.split(".");
  const key = parts.pop() ?? "";
  let at = document;
  for (const part of parts) at = isMapping(at) ? at[part] : undefined;
  return isMapping(at) && key in at ? [at, key] : undefined;
}

/** A file as 2.9.0 can judge it: without the keys that only 2.10 knows. */
export function withoutKeysSince210(yaml: string): string {
  const document: unknown = parse(yaml);
  const found = keysSince210.flatMap(({ path }) => {
    const place = holder(document, path);
    return place ? [place] : [];
  });
  if (found.length === 0) return yaml;
  for (const [mapping, key] of found) Reflect.deleteProperty(mapping, key);
  return stringify(document);
}

/** Paths of a file that the deployed Tempo refuses although 2.9.0 takes them. */
export function removedIn210(yaml: string): string[] {
  const document: unknown = parse(yaml);
  return keysGoneIn210.filter(({ path }) => holder(document, path)).map(({ path }) => path);
}
