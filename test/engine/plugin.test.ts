import assert from "node:assert/strict";
import * as path from "node:path";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { LgtmCluster } from "../../components/lgtmCluster";
import { Lane } from "./lane";
import { EngineError, type StateResource } from "./laneStack";
import { loadFile } from "../fixtures/plans";

const root = path.join(__dirname, "..", "..");
const PACKAGE = "lgtm-fargate";

/** The settings of the shipped dev stack, as a program of another language would give them. */
function given(): { stack: string; region: string; settings: Record<string, string> } {
  const { pulumiConfig, config } = loadFile(path.join(root, "Pulumi.dev.yaml"));
  const settings = Object.entries(pulumiConfig)
    .filter(([key]) => key.startsWith("lgtm:"))
    .map(([key, text]) => [key.slice("lgtm:".length), text]);
  return {
    stack: "dev",
    region: config.region,
    settings: Object.fromEntries(settings) as Record<string, string>,
  };
}

/** What a generated SDK has for each component: the engine constructs it in the plugin's process. */
class Remote extends pulumi.ComponentResource {
  declare readonly bucketName: pulumi.Output<string>;
  declare readonly vpcId: pulumi.Output<string>;
  declare readonly privateSubnetIds: pulumi.Output<string[]>;

  constructor(type: string, args: pulumi.Inputs, opts: pulumi.ComponentResourceOptions) {
    const outputs = { bucketName: undefined, vpcId: undefined, privateSubnetIds: undefined };
    super(`${PACKAGE}:index:${type}`, "other", { ...outputs, ...args }, opts, true);
  }
}

describe("the plugin, from a program that knows only its schema", function () {
  this.timeout(600_000);
  let lane: Lane;

  before(async () => {
    lane = await Lane.open("plugin");
    lane.servePlugin();
  });
  after(() => lane.close());

  const options = () => ({ providers: [new aws.Provider("other", { region: "ap-northeast-2" })] });

  it("constructs the network, the bucket and a service on them", async () => {
    const stack = await lane.stackOf("plugin", () => {
      const opts = options();
      new Remote("LgtmStorage", given(), opts);
      const network = new Remote("LgtmNetwork", given(), opts);
      const { config } = loadFile(path.join(root, "Pulumi.dev.yaml"));
      const cluster = new LgtmCluster(
        "other",
        { ...config, clusterName: "other", vpcId: network.vpcId, associateVpcs: [] },
        opts,
      );
      const provider = { provider: opts.providers[0] };
      const group = new aws.ec2.SecurityGroup("other", { vpcId: network.vpcId }, provider);
      const logs = new aws.cloudwatch.LogGroup("other", { name: "/ecs/other" }, provider);
      const principal = { Service: "ecs-tasks.amazonaws.com" };
      const role = new aws.iam.Role(
        "other",
        {
          name: "other",
          assumeRolePolicy: JSON.stringify({
            Version: "2012-10-17",
            Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: principal }],
          }),
        },
        provider,
      );
      new Remote(
        "LgtmService",
        {
          ...given(),
          role: "memcached",
          clusterArn: cluster.clusterArn,
          clusterName: cluster.clusterName,
          namespaceId: cluster.namespaceId,
          privateSubnetIds: network.privateSubnetIds,
          securityGroupIds: [group.id],
          logGroupName: logs.name,
          executionRoleArn: role.arn,
        },
        { ...opts, dependsOn: [...cluster.capacity()] },
      );
      return Promise.resolve();
    });
    await stack.preview();
    const children = (resources: StateResource[], type: string) =>
      resources.filter(({ urn }) => urn.includes(`${PACKAGE}:index:${type}$`));
    await stack.up().catch((error: unknown) => {
      throw error instanceof EngineError ? new Error(error.diagnostics) : error;
    });
    const state = await stack.state();
    const types = (type: string) => new Set(children(state, type).map((each) => each.type));
    assert.ok(types("LgtmStorage").has("aws:s3/bucketPolicy:BucketPolicy"));
    assert.ok(types("LgtmNetwork").has("aws:ec2/vpcEndpoint:VpcEndpoint"));
    assert.ok(types("LgtmService").has("aws:ecs/service:Service"));
  });

  it("refuses wrong settings with the key", async () => {
    const stack = await lane.stackOf("wrong", () => {
      const { settings, ...place } = given();
      new Remote(
        "LgtmStorage",
        { ...place, settings: { ...settings, environment: "x" } },
        options(),
      );
      return Promise.resolve();
    });
    await assert.rejects(stack.preview(), (error: unknown) => {
      assert.ok(error instanceof EngineError);
      assert.match(`${error.diagnostics}\n${error.message}`, /environment/);
      return true;
    });
  });
});
