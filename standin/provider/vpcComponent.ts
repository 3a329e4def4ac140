import * as grpc from "@grpc/grpc-js";
import { specialResourceSig, specialSigKey } from "./signatures";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { ResourceMonitorClient } from "@pulumi/pulumi/proto/resource_grpc_pb";
import * as resource from "@pulumi/pulumi/proto/resource_pb";
import { expandVpc, type Child, type Ref } from "../awsxVpc";
import type { Properties } from "../types";
import { UNKNOWN } from "../unknown";
import { propertiesOf, structOf } from "./messages";

/** A child that the engine has registered. */
interface Registered {
  readonly urn: string;
  readonly id: string;
  readonly outputs: Properties;
}

/** Makes the children of `awsx.ec2.Vpc` through the engine, each as soon as those it needs are there. */
export async function constructVpc(
  request: proto.ConstructRequest,
): Promise<proto.ConstructResponse> {
  const monitor = new ResourceMonitorClient(
    request.getMonitorendpoint(),
    grpc.credentials.createInsecure(),
  );
  const inputs = propertiesOf(request.getInputs());
  const component = await register(monitor, componentRequest(request));
  const expansion = expandVpc(request.getName(), inputs);
  const provider = request.getProvidersMap().get("aws");

  const made = new Map<string, Promise<Registered>>();
  const get = (key: string) => made.get(key) as Promise<Registered>;
  for (const child of expansion.children)
    made.set(child.key, makeChild(child, { monitor, parent: component.urn, provider, get }));
  const all = new Map<string, Registered>();
  for (const [key, registering] of made) all.set(key, await registering);

  const child = (key: string) => all.get(key) as Registered;
  const id = (key: string) => child(key).id || UNKNOWN;
  const state: Properties = {
    ...inputs,
    vpcId: id(expansion.vpc),
    vpc: referenceTo(child(expansion.vpc)),
    internetGateway: referenceTo(child(expansion.internetGateway)),
    ...mapValues(expansion.idLists, (keys) => keys.map(id)),
    ...mapValues(expansion.resourceLists, (keys) => keys.map((key) => referenceTo(child(key)))),
  };
  await registerOutputs(monitor, component.urn, state);

  const response = new proto.ConstructResponse().setUrn(component.urn).setState(structOf(state));
  // The real component resolves all its outputs from one bag, so each depends on every child.
  const dependencies = new proto.ConstructResponse.PropertyDependencies().setUrnsList(
    [...all.values()].map(({ urn }) => urn),
  );
  for (const key of expansion.outputs) response.getStatedependenciesMap().set(key, dependencies);
  monitor.close();
  return response;
}

function componentRequest(request: proto.ConstructRequest): resource.RegisterResourceRequest {
  const component = new resource.RegisterResourceRequest()
    .setType(request.getType())
    .setName(request.getName())
    .setParent(request.getParent())
    .setObject(request.getInputs())
    .setDependenciesList(request.getDependenciesList())
    .setAliasesList(request.getAliasesList())
    .setAliasspecs(true)
    .setAcceptresources(true);
  if (request.hasProtect()) component.setProtect(request.getProtect() ?? false);
  request.getProvidersMap().forEach((reference, name) => {
    component.getProvidersMap().set(name, reference);
  });
  return component;
}

interface Surroundings {
  readonly monitor: ResourceMonitorClient;
  readonly parent: string;
  readonly provider: string | undefined;
  readonly get: (key: string) => Promise<Registered>;
}

async function makeChild(child: Child, around: Surroundings): Promise<Registered> {
  const parent = child.parent === undefined ? undefined : await around.get(child.parent);
  const dependencies = new Set<string>();
  for (const key of child.dependsOn) dependencies.add((await around.get(key)).urn);
  const request = new resource.RegisterResourceRequest()
    .setType(child.type)
    .setName(child.name)
    .setCustom(true)
    .setParent(parent?.urn ?? around.parent)
    .setProvider(around.provider ?? "")
    .setAcceptresources(true);
  const inputs: Properties = { ...child.inputs };
  // Where a program says nothing of its properties, the engine lets each depend on everything.
  for (const property of Object.keys(inputs))
    request.getPropertydependenciesMap().set(property, on([]));
  for (const [property, ref] of Object.entries(child.refs)) {
    const referenced = await around.get(ref.child);
    inputs[property] = outputOf(referenced, ref);
    dependencies.add(referenced.urn);
    request.getPropertydependenciesMap().set(property, on([referenced.urn]));
  }
  return register(
    around.monitor,
    request.setObject(structOf(inputs)).setDependenciesList([...dependencies]),
  );
}

const on = (urns: string[]) =>
  new resource.RegisterResourceRequest.PropertyDependencies().setUrnsList(urns);

const outputOf = (registered: Registered, { output }: Ref): unknown =>
  output === "id" ? registered.id || UNKNOWN : (registered.outputs[output] ?? UNKNOWN);

const referenceTo = ({ urn, id }: Registered) => ({
  [specialSigKey]: specialResourceSig,
  urn,
  id: id || UNKNOWN,
  packageVersion: "",
});

function register(
  monitor: ResourceMonitorClient,
  request: resource.RegisterResourceRequest,
): Promise<Registered> {
  return new Promise((resolve, reject) => {
    monitor.registerResource(request, (error, response) => {
      if (error !== null) reject(error);
      else
        resolve({
          urn: response.getUrn(),
          id: response.getId(),
          outputs: propertiesOf(response.getObject()),
        });
    });
  });
}

function registerOutputs(
  monitor: ResourceMonitorClient,
  urn: string,
  outputs: Properties,
): Promise<void> {
  const request = new resource.RegisterResourceOutputsRequest()
    .setUrn(urn)
    .setOutputs(structOf(outputs));
  return new Promise((resolve, reject) => {
    monitor.registerResourceOutputs(request, (error) =>
      error === null ? resolve() : reject(error),
    );
  });
}

const mapValues = <T, R>(
  object: Readonly<Record<string, T>>,
  map: (value: T) => R,
): Record<string, R> =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]));
