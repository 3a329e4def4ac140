import * as assert from "node:assert/strict";
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { rules } from "../../policies/index";
import { judge } from "../../policies/judge";
import { judgedState, stateOf } from "../../policies/state";
import { toolPath } from "../../tools/install";
import { shippedPlans, shippedSettings } from "../policies/mutants/main";
import type { ShippedPlans } from "../policies/mutants/run";
import { batches, findings, unique } from "./fixtures";
import { Lane } from "./lane";

const root = path.join(__dirname, "..", "..");
const pack = path.join(root, "policies");
const configFile = (stack: string) => path.join(pack, `config.${stack}.json`);

/** The pack in the real engine: over state files, in a preview, and over what was deployed. */
describe("the policy pack in the real engine", function () {
  this.timeout(600_000);
  let lane: Lane;
  let plans: ShippedPlans;

  before(async () => {
    lane = await Lane.open("policies");
    // What the Node language host would start for a directory with a pack.
    fs.writeFileSync(
      path.join(lane.folder, "bin", "pulumi-analyzer-policy-nodejs"),
      `#!/bin/sh\nexec '${process.execPath}' '${path.join(root, "node_modules/@pulumi/pulumi/cmd/run-policy-pack")}' "$@"\n`,
      { mode: 0o755 },
    );
    plans = await shippedPlans();
  });
  after(() => lane.close());

  /** Findings of `pulumi policy analyze` over a state file. */
  async function analyze(state: object): Promise<string[]> {
    const file = path.join(lane.folder, "state.json");
    fs.writeFileSync(file, JSON.stringify(state));
    const pulumi = await toolPath("pulumi");
    const args = ["policy", "analyze", "--json", "--file", file];
    args.push("--policy-pack", pack, "--policy-pack-config", configFile("prod"));
    const stdout = await new Promise<string>((resolve, reject) => {
      execFile(
        pulumi,
        args,
        {
          cwd: lane.folder,
          maxBuffer: 256 * 1024 * 1024,
          env: {
            ...process.env,
            PATH: [path.join(lane.folder, "bin"), process.env["PATH"] ?? ""].join(":"),
            PULUMI_HOME: path.join(lane.folder, "home"),
            PULUMI_SKIP_UPDATE_CHECK: "true",
          },
        },
        (error, out, err) => {
          // Exit code 1 is also what a mandatory finding gives.
          if (out === "") reject(new Error(err || error?.message));
          else resolve(out);
        },
      );
    });
    return findings(
      stdout
        .split("\n")
        .filter((line) => line.startsWith("{"))
        .map((line) => JSON.parse(line) as EngineEvent),
    );
  }

  it("judges states as this process judges plans, with every rule seen to fail", async () => {
    const seen = new Set<string>();
    for (const plan of await batches(plans.prod, shippedSettings().prod)) {
      const { findings: expected } = await judge(plan, { policyConfig: shippedSettings().prod });
      const given = await analyze(stateOf(plan));
      assert.deepEqual(
        given,
        unique(expected.map(({ rule, finding, urn }) => `${rule} ${finding} ${urn}`)),
      );
      for (const { rule } of expected) seen.add(rule);
    }
    assert.deepEqual(
      rules.map(({ id }) => id).filter((id) => !seen.has(id)),
      [],
    );
  });

  it("lets a preview of the shipped stack pass, and judges what was deployed as the plan", async () => {
    const stack = await lane.stack("prod");
    const options = { policyPacks: [pack], policyPackConfigs: [configFile("prod")] };
    const preview = await stack.preview(options);
    assert.deepEqual(findings(preview.events), []);
    await stack.up(options);
    const state = await stack.export();
    assert.deepEqual(await analyze(state), []);
    const { findings: own } = await judge(judgedState(JSON.stringify(state)), {
      policyConfig: shippedSettings().prod,
    });
    assert.deepEqual(own, []);
    // An export without --show-secrets: what is sealed is not judged, and gives no false finding.
    const sealed = JSON.stringify(state).replace(/"plaintext":/g, '"ciphertext":');
    const blind = await judge(judgedState(sealed), { policyConfig: shippedSettings().prod });
    assert.deepEqual(blind.findings, []);
    assert.ok(blind.unjudged.length > 0);
  });

  it("stops a preview of a stack with a mandatory finding", async () => {
    const stack = await lane.stack("dev");
    const preview = stack.preview({
      policyPacks: [pack],
      policyPackConfigs: [configFile("prod")],
    });
    await assert.rejects(preview, /\[mandatory\]/);
  });
});
