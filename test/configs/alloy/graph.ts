import {
  idOf,
  type Attribute,
  type Block,
  type Statement,
  type Value,
} from "../../../configs/alloy/syntax";

/** Everything in a file, outermost first. */
export const blocksOf = (statements: readonly Statement[]): Block[] =>
  statements.flatMap((one) => (one.kind === "block" ? [one, ...blocksOf(one.body)] : []));

export const attributesOf = (statements: readonly Statement[]): Attribute[] =>
  statements.flatMap((one) => (one.kind === "block" ? attributesOf(one.body) : [one]));

/** Component → the components it refers to, each with the setting that does so and the exported field. */
export interface Link {
  readonly from: string;
  readonly setting: string;
  readonly to: string;
  readonly field: string;
}

const pathsIn = (value: Value): string[] => {
  if (typeof value !== "object") return [];
  if ("kind" in value) {
    if (value.kind === "reference") return [value.path];
    return value.kind === "call" ? value.args.flatMap(pathsIn) : [];
  }
  return value.flatMap(pathsIn);
};

export function linksOf(file: readonly Statement[]): Link[] {
  return file.flatMap((one) =>
    one.kind === "block"
      ? attributesOf([one]).flatMap(({ name, value }) =>
          pathsIn(value).map((path) => ({
            from: idOf(one),
            setting: name,
            to: path.slice(0, path.lastIndexOf(".")),
            field: path.slice(path.lastIndexOf(".") + 1),
          })),
        )
      : [],
  );
}

/** Where data that enters a component ends, following its outputs. */
export function endsOf(file: readonly Statement[], start: string, setting?: string): string[] {
  const links = linksOf(file);
  const ends = new Set<string>();
  const visit = (id: string, only?: string) => {
    const next = links.filter(
      ({ from, setting: by }) => from === id && (only === undefined || by === only),
    );
    // Of a component that splits signals, a signal follows its own output.
    const own = next.filter(({ setting: by }) => by === setting);
    const chosen = own.length > 0 ? own : next;
    if (chosen.length === 0) ends.add(id);
    for (const { to } of chosen) visit(to);
  };
  visit(start, setting);
  return [...ends].sort();
}

/** Every component that data of one signal passes on its way from a component. */
export function pathOf(file: readonly Statement[], start: string, setting: string): string[] {
  const seen: string[] = [];
  const visit = (id: string) => {
    seen.push(id);
    const next = linksOf(file).filter(({ from }) => from === id);
    const own = next.filter(({ setting: by }) => by === setting);
    for (const { to } of own.length > 0 ? own : next) visit(to);
  };
  visit(start);
  return seen;
}

/** The value of a setting inside a block. */
export const valueIn = (one: Block | undefined, name: string): Value | undefined =>
  one?.body.find((item): item is Attribute => item.kind === "attribute" && item.name === name)
    ?.value;

/** The text of a setting that is a string or a number. @throws Error where it is neither. */
export function textIn(one: Block | undefined, name: string): string {
  const value = valueIn(one, name);
  if (typeof value !== "string" && typeof value !== "number") {
    throw new Error(`${one?.name ?? "no block"} has no text ${name}`);
  }
  return String(value);
}

export const find = (file: readonly Statement[], name: string, label?: string): Block | undefined =>
  blocksOf(file).find((one) => one.name === name && (label === undefined || one.label === label));
