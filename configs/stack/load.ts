import * as fs from "node:fs";
import * as path from "node:path";
import { z } from "zod";
import { bucketNameOf, completeConfig } from "./complete";
import { checkEnvelope } from "./envelope";
import { type Mistake, shown, StackConfigError } from "./mistake";
import { settingAt } from "./roles";
import { type Finding, rules, type RuleFacts, type Sibling } from "./rules";
import { type StackConfig, type StackSettings, stackSchema } from "./schema";
import { checkShape, configPath, isAtOrBelow, type RawSettings } from "./shape";
import { keyName, readSource, stackNameOf } from "./source";

export { type Mistake, StackConfigError } from "./mistake";

/** A checked stack file, and the same as Pulumi's engine would hand it to the program. */
export interface LoadedStack {
  readonly config: StackConfig;
  /** Pulumi configuration: every value is text, objects are JSON. Encrypted values are placeholders. */
  readonly pulumiConfig: Readonly<Record<string, string>>;
  /** Keys of `pulumiConfig` whose values are secret. */
  readonly secretKeys: readonly string[];
}

export interface LoadOptions {
  /** Number of listener rules that settings lead to; the catalog derives it. Without it the limit is not checked. */
  readonly listenerRules?: (settings: StackSettings) => number;
  /** Looks at the complete configuration, where nothing else was wrong with it. */
  readonly complete?: (config: StackConfig) => readonly Finding[];
}

/** What Pulumi's runtime knows of the stack that runs. */
export interface PulumiStack extends LoadOptions {
  /** `pulumi.getStack()`. */
  readonly stack: string;
  /** `pulumi.runtime.allConfig()`: full key → text, objects as JSON. */
  readonly values: Readonly<Record<string, string>>;
  /** Whether a key's value is encrypted in the stack file. */
  readonly isSecret: (key: string) => boolean;
  /** Folder of the stack files. */
  readonly directory: string;
}

/**
 * Reads and checks a stack file, without Pulumi and without the stack's key.
 *
 * @param file Path of `Pulumi.STACK.yaml`.
 * @throws StackConfigError with every mistake of the file.
 */
export function loadStackFile(file: string, options: LoadOptions = {}): StackConfig {
  return loadStack(file, options).config;
}

/** As `loadStackFile`, together with what the engine would hand to the program. */
export function loadStack(file: string, options: LoadOptions = {}): LoadedStack {
  const shownFile = nameInMessages(file);
  const { source, mistakes } = readSource(shownFile, readOrExplain(file, shownFile));
  if (source.content === undefined) throw new StackConfigError(mistakes);
  const envelope = checkEnvelope(source);
  const directory = path.dirname(path.resolve(file));
  const config = check(
    { ...source, values: envelope.values },
    {
      stack: stackNameOf(file),
      directory,
      region: envelope.region,
      siblings: siblingsOf(directory, path.basename(file)),
      mistakes: [...mistakes, ...envelope.mistakes],
      unusable: envelope.unusable,
      options,
    },
  );
  const values = Object.entries(envelope.values).map(([key, value]) => [
    `lgtm:${key}`,
    asText(value),
  ]);
  return {
    config,
    pulumiConfig: { "aws:region": config.region, ...(Object.fromEntries(values) as object) },
    secretKeys: "ingestTokens" in envelope.values ? ["lgtm:ingestTokens"] : [],
  };
}

/**
 * Checks the configuration that Pulumi hands to the running program: the same schema and the same rules.
 *
 * @throws StackConfigError with every mistake.
 */
export function stackConfigFromPulumi(stack: PulumiStack): StackConfig {
  const file = `Pulumi.${stack.stack}.yaml`;
  const mistakes: Mistake[] = [];
  const values: Record<string, unknown> = {};
  for (const [key, text] of Object.entries(stack.values)) {
    if (key.startsWith("lgtm:")) values[key.slice("lgtm:".length)] = decoded(key, text);
  }
  const secretKey = "lgtm:ingestTokens";
  if (secretKey in stack.values && !stack.isSecret(secretKey)) {
    mistakes.push({
      file,
      key: secretKey,
      given: "(hidden)",
      allowed: "tokens that are encrypted",
      mend: `take them out, use new ones, and store them with: pulumi config set --secret --path ${secretKey}.ID`,
    });
  }
  return check(
    { file, values, locate: () => undefined, written: () => undefined },
    {
      stack: stack.stack,
      directory: stack.directory,
      region: stack.values["aws:region"],
      siblings: siblingsOf(stack.directory, file),
      mistakes,
      unusable: [],
      options: stack,
    },
  );
}

/** Names of the stacks whose files are in a folder. */
export function stacksIn(directory: string): readonly string[] {
  if (!fs.existsSync(directory)) return [];
  return fs
    .readdirSync(directory)
    .filter((file) => /^Pulumi\..+\.ya?ml$/.test(file))
    .map(stackNameOf)
    .sort();
}

interface CheckFacts {
  readonly stack: string;
  readonly directory: string;
  readonly region: string | undefined;
  readonly siblings: readonly Sibling[];
  readonly mistakes: readonly Mistake[];
  readonly unusable: readonly string[];
  readonly options: LoadOptions;
}

function check(raw: RawSettings, facts: CheckFacts): StackConfig {
  const mistakes = [...facts.mistakes];
  const region = facts.region;
  if (region === undefined || !isRegion(region)) {
    mistakes.push({
      file: raw.file,
      ...raw.locate(["config", "aws:region"]),
      key: "aws:region",
      given: shown(region),
      allowed: "an AWS region such as ap-northeast-2",
      mend: "add aws:region: ap-northeast-2 (the design's region) below config:",
    });
  }
  const shape = checkShape(raw, facts.unusable);
  mistakes.push(...shape.mistakes);
  const unusable = [...facts.unusable, ...shape.unusable];
  const caBundlePem = readBeside(facts.directory, shape.settings.grafana.database.caBundleFile);
  const ruleFacts: RuleFacts = {
    region: region ?? "",
    siblings: facts.siblings,
    ...(caBundlePem === undefined ? {} : { caBundlePem }),
    ...(facts.options.listenerRules === undefined
      ? {}
      : { listenerRules: facts.options.listenerRules }),
  };
  for (const rule of rules) {
    if (rule.id === "arn-region" && (region === undefined || !isRegion(region))) continue;
    for (const finding of rule.check(shape.settings, ruleFacts)) {
      const looksAt = [finding.key, ...(finding.involves ?? [])];
      if (looksAt.some((each) => unusable.some((bad) => isAtOrBelow(each, bad)))) continue;
      mistakes.push(mistakeOf(finding, rule, raw, shape.settings));
    }
  }
  if (mistakes.length > 0) throw new StackConfigError(mistakes);
  const config = completeConfig(shape.settings, {
    stack: facts.stack,
    region: region ?? "",
    ...(caBundlePem === undefined ? {} : { caBundlePem }),
  });
  const later = facts.options.complete?.(config) ?? [];
  if (later.length > 0) {
    const rule = { id: "version-fits", row: "X3" };
    throw new StackConfigError(later.map((finding) => mistakeOf(finding, rule, raw, config)));
  }
  return config;
}

function mistakeOf(
  finding: Finding,
  rule: { readonly id: string; readonly row: string },
  raw: RawSettings,
  settings: StackSettings,
): Mistake {
  const keyPath = configPath(finding.key.split("."));
  return {
    file: raw.file,
    ...raw.locate(keyPath),
    key: keyName(keyPath),
    given: shown(finding.given ?? settingAt(settings, finding.key), keyName(keyPath)),
    allowed: finding.allowed,
    mend: finding.mend,
    rule: rule.id,
    row: rule.row,
  };
}

const isRegion = (text: string) => /^[a-z]{2}(-[a-z]+)+-\d$/.test(text);

/** Pulumi hands out text: numbers, booleans and objects as JSON. What is not JSON stays text, and the schema judges it. */
function decoded(key: string, text: string): unknown {
  if (isText(key.slice("lgtm:".length))) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** Asked of the schema itself, because making its JSON Schema takes as long as all the rest. */
function isText(setting: string): boolean {
  let schema: unknown = (stackSchema.shape as Record<string, unknown>)[setting];
  while (
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodOptional
  ) {
    schema = schema.unwrap();
  }
  return schema instanceof z.ZodString || schema instanceof z.ZodEnum;
}

const asText = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));

function readOrExplain(file: string, shownFile: string): string {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    const directory = path.dirname(path.resolve(file));
    const stacks = stacksIn(directory);
    throw new StackConfigError([
      {
        file: shownFile,
        key: "(file)",
        given: `no file of that name in ${directory}`,
        allowed:
          stacks.length === 0
            ? "a stack file, Pulumi.STACK.yaml"
            : `a stack that is there: ${stacks.join(", ")}`,
        mend: `name one of them, or copy one to ${path.basename(file)} and change name, domain and account`,
      },
    ]);
  }
}

const nameInMessages = (file: string) => {
  const relative = path.relative(process.cwd(), path.resolve(file));
  return relative.startsWith("..") ? file : relative;
};

function readBeside(directory: string, file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    return fs.readFileSync(path.resolve(directory, file), "utf8");
  } catch {
    return undefined;
  }
}

/** What the other stack files of a folder say. One that cannot be read is no obstacle: it has a report of its own. */
function siblingsOf(directory: string, ownFile: string): readonly Sibling[] {
  return stacksIn(directory).flatMap((stack): Sibling[] => {
    const file = `Pulumi.${stack}.yaml`;
    if (file === ownFile || !fs.existsSync(path.join(directory, file))) return [];
    const { source } = readSource(file, fs.readFileSync(path.join(directory, file), "utf8"));
    if (source.content === undefined) return [];
    const { values, region } = checkEnvelope(source);
    const text = (key: string) => {
      const value = settingAt(values, key);
      return typeof value === "string" ? value : undefined;
    };
    const name = text("name") ?? stackSchema.shape.name.parse(undefined);
    const bucketName = text("storage.bucketName");
    const accountId = text("accountId");
    const vpcId = text("network.existing.vpcId");
    return [
      {
        file,
        name,
        namespace: text("namespace") ?? stackSchema.shape.namespace.parse(undefined),
        bucketName:
          bucketName ?? bucketNameOf({ name, storage: stackSchema.shape.storage.parse({}) }),
        ...(accountId === undefined ? {} : { accountId }),
        ...(region === undefined ? {} : { region }),
        ...(vpcId === undefined ? {} : { vpcId }),
      },
    ];
  });
}
