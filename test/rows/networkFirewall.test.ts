import assert from "node:assert/strict";
import type { PlannedStack } from "../../plan/makePlan";
import { allowedEdges, isAllowed, matches } from "../../policies/data/edges";
import { devConfig, prodConfig } from "../fixtures/config";
import { tasksOf } from "./reading";
import { defaultPlan, devPlan, planWith, prodPlan, resourcesOf } from "../fixtures/plans";

const groupType = "aws:ec2/securityGroup:SecurityGroup";
const ingressType = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const egressType = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";
const anywhere = "0.0.0.0/0";

/** Parties that are no role, as the measured table calls them. */
const others: Readonly<Record<string, string>> = {
  "load-balancer": "load-balancer",
  postgres: "database",
  endpoints: "endpoints",
};
/** `loki-query-frontend` → `loki/query-frontend`, as the measured table calls it. */
const partOf = (role: string) => others[role] ?? role.replace(/^(alloy|loki|tempo)-(.+)$/, "$1/$2");

interface Rule {
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Party whose group holds the rule. */
  readonly holder: string;
  /** Party or block on the other side. */
  readonly peer: string;
}

/** Id → party: the group's name without the stack's. */
const partiesOf = (stack: PlannedStack) =>
  new Map(
    resourcesOf(stack, groupType).map(({ id, name }) => [
      id,
      name.slice(stack.config.name.length + 1),
    ]),
  );
function rulesOf(stack: PlannedStack, type: string): Rule[] {
  const parties = partiesOf(stack);
  return resourcesOf(stack, type).map(({ name, inputs }) => ({
    name,
    inputs,
    holder: parties.get(String(inputs["securityGroupId"])) ?? "?",
    peer:
      parties.get(String(inputs["referencedSecurityGroupId"])) ??
      String(inputs["referencedSecurityGroupId"] ?? inputs["cidrIpv4"]),
  }));
}
const servicesOf = (stack: PlannedStack) =>
  resourcesOf(stack, "aws:ecs/service:Service").map(({ name, inputs }) => ({
    role: name.slice(stack.config.name.length + 1).replace(/-\d+$/, ""),
    groups: (inputs["networkConfiguration"] as { securityGroups: string[] }).securityGroups.map(
      (id) => partiesOf(stack).get(id) ?? id,
    ),
  }));

const restricted = () => planWith(prodConfig(), { egress: "restricted" });
const withClients = () =>
  planWith(devConfig(), {
    collection: {
      clients: { cidrs: ["10.9.0.0/16"], securityGroupIds: ["sg-0123456789abcdef0"] },
    },
    network: { interfaceEndpoints: ["logs"] },
  });
const stacks: readonly [string, () => Promise<PlannedStack>][] = [
  ["dev", devPlan],
  ["prod", prodPlan],
  ["the default", defaultPlan],
  ["prod with restricted egress", restricted],
  ["dev with clients and endpoints", withClients],
];

// Not proven here: that the servers need no other connection (that was measured on running ones).
describe("Security groups", () => {
  for (const [name, plan] of stacks) {
    it(`X2: rules of ${name} open exactly what the measured table allows, and all that it needs`, async () => {
      const stack = await plan();
      const edges = rulesOf(stack, ingressType)
        .filter(({ holder, peer }) => holder !== "load-balancer" && holder !== peer)
        .map(({ inputs, holder, peer }) => ({
          from: /^(sg-|\d)/.test(peer) ? "clients" : partOf(peer),
          to: partOf(holder),
          port: Number(inputs["fromPort"]),
        }));
      for (const { from, to, port } of edges) {
        assert.ok(isAllowed(from, to, port), `${from} -> ${to}:${port} is in no table`);
      }
      const parts = [...partiesOf(stack).values()]
        .filter((party) => !party.endsWith("-gossip"))
        .map(partOf);
      const callers = servicesOf(stack).map(({ role }) => partOf(role));
      for (const { from, to, port, needed } of allowedEdges) {
        if (!needed || port === 7946) continue;
        const targets = parts.filter((part) => matches(to, part));
        for (const caller of new Set(
          callers.filter((part) => from.some((f) => matches(f, part))),
        )) {
          for (const target of targets) {
            if (caller === target && caller !== "mimir") continue;
            assert.ok(
              edges.some(
                (edge) => edge.from === caller && edge.to === target && edge.port === port,
              ) || caller === target,
              `${caller} -> ${target}:${port} is missing`,
            );
          }
        }
      }
    });

    it(`X2: each task of ${name} carries its role's group, and its product's gossip group where it gossips`, async () => {
      const stack = await plan();
      const gossiping = new Set(
        tasksOf(stack)
          .filter(({ files }) => [...files.values()].some((text) => /^ +join_members:/m.test(text)))
          .map(({ service }) => service.replace(/-\d+$/, "")),
      );
      for (const role of ["mimir", "loki-ingester", "loki-distributor", "tempo-distributor"]) {
        assert.ok(gossiping.has(role), role);
      }
      for (const { role, groups } of servicesOf(stack)) {
        const gossip = `${role.split("-")[0] ?? ""}-gossip`;
        assert.deepEqual(groups, gossiping.has(role) ? [role, gossip] : [role], role);
      }
      const selfRules = rulesOf(stack, ingressType).filter(({ holder }) =>
        holder.endsWith("-gossip"),
      );
      assert.deepEqual(
        selfRules.map(({ holder, peer, inputs }) => [
          holder,
          peer,
          inputs["ipProtocol"],
          inputs["fromPort"],
          inputs["toPort"],
        ]),
        ["loki", "mimir", "tempo"].map((product) => [
          `${product}-gossip`,
          `${product}-gossip`,
          "tcp",
          7946,
          7946,
        ]),
      );
    });

    it(`X2: every rule of ${name} is a resource of its own, for one port and one peer, and says why`, async () => {
      const stack = await plan();
      for (const group of resourcesOf(stack, groupType)) {
        assert.equal(group.inputs["ingress"], undefined, group.name);
        assert.equal(group.inputs["egress"], undefined, group.name);
        assert.match(String(group.inputs["description"]), /\w+ \w+/, group.name);
      }
      assert.deepEqual(
        stack.plan.resources.filter(({ type }) => type.includes("securityGroupRule")),
        [],
      );
      for (const type of [ingressType, egressType]) {
        const rules = rulesOf(stack, type);
        const keys = rules.map(({ holder, peer, inputs }) =>
          [holder, peer, inputs["ipProtocol"], inputs["fromPort"]].join(" "),
        );
        assert.deepEqual(
          keys.filter((key, index) => keys.indexOf(key) !== index),
          [],
        );
        for (const rule of rules) {
          assert.notEqual(rule.holder, "?", rule.name);
          assert.equal(rule.inputs["fromPort"], rule.inputs["toPort"], rule.name);
          assert.match(String(rule.inputs["description"]), /^\w[^"]{2,}$/, rule.name);
          const peers = ["cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"];
          assert.equal(peers.filter((peer) => rule.inputs[peer] !== undefined).length, 1);
        }
      }
    });

    it(`X2: nothing of ${name} but 443 and 80 of the load balancer faces the Internet`, async () => {
      const open = rulesOf(await plan(), ingressType)
        .filter(({ peer }) => peer === anywhere)
        .map(({ holder, inputs }) => [holder, inputs["fromPort"]]);
      assert.deepEqual(
        open.sort((a, b) => Number(a[1]) - Number(b[1])),
        [
          ["load-balancer", 80],
          ["load-balancer", 443],
        ],
      );
    });
  }

  it("X2: clients reach the gateway's five ports and nothing else, and only where they are named", async () => {
    const fromClients = (stack: PlannedStack) =>
      rulesOf(stack, ingressType).filter(
        ({ peer }) => peer === "10.9.0.0/16" || peer === "sg-0123456789abcdef0",
      );
    const rules = fromClients(await withClients());
    assert.ok(rules.every(({ holder }) => holder === "alloy-gateway"));
    for (const peer of ["10.9.0.0/16", "sg-0123456789abcdef0"]) {
      assert.deepEqual(
        rules
          .filter((rule) => rule.peer === peer)
          .map(({ inputs }) => Number(inputs["fromPort"]))
          .sort((a, b) => a - b),
        [3500, 4041, 4317, 4318, 9999],
      );
    }
    const gateway = rulesOf(await devPlan(), ingressType).filter(
      ({ holder }) => holder === "alloy-gateway",
    );
    assert.deepEqual(
      gateway.map(({ peer }) => peer),
      ["alloy-collector"],
    );
  });

  it("X2: everything may be called, as the design says", async () => {
    const stack = await devPlan();
    const rules = rulesOf(stack, egressType);
    for (const { inputs, peer } of rules) {
      assert.deepEqual([inputs["ipProtocol"], peer], ["-1", anywhere]);
    }
    const roles = servicesOf(stack).map(({ role }) => role);
    assert.deepEqual(
      rules.map(({ holder }) => holder).sort(),
      [...new Set([...roles, "load-balancer"])].sort(),
    );
  });

  it("X2: or 443, 53 and the edges alone", async () => {
    const stack = await restricted();
    const egress = rulesOf(stack, egressType);
    assert.ok(egress.every(({ inputs }) => inputs["ipProtocol"] !== "-1"));
    const wide = egress.filter(({ peer }) => /^\d/.test(peer));
    for (const { role } of servicesOf(stack)) {
      const own = wide
        .filter(({ holder }) => holder === role)
        .map(({ inputs, peer }) => [inputs["ipProtocol"], inputs["fromPort"], peer].join(" "));
      const cidr = stack.config.network.cidr;
      assert.deepEqual(
        [...new Set(own)].sort(),
        [`tcp 443 ${anywhere}`, `tcp 53 ${cidr}`, `udp 53 ${cidr}`],
        role,
      );
    }
    const key = (from: string, to: string, port: unknown) => `${from} -> ${to}:${String(port)}`;
    assert.deepEqual(
      egress
        .filter(({ peer }) => !/^\d/.test(peer))
        .map(({ holder, peer, inputs }) => key(holder, peer, inputs["fromPort"]))
        .sort(),
      rulesOf(stack, ingressType)
        .filter(({ peer }) => !/^\d/.test(peer))
        .map(({ holder, peer, inputs }) => key(peer, holder, inputs["fromPort"]))
        .sort(),
      "each edge is open on both sides",
    );
  });
});
