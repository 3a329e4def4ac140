import * as fs from "node:fs";
import * as path from "node:path";
import { analyze, analyzeStack, providersOf, type Diagnostic } from "../../../policies/engine";
import type { Judged } from "../../../policies/judge";
import type { PeerRun, PeersRun } from "../../../policies/peersRun";
import type { Policy } from "../../../policies/policy";
import { mutants } from "../mutants/all";
import { shippedPlans } from "../mutants/main";
import { BrokenPlan } from "../mutants/mutant";
import { loadPeers } from "./load";

const result = path.join(__dirname, "..", "..", "..", "policies", "data", "peersRun.json");

/** Findings of policies about plans, each as `RULE<space>URN<space>MESSAGE`; the same resource is judged once. */
class Judge {
  /** Policies that fail instead of judging: most ask AWS about an account. */
  readonly failing = new Set<string>();
  private readonly judged = new Map<string, Promise<readonly string[]>>();
  private readonly resourcePolicies: readonly Policy[];
  private readonly stackPolicies: readonly Policy[];

  constructor(policies: readonly Policy[]) {
    this.resourcePolicies = policies.filter((policy) => "validateResource" in policy);
    this.stackPolicies = policies.filter((policy) => "validateStack" in policy);
  }

  async findings({ resources }: Judged): Promise<ReadonlySet<string>> {
    const providers = providersOf(resources);
    const found = new Set<string>();
    for (const resource of resources) {
      const key = JSON.stringify([resource.urn, resource.inputs, resource.provider]);
      const known =
        this.judged.get(key) ??
        this.each(this.resourcePolicies, resource.urn, (policy) =>
          analyze([policy])(resource, providers),
        );
      this.judged.set(key, known);
      for (const finding of await known) found.add(finding);
    }
    const stack = await this.each(this.stackPolicies, "", (policy) =>
      analyzeStack([policy], resources, providers),
    );
    for (const finding of stack) found.add(finding);
    return found;
  }

  private async each(
    policies: readonly Policy[],
    urn: string,
    run: (policy: Policy) => Promise<readonly Diagnostic[]>,
  ): Promise<readonly string[]> {
    const found: string[] = [];
    for (const policy of policies) {
      try {
        for (const diagnostic of await run(policy))
          found.push(`${policy.name} ${diagnostic.getUrn() || urn} ${diagnostic.getMessage()}`);
      } catch {
        this.failing.add(policy.name);
      }
    }
    return found;
  }
}

/** `npx tsx test/policies/peers/main.ts FOLDER`: runs the peers on every mutant and writes what they saw. */
async function main(folder: string): Promise<void> {
  const shipped = await shippedPlans();
  const peers: PeerRun[] = [];
  for (const { peer, policies } of loadPeers(folder)) {
    const judge = new Judge(policies);
    const before = {
      dev: await judge.findings(shipped.dev),
      prod: await judge.findings(shipped.prod),
    };
    const seen: Record<string, string[]> = {};
    for (const mutant of mutants) {
      const plan = new BrokenPlan(shipped[mutant.stack]);
      mutant.apply(plan);
      const fresh = [...(await judge.findings(plan))].filter(
        (each) => !before[mutant.stack].has(each),
      );
      const rules = [...new Set(fresh.map((each) => each.slice(0, each.indexOf(" "))))].sort();
      if (rules.length > 0) seen[mutant.name] = rules;
    }
    peers.push({
      peer,
      rules: policies.length,
      failing: [...judge.failing].sort(),
      onShipped: { dev: before.dev.size, prod: before.prod.size },
      seen,
    });
    console.log(`${peer}: ${Object.keys(seen).length} of ${mutants.length} mutants`);
  }
  const run: PeersRun = {
    date: new Date().toISOString().slice(0, 10),
    mutants: mutants.length,
    peers,
  };
  fs.writeFileSync(result, `${JSON.stringify(run, undefined, 2)}\n`);
}

void main(process.argv[2] ?? "");
