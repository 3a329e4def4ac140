import * as assert from "node:assert/strict";
import { rules } from "../../policies/index";
import { peerCoverage } from "../../policies/peers";
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
});
