import { z } from "zod";
import { stackSchema } from "./schema";

/** A node of the JSON Schema of a stack file, as far as it is used here. */
export interface SchemaNode {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly SchemaNode[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | SchemaNode;
  readonly items?: SchemaNode;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly pattern?: string;
}

let cached: SchemaNode | undefined;

/** The JSON Schema of what may be written below `lgtm:`. */
export function settingsSchema(): SchemaNode {
  return (cached ??= z.toJSONSchema(stackSchema, { io: "input" }) as SchemaNode);
}

/** The schema of one setting, or undefined where there is no such setting. */
export function schemaAt(path: readonly (string | number)[]): SchemaNode | undefined {
  return path.reduce<SchemaNode | undefined>((node, step) => {
    if (typeof step === "number") return node?.items;
    const child = node?.properties?.[step];
    if (child !== undefined) return child;
    return typeof node?.additionalProperties === "object" ? node.additionalProperties : undefined;
  }, settingsSchema());
}

/** What may stand at a setting, in words. */
export function allowedBy(node: SchemaNode): string {
  if (node.enum !== undefined) return node.enum.map(String).join(", ");
  if (node.anyOf !== undefined) return node.anyOf.map((each) => allowedBy(each)).join(", ");
  if (node.const !== undefined) return JSON.stringify(node.const);
  switch (node.type ?? "string") {
    case "integer":
      return `a whole number${range(node.minimum, node.maximum)}`;
    case "number":
      return `a number${range(node.minimum, node.maximum)}`;
    case "boolean":
      return "true or false";
    case "array":
      return `a list${range(node.minItems, node.maxItems, " entries")}${node.items === undefined ? "" : ` of: ${allowedBy(node.items)}`}`;
    case "object":
      return node.properties === undefined
        ? "a section of names and values"
        : `a section with the keys ${Object.keys(node.properties).join(", ")}`;
    default:
      return `text${range(node.minLength, node.maxLength, " characters")}`;
  }
}

/** JavaScript's largest safe integer is how zod writes "no upper bound". */
function range(low?: number, high?: number, unit = ""): string {
  const top = high === undefined || high >= Number.MAX_SAFE_INTEGER ? undefined : high;
  const bottom = low === undefined || low <= Number.MIN_SAFE_INTEGER ? undefined : low;
  if (bottom !== undefined && top !== undefined) return ` from ${bottom} to ${top}${unit}`;
  if (bottom !== undefined) return ` of at least ${bottom}${unit}`;
  return top === undefined ? "" : ` of at most ${top}${unit}`;
}

/** Dotted paths of all settings that end in the given name. */
export function settingsNamed(name: string): readonly string[] {
  const found: string[] = [];
  const walk = (node: SchemaNode, path: string) => {
    for (const [key, child] of Object.entries(node.properties ?? {})) {
      const below = path === "" ? key : `${path}.${key}`;
      if (key === name) found.push(below);
      walk(child, below);
    }
  };
  walk(settingsSchema(), "");
  return found;
}
