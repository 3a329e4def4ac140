import assert from "node:assert/strict";
import { LgtmFirewall, type LgtmFirewallArgs } from "../../components/lgtmFirewall";
import { countsOf, inputsOf, ofType, recorded, resource, type Recording } from "./recorded";

const all = { protocol: "-1", cidr: "0.0.0.0/0", why: "everything" } as const;
const base: LgtmFirewallArgs = {
  vpcId: "vpc-1",
  roles: ["mimir", "alloy-gateway"],
  edges: [
    { from: "load-balancer", to: "mimir", port: 9009, why: "front door: mimir" },
    { from: "alloy-gateway", to: "mimir", port: 9009, why: "push metrics" },
    { from: "clients", to: "alloy-gateway", port: 4318, why: "gateway: otlp-http" },
  ],
  gossip: [{ product: "mimir", roles: ["mimir"] }],
  publicCidrs: ["0.0.0.0/0"],
  clientSecurityGroupIds: ["sg-0123456789abcdef0"],
  clientCidrs: ["10.0.0.0/8"],
  database: false,
  taskEgress: [all],
  egressPerEdge: false,
};
const firewallOf = (more: Partial<LgtmFirewallArgs> = {}) =>
  recorded((options) => new LgtmFirewall("lgtm", { ...base, ...more }, options));

const ingressType = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const egressType = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";
const groupId = (recording: Recording, name: string) =>
  resource(recording, "aws:ec2/securityGroup:SecurityGroup", name).id;
const namesOf = (recording: Recording, type: string) =>
  ofType(recording, type)
    .map(({ name }) => name)
    .sort();

// Not proven here: that a packet passes or is dropped; the rehearsal starts the plan for that.
describe("LgtmFirewall", () => {
  it("makes a group per role, load balancer and gossiping product, and a rule per edge and peer", async () => {
    const recording = await firewallOf();
    assert.deepEqual(countsOf(recording), {
      "aws:ec2/securityGroup:SecurityGroup": 4,
      [egressType]: 3,
      [ingressType]: 7,
      "lgtm:index:LgtmFirewall": 1,
    });
    assert.deepEqual(namesOf(recording, ingressType), [
      "lgtm-alloy-gateway-from-10.0.0.0-8-4318",
      "lgtm-alloy-gateway-from-sg-0123456789abcdef0-4318",
      "lgtm-load-balancer-from-anywhere-443",
      "lgtm-load-balancer-from-anywhere-80",
      "lgtm-mimir-from-alloy-gateway-9009",
      "lgtm-mimir-from-load-balancer-9009",
      "lgtm-mimir-gossip-from-self-7946",
    ]);
  });

  it("writes an edge as one described rule between two groups", async () => {
    const recording = await firewallOf();
    assert.deepEqual(inputsOf(recording, ingressType, "lgtm-mimir-from-alloy-gateway-9009"), {
      description: "push metrics",
      fromPort: 9009,
      ipProtocol: "tcp",
      referencedSecurityGroupId: groupId(recording, "lgtm-alloy-gateway"),
      securityGroupId: groupId(recording, "lgtm-mimir"),
      toPort: 9009,
    });
  });

  it("S17: lets a gossip group talk to itself on 7946", async () => {
    const recording = await firewallOf();
    const id = groupId(recording, "lgtm-mimir-gossip");
    assert.deepEqual(inputsOf(recording, ingressType, "lgtm-mimir-gossip-from-self-7946"), {
      description: "memberlist of mimir",
      fromPort: 7946,
      ipProtocol: "tcp",
      referencedSecurityGroupId: id,
      securityGroupId: id,
      toPort: 7946,
    });
  });

  it("opens nothing but 443 and 80 of the load balancer to the Internet", async () => {
    const open = ofType(await firewallOf(), ingressType).filter(
      ({ inputs }) => inputs["cidrIpv4"] === "0.0.0.0/0",
    );
    assert.deepEqual(open.map(({ inputs }) => inputs["fromPort"]).sort(), [443, 80]);
  });

  it("puts no rule into a group", async () => {
    for (const { inputs } of ofType(await firewallOf(), "aws:ec2/securityGroup:SecurityGroup")) {
      assert.deepEqual([inputs["ingress"], inputs["egress"]], [undefined, undefined]);
    }
  });

  it("with restricted egress lets out 443, names, and each edge from its caller", async () => {
    const recording = await firewallOf({
      egressPerEdge: true,
      taskEgress: [
        { protocol: "tcp", port: 443, cidr: "0.0.0.0/0", why: "HTTPS" },
        { protocol: "udp", port: 53, cidr: "10.40.0.0/16", why: "DNS" },
      ],
    });
    assert.deepEqual(namesOf(recording, egressType), [
      "lgtm-alloy-gateway-to-10.40.0.0-16-53-udp",
      "lgtm-alloy-gateway-to-anywhere-443",
      "lgtm-alloy-gateway-to-mimir-9009",
      "lgtm-load-balancer-to-mimir-9009",
      "lgtm-mimir-gossip-to-self-7946",
      "lgtm-mimir-to-10.40.0.0-16-53-udp",
      "lgtm-mimir-to-anywhere-443",
    ]);
  });

  it("has a group for the database, and uses the endpoints' own", async () => {
    const recording = await firewallOf({
      database: true,
      endpointSecurityGroupId: "sg-endpoints",
      edges: [
        { from: "mimir", to: "postgres", port: 5432, why: "database" },
        { from: "mimir", to: "endpoints", port: 443, why: "AWS" },
      ],
    });
    assert.equal(
      inputsOf(recording, ingressType, "lgtm-postgres-from-mimir-5432")["securityGroupId"],
      groupId(recording, "lgtm-postgres"),
    );
    assert.equal(
      inputsOf(recording, ingressType, "lgtm-endpoints-from-mimir-443")["securityGroupId"],
      "sg-endpoints",
    );
  });

  it("refuses an edge to somebody who is not there", async () => {
    await assert.rejects(
      firewallOf({ edges: [{ from: "mimir", to: "grafana", port: 3000, why: "?" }] }),
      /no security group for grafana/,
    );
  });
});
