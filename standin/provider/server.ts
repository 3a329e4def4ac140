import * as grpc from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as plugin from "@pulumi/pulumi/proto/plugin_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import * as emptyproto from "google-protobuf/google/protobuf/empty_pb";
import { propertiesOf, structOf } from "./messages";
import type { Provider } from "./provider";

type Call<Request> = grpc.ServerUnaryCall<Request, unknown>;
type Handler<Request> = (request: Request) => unknown;

/**
 * Serves a provider to the engine. The SDK's own provider host (`@pulumi/pulumi/provider`) would do for creating and
 * deleting, but it asks for a creation in previews too, and knows neither unknown values nor detailed differences.
 */
export function implementationOf(provider: Provider): grpc.UntypedServiceImplementation {
  const unary = <Request>(handle: Handler<Request>): grpc.UntypedHandleCall =>
    ((call: Call<Request>, callback: grpc.sendUnaryData<unknown>) => {
      Promise.resolve()
        .then(() => handle(call.request))
        .then(
          (response) => callback(null, response),
          (error: unknown) =>
            callback({
              code: grpc.status.UNKNOWN,
              details: error instanceof Error ? error.message : String(error),
            }),
        );
    }) as grpc.UntypedHandleCall;

  const target = (request: { getUrn(): string; getType(): string; getName(): string }) => ({
    urn: request.getUrn(),
    type: request.getType(),
    name: request.getName(),
  });

  return {
    getPluginInfo: unary(() => new plugin.PluginInfo().setVersion(provider.version)),
    // Called where the engine did not start this process.
    attach: unary(() => new emptyproto.Empty()),
    getSchema: unary(() =>
      new proto.GetSchemaResponse().setSchema(
        JSON.stringify({ name: provider.name, version: provider.version }),
      ),
    ),
    checkConfig: unary((request: proto.CheckRequest) =>
      new proto.CheckResponse().setInputs(request.getNews()),
    ),
    diffConfig: unary((request: proto.DiffRequest) =>
      diffResponse(
        provider.diffConfig(propertiesOf(request.getOlds()), propertiesOf(request.getNews())),
      ),
    ),
    configure: unary((request: proto.ConfigureRequest) => {
      provider.configure(propertiesOf(request.getArgs()));
      // Secrets are the engine's business: it opens them for the provider and closes what comes back. It insists that
      // a provider of components can do so itself.
      return new proto.ConfigureResponse()
        .setSupportspreview(true)
        .setAcceptsecrets(provider.name === "awsx")
        .setAcceptresources(provider.name === "awsx");
    }),
    cancel: unary(() => new emptyproto.Empty()),
    invoke: unary((request: proto.InvokeRequest) =>
      new proto.InvokeResponse().setReturn(
        structOf(provider.invoke(request.getTok(), propertiesOf(request.getArgs()))),
      ),
    ),
    check: unary((request: proto.CheckRequest) =>
      new proto.CheckResponse().setInputs(
        structOf(
          provider.check(
            target(request),
            request.hasOlds() ? propertiesOf(request.getOlds()) : undefined,
            propertiesOf(request.getNews()),
          ),
        ),
      ),
    ),
    diff: unary((request: proto.DiffRequest) =>
      diffResponse(
        provider.diff(
          request.getType(),
          propertiesOf(request.getOldInputs()),
          propertiesOf(request.getNews()),
          request.getIgnorechangesList(),
        ),
      ),
    ),
    create: unary(async (request: proto.CreateRequest) => {
      const inputs = propertiesOf(request.getProperties());
      const { id, outputs } = await provider.create(target(request), inputs, request.getPreview());
      return new proto.CreateResponse().setId(id).setProperties(structOf(outputs));
    }),
    read: unary(async (request: proto.ReadRequest) => {
      const found = await provider.read(target(request), request.getId(), {
        outputs: propertiesOf(request.getProperties()),
        inputs: propertiesOf(request.getInputs()),
      });
      const response = new proto.ReadResponse();
      return found === undefined
        ? response
        : response
            .setId(found.id)
            .setProperties(structOf(found.outputs))
            .setInputs(structOf(found.inputs));
    }),
    update: unary(async (request: proto.UpdateRequest) =>
      new proto.UpdateResponse().setProperties(
        structOf(
          await provider.update(target(request), request.getId(), {
            outputs: propertiesOf(request.getOlds()),
            oldInputs: propertiesOf(request.getOldInputs()),
            inputs: propertiesOf(request.getNews()),
            preview: request.getPreview(),
          }),
        ),
      ),
    ),
    delete: unary(async (request: proto.DeleteRequest) => {
      await provider.delete(
        target(request),
        request.getId(),
        propertiesOf(request.getProperties()),
      );
      return new emptyproto.Empty();
    }),
    construct: unary((request: proto.ConstructRequest) => provider.construct(request)),
  };
}

function diffResponse(difference: {
  readonly changed: readonly string[];
  readonly replacing: readonly string[];
  readonly deleteBeforeReplace: boolean;
}): proto.DiffResponse {
  const { DIFF_NONE, DIFF_SOME } = proto.DiffResponse.DiffChanges;
  return new proto.DiffResponse()
    .setChanges(difference.changed.length === 0 ? DIFF_NONE : DIFF_SOME)
    .setDiffsList([...difference.changed])
    .setReplacesList([...difference.replacing])
    .setDeletebeforereplace(difference.deleteBeforeReplace);
}

/** A provider that the engine can reach. */
export interface Served {
  readonly port: number;
  close(): void;
}

export async function serve(provider: Provider): Promise<Served> {
  const server = new grpc.Server({ "grpc.max_receive_message_length": 400 * 1024 * 1024 });
  server.addService(ResourceProviderService, implementationOf(provider));
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) =>
      error === null ? resolve({ port, close: () => server.forceShutdown() }) : reject(error),
    );
  });
}
