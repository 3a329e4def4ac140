import * as assert from "node:assert/strict";
import { parseConnections } from "../../rehearsal/network/connections";
import { Firewall } from "../../rehearsal/network/firewall";
import { readPlanView } from "../../rehearsal/planView";
import { prodConfig } from "../fixtures/config";
import { planOfConfig } from "../fixtures/plans";

describe("tracked connections", () => {
  it("are read in the direction in which they were begun, without those that are over", () => {
    const text =
      "tcp      6 431986 ESTABLISHED src=10.40.0.8 dst=10.40.0.7 sport=40122 dport=9095 " +
      "src=10.40.0.7 dst=10.40.0.8 sport=9095 dport=40122 [ASSURED] mark=0 use=1\n" +
      "tcp      6 119 TIME_WAIT src=10.40.0.8 dst=10.40.0.7 sport=40120 dport=9095 " +
      "src=10.40.0.7 dst=10.40.0.8 sport=9095 dport=40120 [ASSURED] mark=0 use=1\n" +
      "tcp      6 59 CLOSE_WAIT src=10.40.0.8 dst=10.40.0.7 sport=40121 dport=9095 " +
      "src=10.40.0.7 dst=10.40.0.8 sport=9095 dport=40121 [ASSURED] mark=0 use=1\n" +
      "udp      17 28 src=10.40.0.8 dst=10.40.0.2 sport=5000 dport=53 [UNREPLIED] " +
      "src=10.40.0.2 dst=10.40.0.8 sport=53 dport=5000 mark=0 use=1\n" +
      "icmp     1 29 src=10.40.0.8 dst=10.40.0.7 type=8 code=0 id=1 src=10.40.0.7 dst=10.40.0.8\n";
    assert.deepEqual(parseConnections(text), [
      { protocol: "tcp", from: "10.40.0.8", to: "10.40.0.7", fromPort: 40122, port: 9095 },
      { protocol: "tcp", from: "10.40.0.8", to: "10.40.0.7", fromPort: 40121, port: 9095 },
      { protocol: "udp", from: "10.40.0.8", to: "10.40.0.2", fromPort: 5000, port: 53 },
    ]);
  });

  it("concern the rule that lets them through, and no other", async () => {
    const view = readPlanView((await planOfConfig(prodConfig())).plan);
    const rule = (name: string) => {
      const found = view.securityGroupRules.find((each) => each.name === name);
      assert.ok(found !== undefined, name);
      return found;
    };
    const group = (name: string) => rule(name).securityGroupId;
    const [memcached, querier] = [
      "lgtm-memcached-from-loki-querier-11211",
      "lgtm-loki-querier-to-anywhere",
    ];
    const known: Readonly<Record<string, readonly string[]>> = {
      "10.0.0.1": [group(querier)],
      "10.0.0.2": [group(memcached)],
    };
    const firewall = new (class extends Firewall {
      override groupsOf(address: string): readonly string[] {
        return known[address] ?? [];
      }
    })(view);
    const lookUp = { from: "10.0.0.1", to: "10.0.0.2", protocol: "tcp", port: 11211 } as const;
    const concerned = (connection: Parameters<Firewall["isConcerned"]>[1]) =>
      view.securityGroupRules
        .filter((each) => firewall.isConcerned(each, connection))
        .map(({ name }) => name)
        .sort();
    assert.deepEqual(concerned(lookUp), [querier, memcached].sort());
    assert.deepEqual(concerned({ ...lookUp, port: 11212 }), [querier]);
    assert.deepEqual(concerned({ ...lookUp, from: "10.0.0.2", to: "10.0.0.1" }), [
      "lgtm-memcached-to-anywhere",
    ]);
  });
});
