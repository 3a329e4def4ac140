import { existsSync } from "node:fs";
import { glob } from "node:fs/promises";
import { join, resolve, sep } from "node:path";

/** Command that renders the golden files. */
const remake = "npm run generate";

/** Repository root. */
export const root = resolve(__dirname, "..", "..");

/** A rendered configuration file of one service. */
export interface GoldenFile {
  readonly path: string;
  /** `golden/<stack>/<service>/<file>`, for titles and messages. */
  readonly title: string;
  readonly stack: string;
  readonly service: string;
}

/**
 * Golden files of a server, by file name, at any depth below `golden/<stack>/<service>`.
 *
 * @throws Error naming the command that makes them, if there are none: a lane with nothing to check
 *   must not pass.
 */
export async function goldenFiles(
  fileName: string,
  folder = join(root, "golden"),
): Promise<GoldenFile[]> {
  const found: GoldenFile[] = [];
  if (existsSync(folder)) {
    for await (const match of glob(`*/*/**/${fileName}`, { cwd: folder })) {
      const [stack = "", service = ""] = match.split(sep);
      found.push({ path: join(folder, match), title: `golden/${match}`, stack, service });
    }
  }
  if (found.length === 0) {
    throw new Error(
      `no golden/<stack>/<service>/${fileName}: make the golden files with \`${remake}\``,
    );
  }
  return found.sort((a, b) => a.title.localeCompare(b.title));
}

/** Targets of Loki's microservices that the stack runs. */
const lokiTargets = ["compactor", "distributor", "ingester", "querier", "query-frontend"];
/** Targets of Tempo's microservices that the stack runs. */
const tempoTargets = [...lokiTargets, "metrics-generator"];

const targetsOf = { loki: lokiTargets, tempo: tempoTargets };
/** The role that carries the product's plain name (spec S2, S4). */
const plainName = { loki: "distributor", tempo: "query-frontend" };

/**
 * Value of `-target` for a service: `loki-ingester-0` → `ingester`, `tempo` → `query-frontend`.
 *
 * @throws Error for a service that is no role of the product.
 */
export function targetOf(product: "loki" | "tempo", service: string): string {
  const role = service.replace(new RegExp(`^(.*-)?${product}(-|$)`), "").replace(/-?\d+$/, "");
  const target = role === "" ? plainName[product] : role;
  if (!targetsOf[product].includes(target)) {
    throw new Error(
      `${service}: ${target} is no ${product} target (${targetsOf[product].join(", ")})`,
    );
  }
  return target;
}
