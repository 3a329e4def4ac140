/**
 * Settings that differ between the version of a server that a plan deploys and the one that is started here: Tempo is built
 * as 2.9.0, and a folder of one's own may hold any version. What the started one does not know is left out of its file, and
 * said; nothing else of a rendered file changes.
 */
import { isCollection, parseDocument } from "yaml";
import { compareVersions } from "../configs/versions";

/** A setting that not every version of a server knows. */
export interface ServerDifference {
  /** Last part of the image's name: `tempo`. */
  readonly server: string;
  /** Dotted path in the server's file. */
  readonly key: string;
  /** First version that takes it. Absent: every version of its major one. */
  readonly since?: string;
  /** First version that refuses it. Absent: none yet. */
  readonly before?: string;
  /** Entry of the server's change log (pull request), and where the key is read. */
  readonly source: string;
}

/**
 * Tempo 2.9.0 to 2.10.8, of the settings that a stack of this kind may use. Source: grafana/tempo `CHANGELOG.md` at v2.10.8,
 * read 2026-11-25; the files are the same tag's.
 */
export const serverDifferences: readonly ServerDifference[] = [
  {
    server: "tempo",
    key: "query_frontend.query_end_cutoff",
    since: "2.10.0",
    source: "v2.10.0, #5682; modules/frontend/config.go",
  },
  {
    server: "tempo",
    key: "query_frontend.search.default_spans_per_span_set",
    since: "2.10.0",
    source: "v2.10.0, #5858; modules/frontend/search_sharder.go",
  },
  {
    server: "tempo",
    key: "metrics_generator.limiter_type",
    since: "2.10.0",
    source: "v2.10.0, #5788; modules/generator/config.go",
  },
  {
    server: "tempo",
    key: "overrides.defaults.metrics_generator.max_active_entities",
    since: "2.10.0",
    source: "v2.10.0, #5788; modules/overrides/config.go",
  },
  {
    server: "tempo",
    key: "metrics_generator.processor.service_graphs.database_name_attributes",
    since: "2.10.0",
    source: "v2.10.0, #5398; modules/generator/processor/servicegraphs/config.go",
  },
  {
    server: "tempo",
    key: "metrics_generator.processor.span_metrics.enable_instance_label",
    since: "2.10.0",
    source: "v2.10.0, #5706; modules/generator/processor/spanmetrics/config.go",
  },
  {
    server: "tempo",
    key: "overrides.defaults.metrics_generator.processor.span_metrics.enable_instance_label",
    since: "2.10.0",
    source: "v2.10.0, #5706; modules/overrides/config.go",
  },
  {
    server: "tempo",
    key: "memberlist.rejoin_seed_nodes",
    since: "2.10.6",
    source: "v2.10.6, #7298 (dskit); dskit/kv/memberlist/memberlist_client.go",
  },
  {
    server: "tempo",
    key: "memberlist.received_messages_queue_size",
    since: "2.10.6",
    source: "v2.10.6, #7298 (dskit); dskit/kv/memberlist/memberlist_client.go",
  },
  {
    server: "tempo",
    key: "distributor.receivers.opencensus",
    before: "2.10.6",
    source: "v2.10.6, #7322",
  },
];

/** A file as another version of its server can read it. */
export interface FittedFile {
  /** The very text where nothing was left out. */
  readonly text: string;
  /** Dotted paths that the version does not know. */
  readonly leftOut: readonly string[];
}

/**
 * Leaves out of a YAML file what a version of its server does not know yet.
 *
 * @param server Last part of the image's name: `tempo`.
 * @param version Version that is started, `2.9.0`, with or without a `v`.
 * @throws Error where the version does not begin with a number.
 */
export function fitToVersion(server: string, version: string, text: string): FittedFile {
  const unknown = differencesOf(server, ({ since }) => isBefore(version, since));
  const document = parseDocument(text);
  const leftOut = unknown.filter((key) => {
    const steps = key.split(".");
    if (!document.hasIn(steps)) return false;
    document.deleteIn(steps);
    dropEmptyParents(document, steps);
    return true;
  });
  return { text: leftOut.length === 0 ? text : document.toString({ lineWidth: 0 }), leftOut };
}

/**
 * Settings of a YAML file that a version of its server refuses although an older one takes them: what a start of the older
 * one cannot show.
 *
 * @param version Version that is deployed.
 * @returns Dotted paths.
 */
export function refusedKeys(server: string, version: string, text: string): readonly string[] {
  const gone = differencesOf(
    server,
    ({ before }) => before !== undefined && !isBefore(version, before),
  );
  const document = parseDocument(text);
  return gone.filter((key) => document.hasIn(key.split(".")));
}

/** The version in what a server prints of itself (`tempo, version v2.9.0 (branch: …`); undefined where there is none. */
export const versionNumber = (printed: string): string | undefined =>
  /\bv?(\d+\.\d+\.\d+)/.exec(printed)?.[1];

function differencesOf(server: string, holds: (difference: ServerDifference) => boolean): string[] {
  return serverDifferences
    .filter((difference) => difference.server === server && holds(difference))
    .map(({ key }) => key);
}

const isBefore = (version: string, first: string | undefined): boolean =>
  first !== undefined && compareVersions(version, first) < 0;

/** A block that lost its only key would be read as null, which some blocks of these servers refuse. */
function dropEmptyParents(
  document: ReturnType<typeof parseDocument>,
  steps: readonly string[],
): void {
  for (let depth = steps.length - 1; depth > 0; depth--) {
    const parent = steps.slice(0, depth);
    const node: unknown = document.getIn(parent, true);
    if (!isCollection(node) || node.items.length > 0) return;
    document.deleteIn(parent);
  }
}
