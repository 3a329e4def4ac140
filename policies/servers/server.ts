import { parse } from "yaml";
import { stopScript } from "../data/commands";
import {
  classOf,
  configurationKeys,
  imageNames,
  type PartClass,
  type Product,
} from "../data/parts";
import type { Resource } from "../resource";
import { isRecord, Value } from "../value";

export const TASK_DEFINITION = "aws:ecs/taskDefinition:TaskDefinition";

/** What tells the servers of a task definition (`serversOf`), for the rules' `reads`. */
export const serverReads: Readonly<Record<string, readonly string[]>> = {
  [TASK_DEFINITION]: ["containerDefinitions"],
};

/** A server of an LGTM system, as a task definition shows it. */
export interface Server {
  readonly product: Product;
  /** Name of its container. */
  readonly name: string;
  readonly container: Value;
  /** What it runs: its `target`s, or what stands for them where the product has none. */
  readonly targets: readonly string[];
  readonly part: PartClass;
  /** Its rendered configuration; reading it gives nothing where the task holds none that can be parsed. */
  readonly settings: Value;
  readonly hasSettings: boolean;
  /** Command-line flags without their dashes; they win over the file. */
  readonly flags: ReadonlyMap<string, string>;
}

/** Containers of a task definition. @throws UnknownValueError in a preview that does not know them. */
export const containersOf = (taskDefinition: Resource): Value[] =>
  taskDefinition
    .at("containerDefinitions")
    .json()
    .oneOrMore()
    .filter((container) => isRecord(container.known()));

/** Prepares something before the servers start, and is gone when they run: others wait for its success. */
export function initContainerNames(containers: readonly Value[]): ReadonlySet<string> {
  return new Set(
    containers.flatMap((container) =>
      container
        .at("dependsOn")
        .oneOrMore()
        .filter((entry) => ["SUCCESS", "COMPLETE"].includes(entry.at("condition").text() ?? ""))
        .flatMap((entry) => entry.at("containerName").text() ?? []),
    ),
  );
}

/** Environment of a container, in plain text. */
export const environmentOf = (container: Value): { name: string; value: string }[] =>
  container
    .at("environment")
    .oneOrMore()
    .flatMap((entry) => {
      const name = entry.at("name").text();
      const value = entry.at("value").text();
      return name === undefined || value === undefined ? [] : [{ name, value }];
    });

/** Texts of a task that may be files: environment values of more than one line. */
export const filesOf = (containers: readonly Value[]): { name: string; value: string }[] =>
  containers.flatMap(environmentOf).filter(({ value }) => value.includes("\n"));

/** The product whose server an image holds. */
export function productOf(image: string | undefined): Product | undefined {
  if (image === undefined) return undefined;
  const repository = image.replace(/@.*$/, "").replace(/:[^:/]*$/, "");
  const name = repository.slice(repository.lastIndexOf("/") + 1);
  return imageNames.find(([pattern]) => pattern.test(name))?.[1];
}

/**
 * The LGTM servers that a task definition runs.
 *
 * @throws UnknownValueError in a preview that does not know the containers.
 */
export function serversOf(taskDefinition: Resource): Server[] {
  const text = taskDefinition.at("containerDefinitions").known();
  const known = typeof text === "string" ? remembered.get(text) : undefined;
  if (known !== undefined) return known;
  const containers = containersOf(taskDefinition);
  const init = initContainerNames(containers);
  const servers = containers.flatMap((container) => {
    const product = productOf(container.at("image").text());
    const name = container.at("name").text() ?? "";
    return product === undefined || init.has(name)
      ? []
      : [serverOf(product, name, container, containers)];
  });
  if (typeof text === "string") {
    if (remembered.size >= REMEMBERED_LIMIT) remembered.clear();
    remembered.set(text, servers);
  }
  return servers;
}

/** Many rules read the same task definition: its configuration is parsed once. Keyed by content, so never stale. */
const remembered = new Map<string, Server[]>();
const REMEMBERED_LIMIT = 2000;

function serverOf(
  product: Product,
  name: string,
  container: Value,
  containers: readonly Value[],
): Server {
  const settings = configurationOf(product, containers);
  const flags = flagsOf(container);
  const targets = targetsOf(product, settings, flags, container, containers);
  return {
    product,
    name,
    container,
    targets,
    part: classOf(product, targets),
    settings,
    hasSettings: settings.exists,
    flags,
  };
}

/** What starts the server: entry point and command, or the command alone where the entry point is a {@link stopScript}. */
export function startWords(container: Value): readonly string[] {
  const entryPoint = container.at("entryPoint").texts();
  const command = container.at("command").texts();
  const [, applet, option, script = "", ...more] = entryPoint;
  const lines = script.split("\n");
  const passesOn =
    applet === "sh" &&
    option === "-c" &&
    more.length === 0 &&
    lines.length === stopScript.length &&
    stopScript.every((line, index) => line.test(lines[index] ?? ""));
  return passesOn ? command : [...entryPoint, ...command];
}

/** Flags as Go's servers take them: `-target=ingester`, `--storage.path=/data`, `-config.file /etc/x`. */
function flagsOf(container: Value): ReadonlyMap<string, string> {
  const words = startWords(container);
  const flags = new Map<string, string>();
  words.forEach((word, index) => {
    const match = /^--?([A-Za-z][\w.-]*)(?:=([\s\S]*))?$/.exec(word);
    if (match === null) return;
    const next = words[index + 1];
    const value = match[2] ?? (next === undefined || next.startsWith("-") ? "true" : next);
    flags.set(match[1] ?? "", value);
  });
  return flags;
}

function targetsOf(
  product: Product,
  settings: Value,
  flags: ReadonlyMap<string, string>,
  container: Value,
  containers: readonly Value[],
): readonly string[] {
  if (product === "memcached") return ["all"];
  if (product === "grafana") {
    const type = environmentOf(container).find(({ name }) => name === "GF_DATABASE_TYPE")?.value;
    return [type === "postgres" || type === "mysql" ? "postgres" : "sqlite"];
  }
  if (product === "alloy") {
    const fetches =
      /\b(prometheus\.(scrape|exporter\.cloudwatch)|otelcol\.receiver\.awscloudwatch)\b/;
    return [filesOf(containers).some(({ value }) => fetches.test(value)) ? "collector" : "gateway"];
  }
  const target = flags.get("target") ?? settings.at("target").text() ?? "all";
  return target.split(",").map((part) => part.trim());
}

/** The file among a task's texts that is the server's own: the one with most of its keys. */
function configurationOf(product: Product, containers: readonly Value[]): Value {
  const keys = configurationKeys[product];
  const none = new Value(undefined, product);
  if (keys === undefined) return none;
  const candidates = filesOf(containers)
    .map(({ value }) => ({ value, score: keys.filter((key) => hasKey(value, key)).length }))
    .filter(({ score }) => score >= 2)
    .sort((a, b) => b.score - a.score);
  for (const { value } of candidates) {
    const tree = parsedYaml(value);
    if (isRecord(tree)) return new Value(tree, product);
  }
  return none;
}

const hasKey = (text: string, key: string) =>
  text.startsWith(`${key}:`) || text.includes(`\n${key}:`);

/** Far deeper than any configuration; a text of brackets alone would keep the parser busy. */
const MOST_NESTING = 100;

function parsedYaml(text: string): unknown {
  if (parsedTexts.has(text)) return parsedTexts.get(text);
  let tree: unknown;
  try {
    tree =
      nesting(text) > MOST_NESTING || manyIndicators.test(text) ? undefined : parseQuietly(text);
  } catch {
    tree = undefined;
  }
  if (parsedTexts.size >= REMEMBERED_LIMIT) parsedTexts.clear();
  parsedTexts.set(text, tree);
  return tree;
}

/** A row of `- - -` or `? ? ?`, which takes the parser more than quadratic time. */
const manyIndicators = /(?:[?-]\s{1,9}){20}/;

const parsedTexts = new Map<string, unknown>();

/**
 * @throws Error where a text is no YAML, or an anchor's value contains itself, which the servers' own parser refuses too
 * (gopkg.in/yaml.v3@v3.0.1/decode.go, "value contains itself").
 */
function parseQuietly(text: string): unknown {
  const tree: unknown = parse(text, { logLevel: "silent", maxAliasCount: 100, uniqueKeys: false });
  JSON.stringify(tree); // refuses what contains itself
  return tree;
}

/** Most brackets that are open at once. */
function nesting(text: string): number {
  let open = 0;
  let most = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === "[" || character === "{") most = Math.max(most, ++open);
    else if ((character === "]" || character === "}") && open > 0) open--;
  }
  return most;
}
