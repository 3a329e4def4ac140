import type {
  RegisterResourceRequest,
  ReadResourceRequest,
  ResourceInvokeRequest,
  RegisterResourceOutputsRequest,
} from "@pulumi/pulumi/proto/resource_pb";
import * as resproto from "@pulumi/pulumi/proto/resource_pb";
import {
  specialResourceSig,
  specialSecretSig,
  specialSigKey,
  unwrapRpcSecret,
} from "@pulumi/pulumi/runtime";
import * as structproto from "google-protobuf/google/protobuf/struct_pb";
import { create } from "../standin/answer";
import { existingNetworkOf } from "../standin/existingNetwork";
import { expandVpc, type Child, type Ref } from "../standin/awsxVpc";
import { facts } from "../standin/facts";
import { invoke } from "../standin/invoke";
import type { Place, Properties } from "../standin/types";
import { dropUndefined, optionsOf, type Options } from "./registrationOptions";

/** One registration of a program, complete: what was asked for, how, and what AWS would answer. */
export interface RecordedResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly parent?: string;
  /** A resource of a provider (`true`) or a component (`false`). */
  readonly custom: boolean;
  readonly id?: string;
  /** Secret values are wrapped as the engine wraps them. */
  readonly inputs: Properties;
  outputs: Properties;
  readonly dependencies: readonly string[];
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
  readonly provider?: string;
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  readonly deleteBeforeReplace: boolean;
  readonly ignoreChanges: readonly string[];
  readonly aliases: readonly unknown[];
  readonly customTimeouts: Readonly<Record<string, string>>;
  /** Names of the resource hooks bound to the resource, by event. */
  readonly hooks: Readonly<Record<string, readonly string[]>>;
  /** What `registerOutputs` was called with; the SDK calls it with nothing for a component that never does. */
  registeredOutputs?: Properties;
}

/** Takes registrations, gives each its URN and the stand-in's answer, and remembers them. */
export class Registrar {
  readonly resources: RecordedResource[] = [];
  private readonly byUrn = new Map<string, RecordedResource>();
  /** Providers of each component by package: the engine hands them down to remote components. */
  private readonly providers = new Map<string, Readonly<Record<string, string>>>();
  private readonly place: Place;
  /** What each output of a remote component was made from. */
  private readonly outputDependencies = new Map<string, Record<string, readonly string[]>>();

  constructor(
    private readonly where: {
      project: string;
      stack: string;
      accountId: string;
      region: string;
      config: Readonly<Record<string, string>>;
    },
  ) {
    this.place = {
      accountId: where.accountId,
      region: where.region,
      existingNetwork: existingNetworkOf(where.config["lgtm:network"], where.region),
    };
  }

  register(request: RegisterResourceRequest): resproto.RegisterResourceResponse {
    const inputs = (request.getObject()?.toJavaScript() ?? {}) as Properties;
    const options = optionsOf(request);
    const resource = request.getRemote()
      ? this.addRemote(request.getType(), request.getName(), inputs, options)
      : this.add(
          request.getType(),
          request.getName(),
          inputs,
          options,
          request.getAdditionalsecretoutputsList(),
        );
    const response = new resproto.RegisterResourceResponse();
    response.setUrn(resource.urn);
    response.setId(resource.id ?? "");
    response.setObject(new KnownStruct(resource.outputs));
    for (const [key, urns] of Object.entries(this.outputDependencies.get(resource.urn) ?? {}))
      response.getPropertydependenciesMap().set(key, dependenciesOf(urns));
    return response;
  }

  read(request: ReadResourceRequest): resproto.ReadResourceResponse {
    const resource = this.add(
      request.getType(),
      request.getName(),
      request.getProperties()?.toJavaScript() ?? {},
      {
        custom: true,
        parent: request.getParent() || undefined,
        dependencies: request.getDependenciesList(),
      },
    );
    const response = new resproto.ReadResourceResponse();
    response.setUrn(resource.urn);
    response.setProperties(structOf(resource.outputs));
    return response;
  }

  invoke(request: ResourceInvokeRequest): resproto.ResourceInvokeResponse {
    const token = request.getTok();
    const inputs = unwrapAll(request.getArgs()?.toJavaScript() ?? {}) as Properties;
    const response = new resproto.ResourceInvokeResponse();
    if (token === "pulumi:pulumi:getResource") {
      const found = this.byUrn.get(String(inputs["urn"]));
      if (found === undefined) throw new Error(`unknown resource ${String(inputs["urn"])}`);
      response.setReturn(structOf({ urn: found.urn, id: found.id ?? "", state: found.outputs }));
    } else {
      response.setReturn(structOf(invoke(token, inputs, this.place)));
    }
    return response;
  }

  registerOutputs(request: RegisterResourceOutputsRequest): object {
    const resource = this.byUrn.get(request.getUrn());
    if (resource === undefined)
      throw new Error(`outputs of an unknown resource ${request.getUrn()}`);
    const outputs = (request.getOutputs()?.toJavaScript() ?? {}) as Properties;
    resource.registeredOutputs = outputs;
    resource.outputs = { ...resource.outputs, ...outputs };
    return {};
  }

  private add(
    type: string,
    name: string,
    inputs: Properties,
    options: Options,
    secretOutputs: readonly string[] = [],
  ): RecordedResource {
    const urn = this.urn(type, name, options.parent);
    if (this.byUrn.has(urn)) throw new Error(`two resources have the URN ${urn}`);
    let id: string | undefined;
    let outputs: Properties = inputs;
    if (type.startsWith("pulumi:providers:")) {
      id = "provider";
    } else if (options.custom === true) {
      const answer = create({
        urn,
        type,
        name,
        inputs: unwrapAll(inputs) as Properties,
        place: this.place,
        defaultTags: this.defaultTags(options.provider),
      });
      id = answer.id;
      const secret = new Set([...secretOutputs, ...(facts[type]?.secretOutputs ?? [])]);
      outputs = Object.fromEntries(
        // What was a secret on the way in stays one on the way out.
        Object.entries({ ...answer.outputs, ...inputs }).map(([key, value]) => [
          key,
          secret.has(key) && !isSecret(value) ? asSecret(value) : value,
        ]),
      );
    }
    const resource: RecordedResource = {
      urn,
      type,
      name,
      parent: options.parent,
      custom: options.custom ?? false,
      id,
      inputs,
      outputs,
      dependencies: [...(options.dependencies ?? [])].sort(),
      propertyDependencies: options.propertyDependencies ?? {},
      provider: options.provider,
      protect: options.protect ?? false,
      retainOnDelete: options.retainOnDelete ?? false,
      deleteBeforeReplace: options.deleteBeforeReplace ?? false,
      ignoreChanges: options.ignoreChanges ?? [],
      aliases: options.aliases ?? [],
      customTimeouts: options.customTimeouts ?? {},
      hooks: options.hooks ?? {},
    };
    this.resources.push(resource);
    this.byUrn.set(urn, resource);
    if (!resource.custom) {
      this.providers.set(urn, {
        ...this.providers.get(resource.parent ?? ""),
        ...options.providers,
      });
    }
    return resource;
  }

  /** A remote component lives in a provider: its children are made here, as that provider would make them. */
  private addRemote(
    type: string,
    name: string,
    inputs: Properties,
    options: Options,
  ): RecordedResource {
    if (type !== "awsx:ec2:Vpc")
      throw new Error(`the stand-in does not know the remote component ${type}`);
    const component = this.add(type, name, inputs, { ...options, custom: false });
    const expansion = expandVpc(name, unwrapAll(inputs) as Properties);
    const made = new Map<string, RecordedResource>();
    const get = (key: string) => made.get(key) as RecordedResource;
    for (const child of expansion.children)
      made.set(child.key, this.addChild(child, component, get));

    const value = (ref: Ref) =>
      ref.output === "id" ? get(ref.child).id : get(ref.child).outputs[ref.output];
    component.outputs = {
      ...inputs,
      vpcId: value({ child: expansion.vpc, output: "id" }),
      vpc: reference(get(expansion.vpc)),
      internetGateway: reference(get(expansion.internetGateway)),
      ...mapValues(expansion.idLists, (keys) => keys.map((key) => get(key).id)),
      ...mapValues(expansion.resourceLists, (keys) => keys.map((key) => reference(get(key)))),
    };
    const urns = [...made.values()].map(({ urn }) => urn);
    this.outputDependencies.set(
      component.urn,
      Object.fromEntries(expansion.outputs.map((key) => [key, urns])),
    );
    return component;
  }

  private addChild(
    child: Child,
    component: RecordedResource,
    get: (key: string) => RecordedResource,
  ): RecordedResource {
    const referenced = mapValues(child.refs, (ref) =>
      ref.output === "id" ? get(ref.child).id : get(ref.child).outputs[ref.output],
    );
    const propertyDependencies = mapValues(child.refs, (ref) => [get(ref.child).urn]);
    return this.add(
      child.type,
      child.name,
      { ...dropUndefined(child.inputs), ...referenced },
      {
        custom: true,
        parent: child.parent === undefined ? component.urn : get(child.parent).urn,
        provider: this.providers.get(component.urn)?.["aws"],
        dependencies: [
          ...new Set([
            ...child.dependsOn.map((key) => get(key).urn),
            ...Object.values(propertyDependencies).flat(),
          ]),
        ],
        propertyDependencies,
      },
    );
  }

  /** The URN as the engine builds it: the chain of parent types without the stack's own. */
  private urn(type: string, name: string, parent: string | undefined): string {
    const parentType = parent?.split("::")[2];
    const chain =
      parentType === undefined || parentType === "pulumi:pulumi:Stack"
        ? type
        : `${parentType}$${type}`;
    return `urn:pulumi:${this.where.stack}::${this.where.project}::${chain}::${name}`;
  }

  private defaultTags(provider: string | undefined): Record<string, string> {
    const urn = provider?.slice(0, provider.lastIndexOf("::"));
    const configured = urn === undefined ? undefined : this.byUrn.get(urn)?.inputs["defaultTags"];
    const parsed = (typeof configured === "string" ? JSON.parse(configured) : configured) as
      { tags?: Record<string, string> } | undefined;
    return parsed?.tags ?? {};
  }
}

const dependenciesOf = (urns: readonly string[]) =>
  new resproto.RegisterResourceResponse.PropertyDependencies().setUrnsList([...urns]);

const structOf = (value: object) =>
  structproto.Struct.fromJavaScript(value as { [key: string]: structproto.JavaScriptValue });

/** Outputs on their way back to the SDK, which asks for nothing but the values: there and back again costs 0.1 ms each. */
class KnownStruct extends structproto.Struct {
  constructor(private readonly values: object) {
    super();
  }

  override toJavaScript() {
    return this.values as ReturnType<structproto.Struct["toJavaScript"]>;
  }
}

const reference = (resource: RecordedResource) => ({
  [specialSigKey]: specialResourceSig,
  urn: resource.urn,
  id: resource.id,
  packageVersion: "",
});

const asSecret = (value: unknown) => ({ [specialSigKey]: specialSecretSig, value });

export const isSecret = (value: unknown): value is { value: unknown } =>
  typeof value === "object" &&
  value !== null &&
  (value as Properties)[specialSigKey] === specialSecretSig;

/** The value with every secret laid open. */
export function unwrapAll(value: unknown): unknown {
  if (isSecret(value)) return unwrapAll(unwrapRpcSecret(value));
  if (Array.isArray(value)) return value.map(unwrapAll);
  if (typeof value === "object" && value !== null) return mapValues(value as Properties, unwrapAll);
  return value;
}

const mapValues = <T, R>(
  object: Readonly<Record<string, T>>,
  map: (value: T) => R,
): Record<string, R> =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]));
