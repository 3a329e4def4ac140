import { isDeepStrictEqual } from "node:util";
import type { Account, Thing } from "./account";
import { automaticName, create } from "./answer";
import { facts } from "./facts";
import { refusals, type RefusalRequest } from "./refusals";
import { replacingProperties } from "./replacing";
import type { Place, Properties } from "./types";
import { hasUnknown, UNKNOWN } from "./unknown";

/** One resource, as the engine names it to its provider. */
export interface Target {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
}

/** What all operations of a provider stand on. */
export interface Environment {
  readonly account: Account;
  readonly place: Place;
  readonly defaultTags: Readonly<Record<string, string>>;
}

/** Names of the inputs that the provider filled in itself, kept among the inputs as the real provider keeps them. */
const DEFAULTS = "__defaults";

/**
 * Fills in the automatic name. An unchanged resource keeps its own; a replacement gets a new one, because the old
 * resource still exists when it is created.
 */
export function check(
  { account, place }: Environment,
  target: Target,
  olds: Properties | undefined,
  news: Properties,
): Properties {
  const inputs = withoutDefaults(news);
  const property = facts[target.type]?.autoName?.property;
  if (property === undefined || inputs[property] !== undefined)
    return { ...inputs, [DEFAULTS]: [] };
  const kept = defaultsOf(olds).includes(property) ? olds?.[property] : undefined;
  const name = kept ?? automaticName({ ...target, place }, account.timesMade(target.urn))?.value;
  return { ...inputs, [property]: name, [DEFAULTS]: [property] };
}

const defaultsOf = (inputs: Properties | undefined): readonly unknown[] =>
  (inputs?.[DEFAULTS] as unknown[] | undefined) ?? [];

export interface Difference {
  readonly changed: readonly string[];
  /** Those of them that cannot change in place. */
  readonly replacing: readonly string[];
  readonly deleteBeforeReplace: boolean;
}

/** Compares what is wanted with what was wanted last time. */
export function diff(
  type: string,
  olds: Properties,
  news: Properties,
  ignored: readonly string[] = [],
): Difference {
  const changed = [...new Set([...Object.keys(olds), ...Object.keys(news)])]
    .filter((key) => key !== DEFAULTS && !ignored.includes(key))
    .filter((key) => !isDeepStrictEqual(olds[key], news[key]))
    .sort();
  const wanted = { ...news, ...pick(olds, ignored) };
  const replacing =
    changed.length === 0
      ? []
      : replacingProperties(type, withoutDefaults(olds), withoutDefaults(wanted)).filter((each) =>
          changed.includes(each),
        );
  return {
    changed,
    replacing,
    deleteBeforeReplace: replacing.length > 0 && keepsName(type, olds, news),
  };
}

const pick = (properties: Properties, keys: readonly string[]): Properties =>
  Object.fromEntries(keys.filter((key) => key in properties).map((key) => [key, properties[key]]));

/** Two things of one name cannot exist at once, so the bridge deletes first where a given name stays the same. */
function keepsName(type: string, olds: Properties, news: Properties): boolean {
  const property = facts[type]?.autoName?.property;
  return (
    property !== undefined &&
    !defaultsOf(news).includes(property) &&
    olds[property] === news[property]
  );
}

export interface State {
  readonly id: string;
  readonly outputs: Properties;
}

/** @throws Refusal where AWS would not do it. */
export function createThing(env: Environment, target: Target, inputs: Properties): State {
  const wanted = withoutDefaults(inputs);
  refuse({ ...env, target, operation: "create", inputs: wanted });
  const generation = env.account.timesMade(target.urn);
  const answer = create({ ...env, ...target, inputs: wanted, generation });
  const outputs = { ...answer.outputs, ...wanted };
  if (isInAccount(target.type))
    env.account.put({
      type: target.type,
      id: handleOf(target.type, answer.id, outputs),
      urn: target.urn,
      inputs: wanted,
      outputs,
    });
  env.account.noteMade(target.urn);
  return { id: answer.id, outputs };
}

/** What is known of a resource before it exists: the inputs, and that everything AWS computes is still unknown. */
export function previewCreate(env: Environment, target: Target, inputs: Properties): Properties {
  const wanted = withoutDefaults(inputs);
  const { outputs } = create({ ...env, ...target, inputs: known(wanted) });
  const computed = Object.keys(outputs).filter((key) => !(key in wanted));
  return { ...wanted, ...Object.fromEntries(computed.map((key) => [key, UNKNOWN])) };
}

/** @throws Refusal where AWS would not do it. */
export function updateThing(
  env: Environment,
  target: Target,
  id: string,
  olds: { readonly outputs: Properties; readonly inputs: Properties },
  inputs: Properties,
): Properties {
  const wanted = withoutDefaults(inputs);
  const present = env.account.find(target.type, handleOf(target.type, id, olds.outputs));
  if (present === undefined) throw new Refusal(`${target.type} ${id} does not exist`);
  refuse({ ...env, target, operation: "update", inputs: wanted, present });
  const outputs = updatedOutputs(env, target, present.outputs, olds.inputs, wanted);
  env.account.put({ ...present, inputs: wanted, outputs });
  return outputs;
}

/** An update keeps what AWS computed at the creation. */
export function updatedOutputs(
  env: Environment,
  target: Target,
  outputs: Properties,
  oldInputs: Properties,
  inputs: Properties,
): Properties {
  const wanted = withoutDefaults(inputs);
  const computed = Object.fromEntries(
    Object.entries(outputs).filter(([key]) => !(key in oldInputs) || key in wanted),
  );
  const tagsAll =
    facts[target.type]?.taggable === true
      ? { tagsAll: { ...env.defaultTags, ...(wanted["tags"] as object | undefined) } }
      : {};
  return { ...computed, ...wanted, ...tagsAll };
}

/** @throws Refusal where AWS would not do it. What is gone already is no error: the provider takes it for done. */
export function deleteThing(
  env: Environment,
  target: Target,
  id: string,
  outputs: Properties,
): void {
  const handle = handleOf(target.type, id, outputs);
  const present = env.account.find(target.type, handle);
  if (present === undefined) return;
  refuse({ ...env, target, operation: "delete", inputs: withoutDefaults(outputs), present });
  const recoveryDays = recoveryWindowDays(present);
  if (recoveryDays > 0) env.account.put({ ...present, recoverable: true });
  else env.account.remove(target.type, handle);
}

/** A deleted secret can be restored, and keeps its name, for 30 days unless told otherwise (Secrets Manager API). */
const recoveryWindowDays = (thing: Thing): number =>
  thing.type === "aws:secretsmanager/secret:Secret"
    ? Number(thing.inputs["recoveryWindowInDays"] ?? 30)
    : 0;

/** What tells two things of a type apart: revisions of a task definition have one id, its family. */
const handleOf = (type: string, id: string, outputs: Properties): string =>
  type === "aws:ecs/taskDefinition:TaskDefinition" ? String(outputs["arn"]) : id;

/** Random values exist in the engine's state alone. */
export const isInAccount = (type: string) => type.startsWith("aws:");

/** What AWS answers when it does not do what it is asked. */
export class Refusal extends Error {}

function refuse(request: RefusalRequest): void {
  for (const rule of refusals) {
    if (!rule.operations.includes(request.operation)) continue;
    if (rule.types !== undefined && !rule.types.includes(request.target.type)) continue;
    const reason = rule.refuse(request);
    if (reason !== undefined) throw new Refusal(reason);
  }
}

const withoutDefaults = (inputs: Properties): Properties =>
  Object.fromEntries(Object.entries(inputs).filter(([key]) => key !== DEFAULTS));

const known = (inputs: Properties): Properties =>
  Object.fromEntries(Object.entries(inputs).filter(([, value]) => !hasUnknown(value)));

/**
 * What the account says about a resource: for a refresh and for an import.
 *
 * @returns undefined where it does not exist.
 */
export function readThing(
  { account }: Environment,
  target: Target,
  id: string,
  state: { readonly outputs: Properties; readonly inputs: Properties },
): (State & { readonly inputs: Properties }) | undefined {
  const found = account.find(target.type, handleOf(target.type, id, state.outputs));
  if (found === undefined) return undefined;
  // The provider goes on knowing which inputs it filled in itself.
  const filled = defaultsOf(state.inputs);
  return { id, outputs: found.outputs, inputs: { ...found.inputs, [DEFAULTS]: filled } };
}
