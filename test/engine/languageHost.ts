/**
 * Stands in for `pulumi-language-nodejs`, which is not published as a module: it starts a program as the real host does
 * (pulumi/pulumi `sdk/nodejs/cmd/pulumi-language-nodejs/main.go`: `nodeargs`, the SDK's `cmd/run` and its options,
 * configuration in the environment), so that a stack can be deployed by the CLI alone, from the shipped `Pulumi.yaml`.
 */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import * as path from "node:path";
import * as grpc from "@grpc/grpc-js";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import * as language from "@pulumi/pulumi/proto/language_pb";
import * as plugin from "@pulumi/pulumi/proto/plugin_pb";
import * as emptyproto from "google-protobuf/google/protobuf/empty_pb";

/** The last argument is where the engine listens. */
const engineAddress = process.argv.at(-1) ?? "";

async function run(request: language.RunRequest): Promise<language.RunResponse> {
  const info = request.getInfo();
  const project = info?.getRootDirectory() ?? request.getPwd();
  const { nodeargs, typescript } = (info?.getOptions()?.toJavaScript() ?? {}) as {
    nodeargs?: string;
    typescript?: boolean;
  };
  const sdk = createRequire(path.join(project, "Pulumi.yaml")).resolve("@pulumi/pulumi/cmd/run");
  const options: Readonly<Record<string, string>> = {
    monitor: request.getMonitorAddress(),
    engine: engineAddress,
    organization: request.getOrganization(),
    project: request.getProject(),
    "root-directory": project,
    stack: request.getStack(),
    pwd: info?.getProgramDirectory() ?? request.getPwd(),
    parallel: String(request.getParallel()),
  };
  const config = Object.fromEntries(
    request.getConfigMap().toArray() as readonly (readonly [string, string])[],
  );
  const child = spawn(
    process.execPath,
    [
      ...(nodeargs === undefined || nodeargs === "" ? [] : nodeargs.split(" ")),
      sdk,
      ...Object.entries(options).map(([key, value]) => `--${key}=${value}`),
      ...(request.getDryrun() ? ["--dry-run"] : []),
      info?.getEntryPoint() ?? ".",
    ],
    {
      cwd: project,
      stdio: ["ignore", "inherit", "inherit"],
      env: {
        ...process.env,
        PULUMI_CONFIG: JSON.stringify(config),
        PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
        PULUMI_NODEJS_TYPESCRIPT: String(typescript ?? true),
      },
    },
  );
  const code = await new Promise<number>((resolve, reject) => {
    child.on("error", reject).on("close", (status) => resolve(status ?? -1));
  });
  const response = new language.RunResponse();
  // 32: the program has said what is wrong itself.
  if (code === 32) return response.setBail(true);
  return code === 0 ? response : response.setError(`the program ended with ${code}`);
}

const unary = <Request>(handle: (request: Request) => unknown): grpc.UntypedHandleCall =>
  ((call: grpc.ServerUnaryCall<Request, unknown>, callback: grpc.sendUnaryData<unknown>) => {
    Promise.resolve(call.request)
      .then(handle)
      .then(
        (response) => callback(null, response),
        (error: unknown) => callback({ code: grpc.status.UNKNOWN, details: String(error) }),
      );
  }) as grpc.UntypedHandleCall;

const server = new grpc.Server();
server.addService(LanguageRuntimeService, {
  getPluginInfo: unary(() => new plugin.PluginInfo().setVersion("0.0.0")),
  getRequiredPlugins: unary(() => new language.GetRequiredPluginsResponse()),
  getRequiredPackages: unary(() => new language.GetRequiredPackagesResponse()),
  cancel: unary(() => new emptyproto.Empty()),
  run: unary(run),
});
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  process.stdout.write(`${port}\n`);
});
