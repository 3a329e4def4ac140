import assert from "node:assert/strict";
import { LgtmNetwork, type LgtmNetworkArgs } from "../../components/lgtmNetwork";
import { zoneSubnets } from "../../stacks/zones";
import { devConfig, prodConfig } from "../fixtures/config";
import { countsOf, inputsOf, ofType, place, recorded, resource } from "./recorded";

const argsOf = (
  config: ReturnType<typeof devConfig>,
  more: Partial<LgtmNetworkArgs> = {},
): LgtmNetworkArgs => ({
  ...place,
  cidr: config.network.cidr,
  zones: zoneSubnets(config),
  natGateways: config.network.natGateways,
  ...more,
});
const networkOf = (args: LgtmNetworkArgs) =>
  recorded((options) => new LgtmNetwork("lgtm", args, options));

// Not proven here: that awsx makes these children for these inputs (the stand-in repeats its source), nor that a route
// carries a packet.
describe("LgtmNetwork", () => {
  it("N1: N2: N3: N4: makes exactly the resources of a dev network", async () => {
    assert.deepEqual(countsOf(await networkOf(argsOf(devConfig()))), {
      "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": 1,
      "aws:ec2/eip:Eip": 1,
      "aws:ec2/internetGateway:InternetGateway": 1,
      "aws:ec2/natGateway:NatGateway": 1,
      "aws:ec2/route:Route": 4,
      "aws:ec2/routeTable:RouteTable": 4,
      "aws:ec2/routeTableAssociation:RouteTableAssociation": 4,
      "aws:ec2/subnet:Subnet": 4,
      "aws:ec2/vpc:Vpc": 1,
      "aws:ec2/vpcEndpoint:VpcEndpoint": 1,
      "awsx:ec2:Vpc": 1,
      "lgtm:index:LgtmNetwork": 1,
    });
  });

  it("N3: makes a NAT gateway per zone in prod", async () => {
    const counts = countsOf(await networkOf(argsOf(prodConfig())));
    assert.equal(counts["aws:ec2/natGateway:NatGateway"], 3);
    assert.equal(counts["aws:ec2/eip:Eip"], 3);
    assert.equal(counts["aws:ec2/subnet:Subnet"], 6);
  });

  it("N2: asks awsx for exactly these blocks, so that nothing is left for it to decide", async () => {
    const recording = await networkOf(argsOf(devConfig()));
    const zones = zoneSubnets(devConfig());
    assert.deepEqual(inputsOf(recording, "awsx:ec2:Vpc", "lgtm-vpc"), {
      availabilityZoneNames: ["ap-northeast-2a", "ap-northeast-2b"],
      cidrBlock: "10.40.0.0/16",
      enableDnsHostnames: true,
      enableDnsSupport: true,
      natGateways: { strategy: "Single" },
      subnetSpecs: [
        { type: "Public", cidrBlocks: zones.map(({ publicCidr }) => publicCidr) },
        { type: "Private", cidrBlocks: zones.map(({ privateCidr }) => privateCidr) },
      ],
      subnetStrategy: "Auto",
    });
  });

  it("N4: puts the S3 gateway endpoint on every private route table and on no other", async () => {
    const recording = await networkOf(argsOf(prodConfig()));
    const tables = ofType(recording, "aws:ec2/routeTable:RouteTable");
    const endpoint = resource(recording, "aws:ec2/vpcEndpoint:VpcEndpoint", "lgtm-s3");
    assert.deepEqual(
      endpoint.inputs["routeTableIds"],
      tables.filter(({ name }) => name.includes("private")).map(({ id }) => id),
    );
    assert.equal(endpoint.inputs["serviceName"], "com.amazonaws.ap-northeast-2.s3");
    assert.equal(endpoint.inputs["vpcEndpointType"], "Gateway");
  });

  it("takes every rule out of the VPC's default group", async () => {
    const recording = await networkOf(argsOf(devConfig()));
    const vpc = ofType(recording, "aws:ec2/vpc:Vpc")[0];
    assert.deepEqual(
      inputsOf(recording, "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "lgtm-default"),
      { vpcId: vpc?.id },
    );
  });

  it("N5: makes interface endpoints in the private subnets behind one group without rules", async () => {
    const recording = await networkOf(
      argsOf(devConfig(), { interfaceEndpoints: ["ecr.api", "logs"] }),
    );
    const group = resource(recording, "aws:ec2/securityGroup:SecurityGroup", "lgtm-endpoints");
    const subnets = ofType(recording, "aws:ec2/subnet:Subnet").filter(({ name }) =>
      name.includes("private"),
    );
    assert.deepEqual(inputsOf(recording, "aws:ec2/vpcEndpoint:VpcEndpoint", "lgtm-ecr-api"), {
      privateDnsEnabled: true,
      securityGroupIds: [group.id],
      serviceName: "com.amazonaws.ap-northeast-2.ecr.api",
      subnetIds: subnets.map(({ id }) => id),
      tags: { Name: "lgtm-ecr-api" },
      vpcEndpointType: "Interface",
      vpcId: ofType(recording, "aws:ec2/vpc:Vpc")[0]?.id,
    });
    assert.equal(countsOf(recording)["aws:ec2/vpcEndpoint:VpcEndpoint"], 3);
    assert.equal(group.inputs["ingress"], undefined);
  });

  it("N5: writes flow logs with the right to write to their own group alone", async () => {
    const recording = await networkOf(argsOf(devConfig(), { flowLogRetentionDays: 7 }));
    const logGroup = resource(recording, "aws:cloudwatch/logGroup:LogGroup", "lgtm-flow-logs");
    assert.equal(logGroup.inputs["retentionInDays"], 7);
    const policy = resource(recording, "aws:iam/rolePolicy:RolePolicy", "lgtm-flow-logs");
    assert.deepEqual(JSON.parse(String(policy.inputs["policy"])), {
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "WriteFlowLogs",
          Effect: "Allow",
          Action: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
          Resource: `${String(logGroup.outputs["arn"])}:*`,
        },
      ],
    });
    const flowLog = resource(recording, "aws:ec2/flowLog:FlowLog", "lgtm-flow-logs");
    assert.ok(flowLog.dependencies.includes(policy.urn));
    assert.equal(flowLog.inputs["trafficType"], "ALL");
  });
});
