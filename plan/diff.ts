import type { Plan, PlannedResource } from "./plan";
import { dataHeldBy, guards, lossInPlace } from "./diffData";
import { propertyChanges, type PropertyChange } from "./diffProperties";

export type ChangeKind = "added" | "changed" | "replaced" | "removed";

/** What a deployment would do to one resource. */
export interface ResourceChange {
  readonly kind: ChangeKind;
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly properties: readonly PropertyChange[];
  /** Top-level properties that cannot be changed in place; of a replaced resource. */
  readonly replacedFor: readonly string[];
  /** Nobody described whether this type changes in place. */
  readonly undescribed?: true;
}

/** A change after which something is gone for good. */
export interface DataLoss {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly how: string;
  readonly what: string;
}

export interface PlanDiff {
  readonly stack: string;
  readonly changes: readonly ResourceChange[];
  readonly outputs: readonly PropertyChange[];
  /** Stops a deployment, unless somebody says that it is meant. */
  readonly dataLoss: readonly DataLoss[];
  /** Guards that are taken away: nothing is lost yet. */
  readonly unguarded: readonly DataLoss[];
}

/**
 * Which of the changed top-level properties of a resource force a replacement; undefined where nobody knows of its type.
 */
export type ReplacingProperties = (
  type: string,
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
) => readonly string[] | undefined;

/**
 * Compares two plans of a stack as the engine would compare a state with a program: a replaced resource gets a new id, so
 * whatever names that id changes too, and may have to be replaced itself.
 */
export function diffPlans(before: Plan, after: Plan, replacing: ReplacingProperties): PlanDiff {
  const old = new Map(custom(before).map((resource) => [resource.urn, resource]));
  const dependencies = dependenciesOf(after);
  const matched = new Set<string>();
  const verdicts = new Map<string, ResourceChange | undefined>();
  const elsewhere = before.accountId !== after.accountId || before.region !== after.region;

  const judge = (resource: PlannedResource): ResourceChange | undefined => {
    if (verdicts.has(resource.urn)) return verdicts.get(resource.urn);
    verdicts.set(resource.urn, undefined);
    const renamed = dependencies(resource)
      .map((each) => ({ each, change: judge(each) }))
      .filter(({ change }) => change?.kind === "replaced")
      .map(({ each }) => each);
    const previous =
      old.get(resource.urn) ??
      aliasesOf(resource)
        .map((urn) => old.get(urn))
        .find((x) => x);
    const { urn, type, name } = resource;
    if (previous !== undefined) matched.add(previous.urn);
    const verdict =
      previous === undefined
        ? ({ kind: "added", urn, type, name, properties: [], replacedFor: [] } as const)
        : compare(previous, withNewIds(resource, renamed), replacing, elsewhere);
    verdicts.set(resource.urn, verdict);
    return verdict;
  };

  const changes = custom(after)
    .map(judge)
    .filter((change) => change !== undefined);
  const removed = [...old.values()]
    .filter(({ urn }) => !matched.has(urn))
    .map(({ urn, type, name }): ResourceChange => ({
      kind: "removed",
      urn,
      type,
      name,
      properties: [],
      replacedFor: [],
    }));
  const all = [...changes, ...removed];
  return {
    stack: after.stack,
    changes: all,
    outputs: propertyChanges(before.outputs, after.outputs),
    dataLoss: all.flatMap(dataLossOf),
    unguarded: all.flatMap(unguardedBy),
  };
}

const custom = (plan: Plan) => plan.resources.filter((resource) => resource.custom);

function compare(
  previous: PlannedResource,
  resource: PlannedResource,
  replacing: ReplacingProperties,
  elsewhere: boolean,
): ResourceChange | undefined {
  const ignored = new Set(resource.ignoreChanges);
  const properties = propertyChanges(previous.inputs, resource.inputs).filter(
    ({ path }) => !ignored.has(path) && !ignored.has(topLevel(path)),
  );
  const known =
    properties.length > 0 ? replacing(resource.type, previous.inputs, resource.inputs) : [];
  const changed = new Set(properties.map(({ path }) => topLevel(path)));
  const replacedFor = [
    ...(known ?? []).filter((property) => changed.has(property)),
    ...(elsewhere && isRegional(resource) ? ["region"] : []),
  ];
  const options = guards
    .filter((guard) => previous[guard] !== resource[guard])
    .map((guard): PropertyChange => ({
      path: `(${guard})`,
      before: previous[guard],
      after: resource[guard],
    }));
  if (properties.length + options.length + replacedFor.length === 0) return undefined;
  const { urn, type, name } = resource;
  return {
    kind: replacedFor.length > 0 ? "replaced" : "changed",
    urn,
    type,
    name,
    properties: [...properties, ...options],
    replacedFor,
    ...(known === undefined ? { undescribed: true } : {}),
  };
}

const topLevel = (path: string) => path.split(/[.[]/)[0] ?? path;
const isRegional = ({ type }: PlannedResource) => type.startsWith("aws:");

/** Outputs by which others name a resource; where AWS gives them, a replacement has others. */
const identities = ["arn", "name", "bucket", "dnsName", "address", "endpoint", "arnSuffix"];

/** The resource as the engine sees it while those that it names get replaced: their ids are not known yet. */
function withNewIds(
  resource: PlannedResource,
  replaced: readonly PlannedResource[],
): PlannedResource {
  const names = replaced.flatMap((each) => {
    const given = new Set(Object.values(each.inputs));
    return [each.id, ...identities.map((key) => each.outputs[key])]
      .filter((value): value is string => typeof value === "string" && value.length > 3)
      .filter((value) => !given.has(value))
      .map((value) => ({ value, unknown: `(new: ${each.name})` }));
  });
  if (names.length === 0) return resource;
  // The longest first: an ARN holds the name.
  names.sort((a, b) => b.value.length - a.value.length);
  const renew = (value: unknown): unknown => {
    if (typeof value === "string")
      return names.reduce((text, each) => text.replaceAll(each.value, each.unknown), value);
    if (Array.isArray(value)) return value.map(renew);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, renew(inner)]));
  };
  return { ...resource, inputs: renew(resource.inputs) as PlannedResource["inputs"] };
}

/** For a resource, those that it depends on; a component stands for everything below it. */
function dependenciesOf(plan: Plan): (resource: PlannedResource) => readonly PlannedResource[] {
  const byUrn = new Map(plan.resources.map((resource) => [resource.urn, resource]));
  const children = new Map<string, PlannedResource[]>();
  for (const resource of plan.resources)
    if (resource.parent !== undefined)
      children.set(resource.parent, [...(children.get(resource.parent) ?? []), resource]);
  const below = (resource: PlannedResource): PlannedResource[] =>
    resource.custom ? [resource] : (children.get(resource.urn) ?? []).flatMap(below);
  return (resource) =>
    [...new Set([...resource.dependencies, ...Object.values(resource.propertyDependencies).flat()])]
      .map((urn) => byUrn.get(urn))
      .filter((found) => found !== undefined)
      .flatMap(below)
      .filter(({ urn }) => urn !== resource.urn);
}

interface AliasSpec {
  readonly name?: string;
  readonly type?: string;
  readonly stack?: string;
  readonly project?: string;
  readonly parenturn?: string;
}

/** URNs under which a resource may have been known before. */
function aliasesOf(resource: PlannedResource): string[] {
  const [stack = "", project = "", types = "", name = ""] = resource.urn
    .replace(/^urn:pulumi:/, "")
    .split("::");
  return resource.aliases.flatMap((alias) => {
    if (typeof alias === "string") return [alias];
    const { urn, spec } = alias as { urn?: string; spec?: AliasSpec };
    if (urn) return [urn];
    if (spec === undefined) return [];
    const parentTypes =
      spec.parenturn !== undefined && spec.parenturn !== ""
        ? spec.parenturn.split("::")[2]
        : types.includes("$")
          ? types.slice(0, types.lastIndexOf("$"))
          : undefined;
    const type = spec.type || resource.type;
    const chain =
      parentTypes === undefined || parentTypes === "pulumi:pulumi:Stack"
        ? type
        : `${parentTypes}$${type}`;
    return [
      `urn:pulumi:${spec.stack || stack}::${spec.project || project}::${chain}::${spec.name || name}`,
    ];
  });
}

function dataLossOf(change: ResourceChange): DataLoss[] {
  const { urn, type, name } = change;
  const held = dataHeldBy(change);
  if (held !== undefined && (change.kind === "replaced" || change.kind === "removed")) {
    const how =
      change.kind === "removed" ? "removed" : `replaced for ${change.replacedFor.join(", ")}`;
    return [{ urn, type, name, how, what: held }];
  }
  if (change.kind !== "changed") return [];
  if (held !== undefined && change.undescribed === true)
    return [{ urn, type, name, how: "changed, perhaps not in place", what: held }];
  return change.properties.flatMap((property) => {
    const what = lossInPlace(type, property);
    return what === undefined ? [] : [{ urn, type, name, how: `changed ${property.path}`, what }];
  });
}

function unguardedBy({ urn, type, name, properties }: ResourceChange): DataLoss[] {
  return properties.flatMap(({ path, before, after }) => {
    const off =
      (guards.some((guard) => path === `(${guard})`) && before === true && after === false) ||
      (path === "forceDestroy" && after === true) ||
      (/^(deletionProtection|enableDeletionProtection)$/.test(path) && after === false) ||
      (path === "skipFinalSnapshot" && after === true);
    return off
      ? [{ urn, type, name, how: `${path} is now ${String(after)}`, what: "a guard" }]
      : [];
  });
}
