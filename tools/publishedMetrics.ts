/**
 * Remakes `dashboards/metrics/published.json`: for every metric that a dashboard or alert asks for, and that no started
 * server has shown, the line of a published mixin or source file that names it.
 *
 *   npx tsx tools/publishedMetrics.ts
 */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { format } from "prettier";
import { loadStackFile } from "../configs/stack/load";
import { askedMetrics, isRecorded, type PublishedMetric } from "../dashboards/metrics";
import { elsewhere } from "./publishedElsewhere";
import { downloadGoModule } from "./goModule";

/** Where to look for a metric, by the beginning of its name. */
interface Published {
  readonly prefix: RegExp;
  readonly module: string;
  readonly version: string;
  /** Folders below the module, the first that names the metric counts: mixins before sources. */
  readonly folders: readonly string[];
}

const mimir = {
  module: "github.com/grafana/mimir",
  version: "v0.0.0-20250501105506-4584085047c0",
  folders: ["operations/mimir-mixin-compiled", "pkg"],
};
const tempo = {
  module: "github.com/grafana/tempo",
  version: "v1.5.1-0.20251008140505-607c7fb69662",
  folders: ["operations/tempo-mixin-compiled", "modules/generator/processor"],
};
const alloy = {
  module: "github.com/grafana/alloy",
  version: "v1.18.1",
  folders: ["operations/alloy-mixin/rendered", "internal/component"],
};

const places: readonly Published[] = [
  { prefix: /^(cortex|thanos|memberlist)_/, ...mimir },
  { prefix: /^(tempodb?|traces)_/, ...tempo },
  { prefix: /^(alloy|otelcol|prometheus_remote|loki_write|pyroscope_write)_/, ...alloy },
  {
    prefix: /^objstore_/,
    module: "github.com/thanos-io/objstore",
    // The version that Pyroscope 2.2.1 is built with.
    version: "v0.0.0-20250813080715-4e5fd4289b50",
    folders: ["."],
  },
];

async function main(): Promise<void> {
  const wanted = askedMetrics(loadStackFile(join(__dirname, "..", "Pulumi.prod.yaml")))
    .map(({ name }) => name)
    .filter((name) => !isRecorded(name));
  const found: Record<string, PublishedMetric> = {};
  const missing: string[] = [];
  for (const name of [...new Set(wanted)].sort()) {
    const row = elsewhere[name] ?? elsewhere[family(name)] ?? (await published(name));
    if (row === undefined) missing.push(name);
    else found[name] = row;
  }
  if (missing.length > 0) {
    throw new Error(`no published list names ${missing.join(", ")}`);
  }
  const file = join(__dirname, "..", "dashboards", "metrics", "published.json");
  await writeFile(file, await format(JSON.stringify(found), { parser: "json", printWidth: 140 }));
  console.log(`${Object.keys(found).length} metrics in ${relative(process.cwd(), file)}`);
}

/** A histogram's or summary's name, without what its series add. */
const family = (name: string): string => name.replace(/_(bucket|sum|count)$/, "");

async function published(name: string): Promise<PublishedMetric | undefined> {
  const place = places.find(({ prefix }) => prefix.test(name));
  if (place === undefined) return undefined;
  const module = await downloadGoModule(place.module, place.version);
  for (const folder of place.folders) {
    for (const path of await filesIn(join(module.Dir, folder))) {
      const lines = (await text(path)).split("\n");
      const line = lines.findIndex((one) => names(one, name));
      if (line < 0) continue;
      return {
        repository: place.module,
        version: place.version,
        path: relative(module.Dir, path),
        line: line + 1,
      };
    }
  }
  return undefined;
}

/** Whole words only, and a histogram under its own name. */
const names = (line: string, name: string): boolean =>
  [name, family(name)].some((one) => new RegExp(`(?<![\\w:])${one}(?![\\w:])`).test(line));

const texts = new Map<string, string>();
const folders = new Map<string, string[]>();

async function text(path: string): Promise<string> {
  const content = texts.get(path) ?? (await readFile(path, "utf8"));
  texts.set(path, content);
  return content;
}

async function filesIn(folder: string): Promise<string[]> {
  const known = folders.get(folder);
  if (known !== undefined) return known;
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => /\.(ya?ml|json|go)$/.test(path) && !path.endsWith("_test.go"))
    .sort();
  folders.set(folder, files);
  return files;
}

if (require.main === module) void main();
