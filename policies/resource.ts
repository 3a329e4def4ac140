import type { PolicyResource, PolicyResourceOptions, ResourceValidationArgs } from "@pulumi/policy";
import { Value } from "./value";

/** A resource under judgement, as resource rules (its inputs) and stack rules (its outputs) see it. */
export class Resource {
  /** Set for stack rules only. */
  parent: Resource | undefined;
  dependencies: readonly Resource[] = [];
  /** What each property was made from: tells where an id leads even while a preview does not know it. */
  propertyDependencies: Readonly<Record<string, readonly Resource[]>> = {};
  readonly urn: string;
  readonly type: string;
  /** Logical name. */
  readonly name: string;
  readonly options: PolicyResourceOptions;
  readonly properties: Value;
  /** Provider of the resource; its name is `default…` or `default_1_2_3` where the program named none. */
  readonly provider:
    { readonly name: string; readonly urn: string; readonly properties: Value } | undefined;

  constructor(source: ResourceValidationArgs | PolicyResource) {
    this.urn = source.urn;
    this.type = source.type;
    this.name = source.name;
    this.options = source.opts;
    this.properties = new Value(withoutProxy(source.props), "");
    this.provider =
      source.provider === undefined
        ? undefined
        : {
            name: source.provider.name,
            urn: source.provider.urn,
            properties: new Value(withoutProxy(source.provider.props), ""),
          };
  }

  /** The property at the end of a path of keys. */
  at(...keys: readonly string[]): Value {
    return this.properties.at(...keys);
  }

  /** AWS's id (stack rules only: inputs have none). */
  get id(): string | undefined {
    return this.at("id").isUnknown ? undefined : this.at("id").text();
  }

  get arn(): string | undefined {
    return this.at("arn").isUnknown ? undefined : this.at("arn").text();
  }
}

/**
 * The SDK's proxy throws at the first unknown value that is touched, and a rule would end there. Its one trap is `get`,
 * so the property descriptors still show the data with the marks of unknown values inside, which `Value` understands.
 */
export function withoutProxy(properties: object): Record<string, unknown> {
  const plain: Record<string, unknown> = {};
  for (const [key, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(properties))) {
    // Not an assignment: a property called `__proto__` must stay a property.
    Object.defineProperty(plain, key, {
      value: descriptor.value as unknown,
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
    const bySource = new Map(sources.map((source) => [source, new Resource(source)]));
    const lookUp = (list: readonly PolicyResource[]) =>
      list.flatMap((source) => bySource.get(source) ?? []);
    for (const [source, resource] of bySource) {
      resource.parent = source.parent === undefined ? undefined : bySource.get(source.parent);
      resource.dependencies = lookUp(source.dependencies);
      resource.propertyDependencies = Object.fromEntries(
        Object.entries(source.propertyDependencies).map(([key, list]) => [key, lookUp(list)]),
      );
      const sameType = this.types.get(resource.type);
      if (sameType === undefined) this.types.set(resource.type, [resource]);
      else sameType.push(resource);
      if (resource.id !== undefined) this.ids.set(`${resource.type} ${resource.id}`, resource);
      if (resource.arn !== undefined) this.arns.set(resource.arn, resource);
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
    let texts: string[];
    try {
      texts = resource.at(first, ...rest).texts();
    } catch {
      return (resource.propertyDependencies[first] ?? []).filter((found) => found.type === type);
    }
    return texts.flatMap((text) => {
      const found = this.byId(type, text) ?? this.byArn(text);
      return found?.type === type ? [found] : [];
    });
  }
}
