import * as assert from "node:assert/strict";
import { rules } from "../../policies/index";
import { besides, peerCoverage, peersOf } from "../../policies/peers";
import { peersRun } from "../../policies/peersRun";
import { mutants } from "./mutants/all";
import { seenBy } from "./mutants/seenByPeers";

describe("the table of peers' rules", () => {
  it("names rules of ours, and each entry speaks about some mutant", () => {
    const ids = new Set(rules.map(({ id }) => id));
    const findings = mutants.flatMap(({ expected }) => expected);
    const idle = peerCoverage.filter(
      (each) =>
        !ids.has(each.rule) ||
        !findings.some(
          (finding) =>
            finding.startsWith(`${each.rule} `) &&
            (each.findings?.test(finding.slice(each.rule.length + 1)) ?? true),
        ),
    );
    assert.deepEqual(
      idle.map(({ rule }) => rule),
      [],
    );
  });

  it("leaves most mistakes to this pack alone", () => {
    for (const peer of ["cdk-nag", "awsguard", "compliance-policies"] as const) {
      const seen = seenBy(peer, mutants);
      assert.ok(seen > 0 && seen < mutants.length / 2, `${peer}: ${seen} of ${mutants.length}`);
    }
  });

  // The table is by name; the run is what the peers' rules really say to the mutants.
  describe("against what the peers found when they were run", () => {
    const findingsOf = new Map(mutants.map(({ name, expected }) => [name, expected]));

    it("names each rule that found something on a mutant", () => {
      const unnamed = peersRun.peers.flatMap(({ peer, seen }) =>
        Object.entries(seen).flatMap(([name, found]) => {
          const known = (findingsOf.get(name) ?? []).flatMap(peersOf);
          return found
            .filter((rule) => !besides.has(rule))
            .filter((rule) => !known.some((each) => each.peer === peer && each.rule === rule))
            .map((rule) => `${rule}: ${name}`);
        }),
      );
      assert.deepEqual(unnamed, []);
    });

    it("says of each rule that found nothing why", () => {
      const silent = peersRun.peers.flatMap(({ peer, seen }) => {
        const found = new Set(Object.values(seen).flat());
        return peerCoverage
          .flatMap(({ peers }) => peers)
          .filter((each) => each.peer === peer && each.limits === undefined)
          .filter(({ rule }) => !found.has(rule))
          .map(({ rule }) => rule);
      });
      assert.deepEqual(silent, []);
    });

    it("was made with mutants that still exist, by peers whose rules all judged", () => {
      for (const { peer, seen, failing } of peersRun.peers) {
        assert.deepEqual(
          Object.keys(seen).filter((name) => !findingsOf.has(name)),
          [],
          peer,
        );
        assert.deepEqual(failing, [], peer);
      }
    });
  });
});
