/**
 * Remakes `configs/mimir/settings.json` from the setting list in Mimir's published module.
 *
 *   npx tsx tools/mimirSettings.ts
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { downloadGoModule } from "./goModule";

const modulePath = "github.com/grafana/mimir";
/** The newest commit that the module proxy can serve (2.17 in development). */
const version = "v0.0.0-20250501105506-4584085047c0";
const descriptor = "cmd/mimir/config-descriptor.json";

/** A node of the descriptor: a setting, or a block of them. */
interface DescriptorEntry {
  readonly kind: "block" | "field";
  readonly name: string;
  readonly fieldType?: string;
  readonly blockEntries?: readonly DescriptorEntry[] | null;
}

/** The list in `configs/mimir/settings.json`. */
export interface MimirSettings {
  readonly source: { module: string; version: string; path: string; generator: string };
  /** Dotted YAML path → type, in the descriptor's words (`duration`, `list of strings`). */
  readonly settings: Record<string, string>;
}

/** Dotted path → type of every setting below a node. */
export function flatten(entry: DescriptorEntry, prefix = ""): Record<string, string> {
  const path = [prefix, entry.name].filter((part) => part !== "").join(".");
  if (entry.kind === "field") return { [path]: entry.fieldType ?? "unknown" };
  const entries = (entry.blockEntries ?? []).flatMap((child) =>
    Object.entries(flatten(child, path)),
  );
  return Object.fromEntries(entries);
}

async function main(): Promise<void> {
  const mimir = await downloadGoModule(modulePath, version);
  const root = JSON.parse(await readFile(join(mimir.Dir, descriptor), "utf8")) as DescriptorEntry;
  const result: MimirSettings = {
    source: { module: modulePath, version, path: descriptor, generator: "tools/mimirSettings.ts" },
    settings: flatten({ ...root, name: "" }),
  };
  const file = join(dirname(__dirname), "configs", "mimir", "settings.json");
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(result, null, 2)}\n`);
}

if (require.main === module) void main();
