import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { AlloyTable } from "../../tools/alloyComponents";
import type { ArgumentFacts, BlockFacts, Stability } from "../../tools/alloyReference";
import { stabilityLevels } from "../../tools/alloyReference";
import { root } from "./goldenFiles";

/** An attribute, as alloycheck prints it. */
export interface AlloyAttribute {
  readonly name: string;
  readonly line: number;
  readonly column: number;
  /** Present where the expression is a single string, number or boolean. */
  readonly value?: string | number | boolean;
  readonly references: readonly string[];
  readonly calls: readonly string[];
}

/** A block, as alloycheck prints it. */
export interface AlloyBlock {
  readonly name: string;
  readonly label?: string;
  readonly line: number;
  readonly column: number;
  readonly attributes: readonly AlloyAttribute[];
  readonly blocks: readonly AlloyBlock[];
}

/** A file, as alloycheck prints it. */
export interface AlloyFile {
  readonly file: string;
  readonly formatted: boolean;
  readonly attributes: readonly AlloyAttribute[];
  readonly blocks: readonly AlloyBlock[];
}

/** What was found in a file. */
export interface AlloyFindings {
  /** `line:column: what is wrong`. */
  readonly problems: string[];
  /** Least mature thing the file uses: what `--stability.level` must allow. */
  readonly stability: Stability;
}

/** Component reference of the deployed Alloy. */
export const alloyTable = JSON.parse(
  readFileSync(join(root, "tools", "alloycheck", "components.json"), "utf8"),
) as AlloyTable;

/** Blocks that take a label inside of a component, by the page of `prometheus.exporter.cloudwatch`. */
const labelledBlocks = new Set(["static", "custom_namespace"]);

/** Where receivers listen when the file does not say, by block path; source: the components' pages. */
const defaultPorts: Record<string, number> = {
  "prometheus.receive_http/http": 8080,
  "loki.source.api/http": 8080,
  "pyroscope.receive_http/http": 8080,
  "otelcol.receiver.otlp/grpc": 4317,
  "otelcol.receiver.otlp/http": 4318,
};

const at = (node: { line: number; column: number }): string => `${node.line}:${node.column}`;

function isAtMost(level: Stability, limit: Stability): boolean {
  return stabilityLevels.indexOf(level) <= stabilityLevels.indexOf(limit);
}

/** Names, required parts, references, ports and maturity of a parsed Alloy file. */
export function checkAlloyFile(file: AlloyFile, table: AlloyTable = alloyTable): AlloyFindings {
  const problems: string[] = [];
  const components = new Map<string, AlloyBlock>();
  let stability: Stability = "general-availability";
  const uses = (level: Stability | undefined): void => {
    if (level && !isAtMost(level, stability)) stability = level;
  };

  for (const attribute of file.attributes) {
    problems.push(`${at(attribute)}: attribute ${attribute.name} outside of a block`);
  }
  for (const block of file.blocks) {
    const facts = table.components[block.name] ?? table.configBlocks[block.name];
    if (!facts) {
      problems.push(`${at(block)}: ${block.name} is no component in components.json`);
      continue;
    }
    const isComponent = block.name in table.components;
    if (isComponent !== Boolean(block.label)) {
      problems.push(`${at(block)}: ${block.name} ${isComponent ? "needs a" : "takes no"} label`);
    }
    const id = [block.name, block.label].filter(Boolean).join(".");
    if (components.has(id)) problems.push(`${at(block)}: ${id} is declared twice`);
    components.set(id, block);
    uses(facts.stability);
    checkBody(block, facts, block.name);
  }
  for (const [id, block] of components) checkReferences(id, block);
  checkPorts();
  return { problems, stability };

  function checkBody(block: AlloyBlock, facts: BlockFacts, path: string): void {
    const seen = new Set<string>();
    for (const attribute of block.attributes) {
      const known: ArgumentFacts | undefined = facts.arguments[attribute.name];
      if (!known) problems.push(`${at(attribute)}: ${path} has no argument ${attribute.name}`);
      if (seen.has(attribute.name))
        problems.push(`${at(attribute)}: ${attribute.name} is set twice`);
      seen.add(attribute.name);
      uses(known?.stability);
    }
    for (const [name, argument] of Object.entries(facts.arguments)) {
      if (argument.required && !seen.has(name))
        problems.push(`${at(block)}: ${path} needs ${name}`);
    }
    for (const child of block.blocks) {
      const known = childFacts(path, facts, child.name);
      if (!known) {
        problems.push(`${at(child)}: ${path} has no block ${child.name}`);
        continue;
      }
      if (labelledBlocks.has(child.name) !== Boolean(child.label)) {
        problems.push(`${at(child)}: ${path}/${child.name}: a label is missing or too much`);
      }
      uses(known.stability);
      checkBody(child, known, `${path}/${child.name}`);
    }
    for (const [name, child] of Object.entries(facts.blocks)) {
      if (child.required && !block.blocks.some((b) => b.name === name)) {
        problems.push(`${at(block)}: ${path} needs the block ${name}`);
      }
    }
  }

  function childFacts(path: string, facts: BlockFacts, name: string): BlockFacts | undefined {
    // "It supports all the same stage.NAME blocks as in the top level" (page of loki.process).
    const stages = path.endsWith("/stage.match")
      ? table.components["loki.process"]?.blocks
      : undefined;
    return facts.blocks[name] ?? stages?.[name];
  }

  function checkReferences(id: string, block: AlloyBlock): void {
    for (const attribute of block.attributes) {
      for (const call of attribute.calls) {
        if (!table.functions.includes(call)) {
          problems.push(`${at(attribute)}: ${call} is no function`);
        }
      }
      for (const reference of attribute.references) {
        const problem = referenceProblem(id, reference);
        if (problem) problems.push(`${at(attribute)}: ${reference}: ${problem}`);
      }
    }
    for (const child of block.blocks) checkReferences(id, child);
  }

  function referenceProblem(id: string, reference: string): string | undefined {
    if (reference.startsWith("constants.")) return undefined;
    const parts = reference.split(".");
    // Labels hold no dots, so the component's name decides how long its part is.
    const name = Object.keys(table.components).find((known) => reference.startsWith(`${known}.`));
    const length = name?.split(".").length ?? 0;
    const target = parts.slice(0, length + 1).join(".");
    if (!name || !components.has(target)) return "no such component in this file";
    if (target === id) return "refers to itself";
    const field = parts[length + 1];
    const exports = table.components[name]?.exports ?? [];
    if (field !== undefined && exports.includes(field)) return undefined;
    return `${name} exports ${exports.length > 0 ? exports.join(", ") : "nothing"}`;
  }

  function checkPorts(): void {
    const users = new Map<number, string>();
    for (const [id, component] of components) {
      for (const child of component.blocks) {
        const port = listenPort(`${component.name}/${child.name}`, child);
        if (port === undefined) continue;
        const user = `${id}/${child.name}`;
        const other = users.get(port);
        if (other) problems.push(`${at(child)}: ${user} listens on ${port} like ${other}`);
        users.set(port, user);
      }
    }
  }
}

/** Port a block listens on, undefined where it is no listener or picks a random one. */
function listenPort(path: string, block: AlloyBlock): number | undefined {
  const attribute = block.attributes.find((a) => a.name === "listen_port" || a.name === "endpoint");
  if (!(path in defaultPorts) && !/\/(http|grpc)$/.test(path)) return undefined;
  if (!attribute) return defaultPorts[path];
  return Number(String(attribute.value).split(":").at(-1));
}

/** Ports that an Alloy file listens on, in its order; Alloy's own HTTP server is no part of a file. */
export function listenPorts(file: AlloyFile): number[] {
  return file.blocks.flatMap((component) =>
    component.blocks.flatMap((b) => listenPort(`${component.name}/${b.name}`, b) ?? []),
  );
}
