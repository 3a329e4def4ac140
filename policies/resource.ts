import type { PolicyResource, PolicyResourceOptions, ResourceValidationArgs } from "@pulumi/policy";
import { Value } from "./value";

/** Finds the resources that the SDK's own objects stand for; resource rules see one resource and find none. */
type Look = (source: PolicyResource) => Resource | undefined;
const nobody: Look = () => undefined;

/**
 * A resource under judgement, as resource rules (its inputs) and stack rules (its outputs) see it. Everything is read
 * when it is asked for: most rules look at a few resources of a large stack.
 */
export class Resource {
  readonly urn: string;
  readonly type: string;
  /** Logical name. */
  readonly name: string;
  readonly options: PolicyResourceOptions;
  private allProperties: Value | undefined;

  constructor(
    private readonly source: ResourceValidationArgs | PolicyResource,
    private readonly look: Look = nobody,
  ) {
    this.urn = source.urn;
    this.type = source.type;
    this.name = source.name;
    this.options = source.opts;
  }

  /** All properties; `at` is the shorter way to one. */
  get properties(): Value {
    return (this.allProperties ??= new Value(withoutProxy(this.source.props), ""));
  }

  /** The property at the end of a path of keys. */
  at(first: string, ...keys: readonly string[]): Value {
    const value = new Value(ownValue(this.source.props, first), first);
    return keys.length === 0 ? value : value.at(...keys);
  }

  /** AWS's id (stack rules only: inputs have none). */
  get id(): string | undefined {
    const value = this.at("id");
    return value.isUnknown ? undefined : value.text();
  }

  get arn(): string | undefined {
    const value = this.at("arn");
    return value.isUnknown ? undefined : value.text();
  }

  /** Stack rules only. */
  get parent(): Resource | undefined {
    const parent = "parent" in this.source ? this.source.parent : undefined;
    return parent === undefined ? undefined : this.look(parent);
  }

  /** Stack rules only. */
  get dependencies(): readonly Resource[] {
    return this.found("dependencies" in this.source ? this.source.dependencies : []);
  }

  /**
   * What each property was made from (stack rules only): tells where an id leads even while a preview does not know it.
   */
  get propertyDependencies(): Readonly<Record<string, readonly Resource[]>> {
    const links = "propertyDependencies" in this.source ? this.source.propertyDependencies : {};
    return Object.fromEntries(Object.entries(links).map(([key, list]) => [key, this.found(list)]));
  }

  /** Provider of the resource; its name is `default…` where the program named none. */
  get provider():
    { readonly name: string; readonly urn: string; readonly properties: Value } | undefined {
    const { provider } = this.source;
    if (provider === undefined) return undefined;
    const { name, urn, props } = provider;
    return { name, urn, properties: new Value(withoutProxy(props), "") };
  }

  private found(sources: readonly PolicyResource[]): Resource[] {
    return sources.flatMap((source) => this.look(source) ?? []);
  }
}

/**
 * The SDK's proxy throws at the first unknown value that is touched, and a rule would end there. Its one trap is `get`,
 * so the property descriptors still show the data with the marks of unknown values inside, which `Value` understands.
 */
const ownValue = (properties: object, key: string): unknown =>
  Object.getOwnPropertyDescriptor(properties, key)?.value as unknown;

/** All properties past the SDK's proxy. */
export function withoutProxy(properties: object): Record<string, unknown> {
  const plain: Record<string, unknown> = {};
  for (const key of Object.keys(properties)) {
    // Not an assignment: a property called `__proto__` must stay a property.
    Object.defineProperty(plain, key, {
      value: ownValue(properties, key),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return plain;
}

/** All resources of a stack, indexed once. */
export class Stack {
  readonly resources: readonly Resource[];
  private readonly types = new Map<string, Resource[]>();
  private readonly ids = new Map<string, Resource>();
  private readonly arns = new Map<string, Resource>();

  constructor(sources: readonly PolicyResource[]) {
    const bySource = new Map<PolicyResource, Resource>();
    const look: Look = (source) => bySource.get(source);
    for (const source of sources) {
      const resource = new Resource(source, look);
      bySource.set(source, resource);
      const sameType = this.types.get(resource.type);
      if (sameType === undefined) this.types.set(resource.type, [resource]);
      else sameType.push(resource);
      const { id, arn } = resource;
      if (id !== undefined) this.ids.set(`${resource.type} ${id}`, resource);
      if (arn !== undefined) this.arns.set(arn, resource);
    }
    this.resources = [...bySource.values()];
  }

  ofType(...types: readonly string[]): readonly Resource[] {
    return types.length === 1
      ? (this.types.get(types[0] ?? "") ?? [])
      : types.flatMap((type) => this.types.get(type) ?? []);
  }

  byId(type: string, id: string | undefined): Resource | undefined {
    return id === undefined ? undefined : this.ids.get(`${type} ${id}`);
  }

  byArn(arn: string | undefined): Resource | undefined {
    return arn === undefined ? undefined : this.arns.get(arn);
  }

  /**
   * Resources of a type that a property (any list or text of ids, ARNs or names in it) leads to: by value, and where a
   * preview does not know the value, by what the property was made from. Never throws.
   */
  referenced(resource: Resource, property: string, type: string): Resource[] {
    const [first = "", ...rest] = property.split(".");
    const linked = () =>
      (resource.propertyDependencies[first] ?? []).filter((found) => found.type === type);
    let texts: string[];
    try {
      texts = resource.at(first, ...rest).texts();
    } catch {
      return linked();
    }
    const found = texts.flatMap((text) => {
      const target = this.byId(type, text) ?? this.byArn(text);
      return target?.type === type ? [target] : [];
    });
    // In a preview a name may be known, and the id of what bears it not.
    return found.length > 0 ? found : linked().filter((target) => target.id === undefined);
  }
}
