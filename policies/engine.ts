import { specialResourceSig, specialSigKey } from "@pulumi/pulumi/runtime/rpc";
import * as server from "@pulumi/policy/server";
import { type Policy, typesOf } from "./policy";

/**
 * The SDK's analyzer functions, which serve the engine's requests. Its typings leave them out; shapes from
 * @pulumi/policy 1.21.0, `server.js`.
 */
interface AnalyzerFunctions {
  makeAnalyzeRpcFun: Make<ResourceRequest>;
  makeAnalyzeStackRpcFun: Make<{ getResourcesList(): readonly StackResourceRequest[] }>;
}

type Make<Request> = (
  packName: string,
  packVersion: string,
  enforcement: "mandatory",
  policies: readonly Policy[],
) => (
  call: { readonly request: Request },
  callback: (error: unknown, response: Response | undefined) => void,
) => Promise<void>;

interface Response {
  getDiagnosticsList(): readonly Diagnostic[];
}

/** One violation, as the engine receives it. */
export interface Diagnostic {
  getPolicyname(): string;
  getMessage(): string;
  getUrn(): string;
  /** 0 advisory, 1 mandatory. Source: @pulumi/pulumi/proto/analyzer.proto, `EnforcementLevel`. */
  getEnforcementlevel(): number;
}

interface Properties {
  toJavaScript(): Readonly<Record<string, unknown>>;
}

interface ProviderRequest {
  getType(): string;
  getUrn(): string;
  getName(): string;
  getProperties(): Properties;
}

interface ResourceRequest extends ProviderRequest {
  getOptions(): object;
  getProvider(): ProviderRequest | undefined;
}

interface StackResourceRequest extends ResourceRequest {
  getParent(): string;
  getDependenciesList(): readonly string[];
  getPropertydependenciesMap(): ReadonlyMap<string, { getUrnsList(): readonly string[] }>;
}

/** A resource as `plan.json` holds it; what is optional may be missing. */
export interface JudgedResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly parent?: string;
  readonly custom?: boolean;
  readonly id?: string;
  /** URN of the provider, `::` and its id. */
  readonly provider?: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly dependencies?: readonly string[];
  readonly propertyDependencies?: Readonly<Record<string, readonly string[]>>;
  readonly protect?: boolean;
  readonly deleteBeforeReplace?: boolean;
  readonly ignoreChanges?: readonly string[];
}

const { makeAnalyzeRpcFun, makeAnalyzeStackRpcFun } = server as unknown as AnalyzerFunctions;
const PACK = ["lgtm", "1.0.0", "mandatory"] as const;

/** What the policies say to one resource, judged by its inputs. */
export function analyze(
  policies: readonly Policy[],
): (resource: JudgedResource, providers: Providers) => Promise<readonly Diagnostic[]> {
  const run = makeAnalyzeRpcFun(...PACK, policies);
  return (resource, providers) => answer(run, requestOf(resource, resource.inputs, providers));
}

/** What the policies say to all resources together, judged by their outputs; each sees its own types. */
export async function analyzeStack(
  policies: readonly Policy[],
  resources: readonly JudgedResource[],
  providers: Providers,
): Promise<readonly Diagnostic[]> {
  const requests = resources.map((resource) => requestOf(resource, withId(resource), providers));
  const diagnostics: Diagnostic[] = [];
  for (const policy of policies) {
    const types = typesOf(policy);
    const seen = requests.filter((request) => types?.has(request.getType()) ?? true);
    const run = makeAnalyzeStackRpcFun(...PACK, [policy]);
    diagnostics.push(...(await answer(run, { getResourcesList: () => seen })));
  }
  return diagnostics;
}

/** The providers of a stack by the reference that resources name. */
export type Providers = ReadonlyMap<string, ProviderRequest>;

export function providersOf(resources: readonly JudgedResource[]): Providers {
  return new Map(
    resources
      .filter((resource) => resource.type.startsWith("pulumi:providers:"))
      .map((resource) => [
        resource.urn,
        {
          getType: () => resource.type,
          getUrn: () => resource.urn,
          getName: () => resource.name,
          getProperties: () => ({ toJavaScript: () => resource.inputs }),
        },
      ]),
  );
}

async function answer<Request>(
  run: ReturnType<Make<Request>>,
  request: Request,
): Promise<readonly Diagnostic[]> {
  return await new Promise((resolve, reject) => {
    run({ request }, (error, response) => {
      if (response === undefined) reject(error instanceof Error ? error : new Error(String(error)));
      else resolve(response.getDiagnosticsList());
    }).catch(reject);
  });
}

/**
 * The engine hands references to other resources to policies as their ids, and the SDK understands nothing else.
 * Source: pulumi/pulumi, `plugin.MarshalOptions` of analyzer_plugin.go (no `KeepResources`).
 */
function withoutReferences(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutReferences);
  if (typeof value !== "object" || value === null) return value;
  const record = value as Record<string, unknown>;
  if (record[specialSigKey] === specialResourceSig) return record["id"] ?? record["urn"] ?? "";
  return Object.fromEntries(
    Object.entries(record).map(([key, inner]) => [key, withoutReferences(inner)]),
  );
}

/** The engine's stack requests hold the provider's outputs, which bridged providers give an `id`. */
const withId = ({ outputs, id }: JudgedResource) =>
  id === undefined || Object.hasOwn(outputs, "id") ? outputs : { ...outputs, id };

function requestOf(
  resource: JudgedResource,
  properties: Readonly<Record<string, unknown>>,
  providers: Providers,
): StackResourceRequest {
  const plain = withoutReferences(properties) as typeof properties;
  const reference = resource.provider ?? "";
  const provider = providers.get(reference.slice(0, Math.max(0, reference.lastIndexOf("::"))));
  const links = new Map(
    Object.entries(resource.propertyDependencies ?? {}).map(([key, urns]) => [
      key,
      { getUrnsList: () => urns },
    ]),
  );
  const options = {
    getProtect: () => resource.protect ?? false,
    getIgnorechangesList: () => resource.ignoreChanges ?? [],
    getAliasesList: () => [],
    getCustomtimeouts: () => undefined,
    getAdditionalsecretoutputsList: () => [],
    getDeletebeforereplacedefined: () => resource.deleteBeforeReplace ?? false,
    getDeletebeforereplace: () => resource.deleteBeforeReplace ?? false,
    getParent: () => resource.parent ?? "",
  };
  return {
    getType: () => resource.type,
    getUrn: () => resource.urn,
    getName: () => resource.name,
    getProperties: () => ({ toJavaScript: () => plain }),
    getOptions: () => options,
    getProvider: () => provider,
    getParent: () => resource.parent ?? "",
    getDependenciesList: () => resource.dependencies ?? [],
    getPropertydependenciesMap: () => links,
  };
}
