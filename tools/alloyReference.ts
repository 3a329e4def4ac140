/**
 * Reads the reference pages of Alloy (Markdown) into a table of arguments, blocks and exports.
 * Only names, types and "required" are taken: what a checker needs, nothing a reader would.
 */

/** How mature Alloy declares a thing; anything else than the first needs `--stability.level`. */
export const stabilityLevels = ["general-availability", "public-preview", "experimental"] as const;
export type Stability = (typeof stabilityLevels)[number];

/** One argument of a component or block. */
export interface ArgumentFacts {
  readonly type: string;
  readonly required?: true;
  /** Present where it is less mature than what holds it. */
  readonly stability?: Stability;
}

/** A component, or a block inside of one. */
export interface BlockFacts {
  readonly required?: true;
  readonly stability?: Stability;
  readonly arguments: Record<string, ArgumentFacts>;
  readonly blocks: Record<string, BlockFacts>;
}

/** A component or top-level configuration block. */
export interface ComponentFacts extends BlockFacts {
  readonly stability: Stability;
  /** Page the facts were read from, inside the module. */
  readonly page: string;
  readonly exports: readonly string[];
}

type MutableBlock = {
  -readonly [K in keyof BlockFacts]: BlockFacts[K];
} & { blocks: Record<string, MutableBlock> };

interface Section {
  readonly level: number;
  readonly title: string;
  readonly text: string;
}

const bare = (cell: string): string => cell.replace(/`/g, "").trim();

/** Rows of every table in a text, each as column name → cell. */
export function tables(text: string): Record<string, string>[][] {
  const found: Record<string, string>[][] = [];
  let header: string[] | undefined;
  let rows: Record<string, string>[] = [];
  const close = (): void => {
    if (header) found.push(rows);
    header = undefined;
    rows = [];
  };
  for (const line of text.split("\n")) {
    if (!line.trimStart().startsWith("|")) {
      close();
      continue;
    }
    const cells = line
      .trim()
      .replace(/^\||\|$/g, "")
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim());
    if (!header) header = cells.map((cell) => bare(cell).toLowerCase());
    else if (!cells.every((cell) => /^[:\- ]+$/.test(cell))) {
      const names = header;
      rows.push(Object.fromEntries(cells.map((cell, i) => [names[i] ?? String(i), cell])));
    }
  }
  close();
  return found;
}

function sections(text: string): Section[] {
  const found: { level: number; title: string; text: string }[] = [];
  let fenced = false;
  for (const line of text.split("\n")) {
    if (line.trimStart().startsWith("```")) fenced = !fenced;
    const heading = fenced ? null : /^(#{2,6})\s+(.*?)\s*$/.exec(line);
    if (heading)
      found.push({ level: heading[1]?.length ?? 0, title: bare(heading[2] ?? ""), text: "" });
    else if (!fenced) {
      const last = found.at(-1);
      if (last) last.text += `${line}\n`;
    }
  }
  return found;
}

/** Puts the shared passages in the place of their `docs/shared` lines. */
function inline(text: string, shared: (path: string) => string): string {
  return text.replace(/\{\{<\s*docs\/shared\s+lookup="([^"]+)".*?>\}\}/g, (_, path: string) =>
    path.startsWith("stability/")
      ? `EXPERIMENTAL-PASSAGE ${path}`
      : inline(shared(path).replace(/^---[\s\S]*?\n---\n/, ""), shared),
  );
}

function argumentsOf(section: string): Record<string, ArgumentFacts> {
  const found: Record<string, ArgumentFacts> = {};
  // "**EXPERIMENTAL**: The `a`, `b`, and … arguments are experimental".
  const notice = [...section.matchAll(/\*\*EXPERIMENTAL\*\*: The ([^.]*)/g)].map((m) => m[1] ?? "");
  for (const rows of tables(section)) {
    for (const row of rows) {
      if (row.name === undefined || row.type === undefined) continue;
      const name = bare(row.name);
      const experimental =
        /^\(Experimental\)/i.test(row.description ?? "") ||
        notice.some((text) => text.split(/,? and using /)[0]?.includes(`\`${name}\``));
      found[name] = {
        type: bare(row.type),
        ...(bare(row.required ?? "") === "yes" ? { required: true as const } : {}),
        ...(experimental ? { stability: "experimental" as const } : {}),
      };
    }
  }
  return found;
}

/** Rows of a section's block tables: path of names from that section, and whether required. */
function blockRows(section: string): { path: string[]; required: boolean }[] {
  return tables(section)
    .flat()
    .filter((row) => row.type === undefined && (row.block ?? row.name) !== undefined)
    .map((row) => ({
      path: (row.block ?? row.name ?? "")
        .split(" > ")
        .map((part) => bare(part).replace(/^\[(.*?)\].*$/, "$1")),
      required: bare(row.required ?? "") === "yes",
    }));
}

function blockAt(root: MutableBlock, path: readonly string[]): MutableBlock {
  return path.reduce<MutableBlock>((at, name) => (at.blocks[name] ??= empty()), root);
}

const empty = (): MutableBlock => ({ arguments: {}, blocks: {} });

/**
 * Facts of one reference page.
 *
 * @param page - path of the page, kept in the result.
 * @param markdown - its text.
 * @param shared - reads a shared passage by its look-up path.
 */
export function readPage(
  page: string,
  markdown: string,
  shared: (path: string) => string,
): ComponentFacts {
  const stability = /^\s+stage:\s*(\S+)/m.exec(markdown.split("\n---")[0] ?? "")?.[1];
  const level = stabilityLevels.find((known) => known === stability);
  if (!level) throw new Error(`${page}: unknown stage ${stability ?? "(none)"}`);
  const all = sections(inline(markdown, shared));
  const top = (title: string): string =>
    all.find((s) => s.level === 2 && s.title === title)?.text ?? "";
  const root = empty();
  root.arguments = argumentsOf(top("Arguments"));
  for (const { path, required } of blockRows(top("Blocks"))) {
    if (required) blockAt(root, path).required = true;
    else blockAt(root, path);
  }
  const start = all.findIndex((s) => s.level === 2 && s.title === "Blocks");
  const end = all.findIndex((s, i) => i > start && s.level === 2);
  const parts = all.slice(start + 1, end < 0 ? undefined : end);
  for (const [i, section] of parts.entries()) {
    const title = section.title.split(" > ");
    // A heading names a block alone, wherever it occurs, or by its whole path.
    const homes = title.length > 1 ? [blockAt(root, title)] : named(root, section.title);
    if (homes.length === 0) {
      // A heading below a block's heading, named in no table: the block `rule` of stage.truncate.
      const parent = parts.slice(0, i).findLast((s) => s.level < section.level);
      if (!parent || Object.keys(argumentsOf(section.text)).length === 0) continue;
      homes.push(...named(root, parent.title).map((at) => blockAt(at, [section.title])));
    }
    for (const home of homes) {
      Object.assign(home.arguments, argumentsOf(section.text));
      if (/EXPERIMENTAL-PASSAGE stability\/experimental/.test(section.text)) {
        home.stability = "experimental";
      }
      for (const { path, required } of blockRows(section.text)) {
        if (required) blockAt(home, path).required = true;
        else blockAt(home, path);
      }
    }
  }
  const exports = tables(top("Exported fields")).flat();
  return {
    stability: level,
    page,
    exports: exports.filter((row) => row.type !== undefined).map((row) => bare(row.name ?? "")),
    arguments: root.arguments,
    blocks: root.blocks,
  };
}

function named(at: MutableBlock, name: string): MutableBlock[] {
  return Object.entries(at.blocks).flatMap(([key, child]) => [
    ...(key === name ? [child] : []),
    ...named(child, name),
  ]);
}
