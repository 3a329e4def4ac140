import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import type { PlannedStack } from "../../plan/makePlan";
import { defaultConfig } from "../fixtures/config";
import { defaultPlan, planWith } from "../fixtures/plans";
import { data } from "./sourceDesign/data";
import { doors } from "./sourceDesign/doors";
import type { Proofs } from "./sourceDesign/proof";
import { servers } from "./sourceDesign/servers";
import { topology } from "./sourceDesign/topology";

const statement = z.discriminatedUnion("verdict", [
  z.strictObject({ id: z.string(), text: z.string().min(1), verdict: z.literal("kept") }),
  z.strictObject({
    id: z.string(),
    text: z.string().min(1),
    verdict: z.enum(["narrowed", "replaced"]),
    reason: z.string().min(10),
  }),
]);

const file = path.join(__dirname, "../../docs/sourceDesign.yaml");
const statements = z.array(statement).parse(parse(fs.readFileSync(file, "utf8")));

const groups = [topology, servers, doors, data];
const proofs: Proofs = Object.assign({}, ...groups) as Proofs;

/** A stack of which nothing was built: whoever calls that proven proves nothing. */
const nothing = ({ plan, recording, ...rest }: PlannedStack): PlannedStack => ({
  ...rest,
  plan: { ...plan, resources: [], outputs: {} },
  recording: { ...recording, resources: [], outputs: {} },
});

describe("the source design, statement by statement", () => {
  it("each statement has one proof, and each proof a statement", () => {
    const ids = statements.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    assert.deepEqual(groups.flatMap((group) => Object.keys(group)).sort(), [...ids].sort());
  });

  it("what is kept has a check, what is not is proven both ways", () => {
    for (const { id, verdict } of statements) {
      assert.equal(typeof proofs[id], verdict === "kept" ? "function" : "object", id);
    }
  });

  it("the design's own words are recognised where a stack file says them", async () => {
    const expired = { expireAfterDays: 365 };
    const said: readonly (readonly [string, Parameters<typeof planWith>[1]])[] = [
      ["rule-mimir", { ingress: { auth: "none" } }],
      ["rule-loki", { ingress: { auth: "none" } }],
      ["loki-ingester-count", { loki: { ingester: { replicas: 2 } } }],
      ["intelligent-tiering", { storage: { tiering: "intelligentTiering" } }],
      ["alloy-logs", { collection: { logGroups: ["/ecs/shop"] } }],
      ["lifecycle-end", { storage: { metrics: expired, logs: expired } }],
    ];
    for (const [id, overrides] of said) {
      const proof = proofs[id];
      assert.ok(typeof proof === "object");
      assert.equal(await proof.literally(await planWith(defaultConfig(), overrides)), true, id);
    }
  });

  for (const { id, text, verdict } of statements) {
    it(`${id}: ${text}: ${verdict}`, async () => {
      const proof = proofs[id];
      const stack = await defaultPlan();
      if (typeof proof === "function") {
        await proof(stack);
        await assert.rejects(async () => proof(nothing(stack)), `${id} holds of nothing at all`);
      } else {
        assert.ok(proof);
        assert.equal(await proof.literally(stack), false, "the design holds as it was said");
        await proof.instead(stack);
        await assert.rejects(async () => proof.instead(nothing(stack)), `${id} holds of nothing`);
      }
    });
  }
});
