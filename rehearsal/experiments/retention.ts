import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import type { Document } from "yaml";
import type { Plan } from "../../plan/plan";
import { signalOf, type Item, type Signal, type Stream } from "../../smoke/items";
import { expect, within } from "../privilege/patience";
import { Stand, urlOf } from "../privilege/stand";
import { isRingReplica, type Experiment, type ExperimentContext } from "./experiment";
import { doorOf, roomOf } from "./load";
import { changeFile } from "./planChanges";

const HOUR_MS = 3_600_000;
/** Loki takes no shorter period (limits_config.retention_period, grafana.com/docs/loki). */
const INFO_HOURS = 24;
const REST_HOURS = 72;
const TRACE_HOURS = 48;

/** Something that is written with a time stamp of the past. */
interface Past {
  readonly what: string;
  readonly way: "loki-push" | "otlp-http-traces";
  readonly level?: string;
  readonly ageHours: number;
  readonly fate: "goes" | "stays";
}

/**
 * Loki takes samples of the last seven days (reject_old_samples_max_age). One of each pair is old enough for its own rule
 * only: what is `info` goes where everything else stays.
 */
export const past: readonly Past[] = [
  { what: "info, 2 days old", way: "loki-push", level: "info", ageHours: 48, fate: "goes" },
  { what: "info, 12 hours old", way: "loki-push", level: "info", ageHours: 12, fate: "stays" },
  { what: "error, 2 days old", way: "loki-push", level: "error", ageHours: 48, fate: "stays" },
  { what: "unknown, 2 days old", way: "loki-push", level: "unknown", ageHours: 48, fate: "stays" },
  { what: "error, 4 days old", way: "loki-push", level: "error", ageHours: 96, fate: "goes" },
  { what: "traces, 3 days old", way: "otlp-http-traces", ageHours: 72, fate: "goes" },
  { what: "traces, 1 day old", way: "otlp-http-traces", ageHours: 24, fate: "stays" },
];

const ITEMS = 20;
/**
 * The compactor waits so long after its start (grafana/loki:pkg/compactor/tables_manager.go, v3.7.6): until then everything
 * that was flushed must have been read once.
 */
const COMPACTION_SECONDS = 120;
/** Twenty traces are twenty questions at once, and each opens the blocks of its day. */
const READ_MS = 30_000;
/** A flush is listed after at most 90 s: a cache of a minute, and the index resync. */
const LISTED_SECONDS = 100;
/** Longest wait until what must go can no longer be read, and until it is out of the bucket. */
const GONE_SECONDS = 300;

interface Written extends Past {
  readonly stream: Stream;
  readonly items: readonly Item[];
}

export const retention = retentionExperiment();

function retentionExperiment(): Experiment {
  let written: readonly Written[] = [];
  return {
    name: "retention",
    title:
      "retention, cut to what the servers allow: logs and traces of past days, old enough or not, by level",
    beforeSeconds: 0,
    afterSeconds: 20,
    promises: {},
    change: (plan) => ({ plan: cutRetention(plan), changes: cuts }),
    prepare: async (context) => {
      written = await writeThePast(context);
    },
    run: (context) => holdAgainst(context, written),
  };
}

/** What is changed, in one line each; the rest of the files is the plan's. */
const cuts: readonly string[] = [
  `Loki limits_config: retention_period ${REST_HOURS}h, of {level="info"} ${INFO_HOURS}h`,
  `Loki compactor: compaction_interval ${COMPACTION_SECONDS}s, retention_delete_delay 10s`,
  `Tempo compactor: block_retention ${TRACE_HOURS}h, compacted_block_retention 90s; ` +
    "storage.trace.wal.ingestion_time_range_slack 720h: a block is as old as its spans",
];

function cutRetention(plan: Plan): Plan {
  const tempo = "FILE_TEMPO_YAML";
  const loki = changeFile(plan, "FILE_LOKI_YAML", (file) => {
    change(file, ["limits_config", "retention_period"], `${REST_HOURS}h`);
    change(file, ["limits_config", "retention_stream", 0, "period"], `${INFO_HOURS}h`);
    if (!file.hasIn(["compactor", "retention_delete_delay"])) return;
    file.setIn(["compactor", "compaction_interval"], `${COMPACTION_SECONDS}s`);
    file.setIn(["compactor", "retention_delete_delay"], "10s");
  });
  return changeFile(loki, tempo, (file) => {
    if (file.hasIn(["storage", "trace"]))
      file.setIn(["storage", "trace", "wal", "ingestion_time_range_slack"], "720h");
    if (!file.hasIn(["compactor", "compaction", "block_retention"])) return;
    file.setIn(["compactor", "compaction", "block_retention"], `${TRACE_HOURS}h`);
    file.setIn(["compactor", "compaction", "compacted_block_retention"], "90s");
  });
}

function change(file: Document, at: readonly (string | number)[], value: string): void {
  if (file.hasIn(at)) file.setIn(at, value);
}

/** Pushes it, and sees it into the bucket: what ends in order flushes. */
async function writeThePast(context: ExperimentContext): Promise<readonly Written[]> {
  const { rehearsal, note, complain, pause } = context;
  const stand = await Stand.make(rehearsal);
  const door = doorOf(rehearsal);
  const run = randomBytes(4).toString("hex");
  const wanted = past
    .filter(({ way }) => door.urls[way] !== undefined)
    .map((each, index): Written => {
      // No two of the same time: chunks in the bucket are told apart by it.
      const first = Date.now() - each.ageHours * HOUR_MS - index * 60_000;
      const items = Array.from({ length: ITEMS }, (_, at) => ({
        sequence: at,
        timeMs: first + at * 1000,
      }));
      return {
        ...each,
        items,
        stream: { run, way: each.way, name: `p${index}`, level: each.level },
      };
    });
  const ingesters = rehearsal.rehearsed.filter(
    (service) => isRingReplica(service) && /-(loki|tempo)-/.test(service.name),
  );
  const push = async (which: readonly Written[]) => {
    for (const { what, stream, items } of which) {
      const result = await stand.internet.call("push", door, stream, items, stand.reach);
      if (result.kind === "refused") complain(`${what}: refused: ${result.reason}`);
      else note(`${what}: ${items.length} acknowledged`);
    }
  };
  // A block of Tempo is as young as the youngest in it: what goes and what stays lie in blocks of their own.
  const later = wanted.filter(({ way, fate }) => way === "otlp-http-traces" && fate === "stays");
  await push(wanted.filter((each) => !later.includes(each)));
  await seen(
    context,
    stand,
    wanted.filter(({ way, fate }) => way === "otlp-http-traces" && fate === "goes"),
  );
  if (later.length > 0) {
    await pause(5);
    const before = stand.objectsUnder("ftt-tempo");
    for (const task of stand.tasks(/-tempo-ingester/))
      await stand.ask(stand.collector, `${urlOf(task)}/flush`, { method: "POST" }, [204]);
    for (let wait = 0; wait < 60 && stand.objectsUnder("ftt-tempo") <= before; wait++)
      await pause(1);
    await push(later);
  }
  note("ingesters restart, and flush what they have");
  await Promise.all([
    ...ingesters.map(({ name }) => rehearsal.scheduler.deploy(name)),
    // Loki asks its ingesters for the last hours only: older lines are first seen in the bucket.
    seen(
      context,
      stand,
      wanted.filter(({ way }) => way === "loki-push"),
    ),
  ]);
  stand.stop();
  return wanted;
}

const count = async (
  { rehearsal }: ExperimentContext,
  stand: Stand,
  { stream, items }: Written,
): Promise<number> =>
  (
    await stand.grafana.call("read", roomOf(rehearsal), stream, items, {
      ...stand.reach,
      timeoutMs: READ_MS,
    })
  ).length;

/** Waits until all of it can be read: what never was there cannot go. */
async function seen(
  context: ExperimentContext,
  stand: Stand,
  written: readonly Written[],
): Promise<void> {
  const { note, complain, pause } = context;
  const waiting = new Set(written);
  const deadline = Date.now() + LISTED_SECONDS * 1000;
  while (waiting.size > 0 && Date.now() < deadline) {
    for (const each of waiting) {
      const there = await count(context, stand, each).catch(() => 0);
      if (there === each.items.length) waiting.delete(each);
    }
    await pause(1);
  }
  for (const { what } of waiting) complain(`${what}: could not be read before`);
  if (written.length > waiting.size) note(`${written.length - waiting.size} kinds were read back`);
}

/** What must go is gone, from reads and from the bucket, and what must stay is not. */
async function holdAgainst(context: ExperimentContext, written: readonly Written[]): Promise<void> {
  const { rehearsal, note, complain, pause } = context;
  const stand = await Stand.make(rehearsal);
  const found = (each: Written) => count(context, stand, each);
  const going = written.filter(({ fate }) => fate === "goes");
  const kept = (
    [
      ["logs", chunksOf],
      ["traces", blocksOf],
    ] as const
  )
    .filter(([signal]) => going.some(({ way }) => signalOf[way] === signal))
    .map(([signal, keptOf]) => ({ signal, places: keptOf(context, going) }));
  for (const { signal, places } of kept) {
    note(`${signal} that must go: ${places.length} objects in the bucket`);
    if (places.length === 0)
      complain(`${signal} that must go never came into the bucket: nothing can be shown`);
  }
  const began = Date.now();
  const waiting = new Set(going);
  while (waiting.size > 0 && Date.now() - began < GONE_SECONDS * 1000) {
    for (const each of waiting) {
      const left = await found(each).catch(() => undefined);
      if (left !== 0) continue;
      waiting.delete(each);
      note(`${each.what}: gone`);
    }
    await pause(5);
  }
  for (const { what } of waiting) complain(`${what}: still there after ${GONE_SECONDS} s`);
  for (const { signal, places } of kept) {
    const left = () => places.filter((place) => fs.existsSync(place)).length;
    while (left() > 0 && Date.now() - began < GONE_SECONDS * 1000) await pause(5);
    if (left() > 0) complain(`${signal} that must go: ${left()} objects are still in the bucket`);
    else note(`${signal} that must go: gone from the bucket`);
  }
  for (const each of written.filter(({ fate }) => fate === "stays")) {
    const all = each.items.length;
    // A busy machine makes answers late; what is gone stays so.
    const attempt = async () => {
      const there = await found(each).catch(String);
      expect(there === all, `${there} of ${all} are there`);
    };
    await within(LISTED_SECONDS, attempt, undefined, 1).then(
      () => note(`${each.what}: all ${all} are there`),
      (error: unknown) => complain(`${each.what}: ${(error as Error).message}`),
    );
  }
  stand.stop();
}

/**
 * Files of the chunks of some logs: a chunk's key has the times of its first and last line, in milliseconds, as hexadecimal
 * numbers (grafana/loki:pkg/storage/config/schema_config.go, ExternalKey, v3.7.6).
 */
function chunksOf(context: ExperimentContext, written: readonly Written[]): string[] {
  const isWithin = withinSpansOf(written, "logs");
  return filesUnder(context, "ftt-loki").filter((file) => {
    const [from = NaN, through = NaN] = path.basename(file).split(":").map(hexadecimal);
    return isWithin(from, through);
  });
}

/**
 * Folders of the blocks of some traces: a block's `meta.json` says of when its traces are, in whole seconds
 * (grafana/tempo:tempodb/backend/block_meta.go, v2.9.0).
 */
function blocksOf(context: ExperimentContext, written: readonly Written[]): string[] {
  const isWithin = withinSpansOf(written, "traces");
  return filesUnder(context, "ftt-tempo")
    .filter((file) => /^meta(\.compacted)?\.json$/.test(path.basename(file)))
    .filter((file) => {
      const meta = JSON.parse(fs.readFileSync(file, "utf8")) as Record<string, string>;
      return isWithin(Date.parse(meta["startTime"] ?? ""), Date.parse(meta["endTime"] ?? ""));
    })
    .map((file) => path.dirname(file));
}

const hexadecimal = (text: string) => parseInt(text, 16);

/** Whether a stretch of time, in milliseconds, lies in that of something written; servers round to seconds. */
function withinSpansOf(written: readonly Written[], signal: Signal) {
  const spans = written
    .filter(({ way }) => signalOf[way] === signal)
    .map(({ items }) => [items[0]?.timeMs ?? 0, items.at(-1)?.timeMs ?? 0] as const);
  return (from: number, through: number) =>
    spans.some(([first, last]) => from >= first - 1000 && through <= last + 1000);
}

function filesUnder({ rehearsal }: ExperimentContext, prefix: string): string[] {
  return rehearsal.view.buckets
    .map((bucket) => path.join(rehearsal.folder, "s3", "objects", bucket, prefix))
    .filter((under) => fs.existsSync(under))
    .flatMap((under) => fs.readdirSync(under, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}
