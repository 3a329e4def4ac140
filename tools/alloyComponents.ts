/**
 * Remakes `tools/alloycheck/components.json` from the reference pages in Alloy's published module.
 *
 *   npx tsx tools/alloyComponents.ts
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { format } from "prettier";
import { type ComponentFacts, readPage } from "./alloyReference";
import { downloadGoModule } from "./goModule";

const modulePath = "github.com/grafana/alloy";
/** Release whose image the stack runs. */
const version = "v1.18.1";

/** Components that the gateway and the collector are made of, or may sensibly be. */
const components = [
  "discovery.dns",
  "discovery.relabel",
  "loki.process",
  "loki.relabel",
  "loki.source.api",
  "loki.write",
  "otelcol.exporter.loki",
  "otelcol.exporter.otlp",
  "otelcol.exporter.otlphttp",
  "otelcol.exporter.prometheus",
  "otelcol.processor.attributes",
  "otelcol.processor.batch",
  "otelcol.processor.memory_limiter",
  "otelcol.receiver.awscloudwatch",
  "otelcol.receiver.otlp",
  "otelcol.storage.file",
  "prometheus.exporter.cloudwatch",
  "prometheus.exporter.self",
  "prometheus.receive_http",
  "prometheus.relabel",
  "prometheus.remote_write",
  "prometheus.scrape",
  "pyroscope.receive_http",
  "pyroscope.write",
];
const configBlocks = ["livedebugging", "logging"];
const libraries = [
  "array",
  "coalesce",
  "convert",
  "encoding",
  "file",
  "json_path",
  "string",
  "sys",
];

/**
 * What the pages leave out: these take the server block of `loki.source.api` too, because they embed
 * the same `net.ServerConfig` (internal/component/common/net/config.go), and would else open a
 * random gRPC port.
 */
const undocumented = {
  like: "loki.source.api",
  block: "grpc",
  components: ["prometheus.receive_http", "pyroscope.receive_http"],
};

/** The table in `tools/alloycheck/components.json`. */
export interface AlloyTable {
  readonly source: { module: string; version: string; commit: string; generator: string };
  readonly components: Record<string, ComponentFacts>;
  /** Blocks at the top level that are no components: no label, no exports. */
  readonly configBlocks: Record<string, ComponentFacts>;
  /** Standard library functions. */
  readonly functions: readonly string[];
}

async function main(): Promise<void> {
  const alloy = await downloadGoModule(modulePath, version);
  const docs = join(alloy.Dir, "docs", "sources");
  const passages = new Map<string, string>();
  const facts = async (page: string): Promise<ComponentFacts> => {
    const text = await readFile(join(docs, page), "utf8");
    await collect(text);
    return readPage(`docs/sources/${page}`, text, (path) => passages.get(path) ?? "");
  };
  const collect = async (text: string): Promise<void> => {
    for (const [, path = ""] of text.matchAll(/docs\/shared\s+lookup="([^"]+)"/g)) {
      if (passages.has(path) || path.startsWith("stability/")) continue;
      const passage = await readFile(join(docs, "shared", path), "utf8");
      passages.set(path, passage);
      await collect(passage);
    }
  };
  const table: AlloyTable = {
    source: {
      module: modulePath,
      version,
      commit: alloy.Origin?.Hash ?? "",
      generator: "tools/alloyComponents.ts",
    },
    components: {},
    configBlocks: {},
    functions: [],
  };
  for (const name of components) {
    const folder = name.split(".")[0] ?? "";
    table.components[name] = await facts(`reference/components/${folder}/${name}.md`);
  }
  const block = table.components[undocumented.like]?.blocks[undocumented.block];
  for (const name of undocumented.components) {
    const component = table.components[name];
    if (!component || !block) throw new Error(`nothing to add ${undocumented.block} to ${name}`);
    if (undocumented.block in component.blocks) throw new Error(`${name}: the page has it now`);
    component.blocks[undocumented.block] = block;
  }
  for (const name of configBlocks) {
    table.configBlocks[name] = await facts(`reference/config-blocks/${name}.md`);
  }
  const functions: string[] = [];
  for (const library of libraries) {
    const text = await readFile(join(docs, "reference", "stdlib", `${library}.md`), "utf8");
    const names = [...text.matchAll(/^## `?([a-z_]\w*(?:\.\w+)?)`?$/gm)].map((m) => m[1] ?? "");
    // A page without such headings describes one function, by the name of the page.
    if (names.length === 0) functions.push(library);
    functions.push(...names.map((name) => (name.includes(".") ? name : `${library}.${name}`)));
  }
  const sorted = { ...table, functions: [...new Set(functions)].sort() };
  const file = join(__dirname, "alloycheck", "components.json");
  await writeFile(file, await format(JSON.stringify(sorted), { parser: "json", printWidth: 100 }));
}

if (require.main === module) void main();
