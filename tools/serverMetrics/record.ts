/**
 * Remakes the lists of metrics that started servers expose, in `dashboards/metrics/`.
 *
 *   npx tsx tools/serverMetrics/record.ts [loki] [tempo]
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { format } from "prettier";
import { describeBuild } from "../install";
import { exposedMetrics, type MeasuredServer } from "./start";

/** A file in `dashboards/metrics/`. */
export interface RecordedMetrics {
  readonly source: { readonly server: string; readonly version: string; readonly how: string };
  readonly metrics: Readonly<Record<string, readonly string[]>>;
}

async function main(): Promise<void> {
  const named = process.argv.slice(2) as MeasuredServer[];
  const folder = join(__dirname, "..", "..", "dashboards", "metrics");
  await mkdir(folder, { recursive: true });
  for (const server of named.length > 0 ? named : (["loki", "tempo"] as const)) {
    const { version } = await describeBuild(server);
    const recorded: RecordedMetrics = {
      source: { server, version, how: `started with tools/serverMetrics/${server}.yaml` },
      metrics: await exposedMetrics(server),
    };
    const file = join(folder, `${server}.json`);
    await writeFile(
      file,
      await format(JSON.stringify(recorded), { parser: "json", printWidth: 100 }),
    );
    console.log(`${server} ${version}: ${Object.keys(recorded.metrics).length} metrics`);
  }
}

if (require.main === module) void main();
