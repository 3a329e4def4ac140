import * as runtime from "@pulumi/pulumi/runtime";
import * as resproto from "@pulumi/pulumi/proto/resource_pb";
import * as structproto from "google-protobuf/google/protobuf/struct_pb";
import { UNKNOWN_TEXT } from "../../policies/unknownValue";
import type { BrokenPlan, PlanResource } from "../policies/mutants/mutant";

const STACK = "pulumi:pulumi:Stack";

/** What the SDK's typings leave out: the connection to the engine, and the stack's own resource. */
interface Internals {
  getMonitor(): {
    registerResource(
      request: resproto.RegisterResourceRequest,
      done: (error: Error | null, response: resproto.RegisterResourceResponse) => void,
    ): void;
  };
  getStackResource(): { readonly urn: { promise(): Promise<string> } };
}

/** URN of a resource in a stack of another name; the parents' types are part of it. */
export const urnIn = (stack: string, urn: string): string =>
  urn.replace(/^urn:pulumi:[^:]*::/, `urn:pulumi:${stack}::`);

/**
 * A program that registers the resources of a plan as they are, with parents, providers, dependencies and options: the
 * engine then judges exactly what the plan says.
 */
export function replay(plan: BrokenPlan): () => Promise<void> {
  return async () => {
    const sdk = runtime as unknown as Internals;
    const root = await sdk.getStackResource().urn.promise();
    const urns = new Map<string, string>();
    const providers = new Map<string, string>();
    for (const resource of inOrder(plan.resources)) {
      if (resource.type === STACK) {
        urns.set(resource.urn, root);
        continue;
      }
      const request = requestOf(resource, root, urns, providers);
      const response = await new Promise<resproto.RegisterResourceResponse>((resolve, reject) => {
        sdk
          .getMonitor()
          .registerResource(request, (error, answer) =>
            error === null ? resolve(answer) : reject(error),
          );
      });
      urns.set(resource.urn, response.getUrn());
      if (resource.type.startsWith("pulumi:providers:"))
        providers.set(resource.urn, `${response.getUrn()}::${response.getId() || UNKNOWN_TEXT}`);
    }
  };
}

function requestOf(
  resource: PlanResource,
  root: string,
  urns: ReadonlyMap<string, string>,
  providers: ReadonlyMap<string, string>,
): resproto.RegisterResourceRequest {
  const known = (list: readonly string[]) => list.flatMap((urn) => urns.get(urn) ?? []);
  const request = new resproto.RegisterResourceRequest();
  request.setType(resource.type);
  request.setName(resource.name);
  request.setParent(urns.get(resource.parent ?? "") ?? root);
  request.setCustom(resource.custom ?? true);
  request.setObject(structproto.Struct.fromJavaScript(resource.inputs as never));
  request.setProtect(resource.protect ?? false);
  request.setIgnorechangesList([...(resource.ignoreChanges ?? [])]);
  request.setDependenciesList(known(resource.dependencies ?? []));
  request.setAcceptsecrets(true);
  const provider = resource.provider ?? "";
  const reference = providers.get(provider.slice(0, Math.max(0, provider.lastIndexOf("::"))));
  if (reference !== undefined) request.setProvider(reference);
  // Where nothing is said of any property, the engine takes all dependencies for each of them.
  const nothing = Object.fromEntries(Object.keys(resource.inputs).map((key) => [key, []]));
  for (const [key, list] of Object.entries({ ...nothing, ...resource.propertyDependencies })) {
    const links = new resproto.RegisterResourceRequest.PropertyDependencies();
    links.setUrnsList(known(list));
    request.getPropertydependenciesMap().set(key, links);
  }
  return request;
}

/** Whatever a resource names comes before it. */
function inOrder(resources: readonly PlanResource[]): PlanResource[] {
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  const done = new Set<PlanResource>();
  const visit = (resource: PlanResource | undefined) => {
    if (resource === undefined || done.has(resource)) return;
    done.add(resource);
    const provider = resource.provider ?? "";
    const before = [
      resource.parent ?? "",
      provider.slice(0, Math.max(0, provider.lastIndexOf("::"))),
      ...(resource.dependencies ?? []),
      ...Object.values(resource.propertyDependencies ?? {}).flat(),
    ];
    for (const urn of before) visit(byUrn.get(urn));
    sorted.push(resource);
  };
  const sorted: PlanResource[] = [];
  for (const resource of resources) visit(resource);
  return sorted;
}
