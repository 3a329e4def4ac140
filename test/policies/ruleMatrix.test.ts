import assert from "node:assert/strict";
import { rules } from "../../policies/index";
import { judge, type Judged, type JudgedResource } from "../../policies/judge";
import type { Rule } from "../../policies/rule";
import { devPlan, prodPlan } from "../fixtures/plans";
import { mutants } from "./mutants/all";

/** What a preview puts in the place of a text that it does not know yet (`unknownStringValue` of @pulumi/policy). */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const subjects = [
  "storage",
  "compute",
  "ingress",
  "network",
  "resilience",
  "hygiene",
  "iam",
  "security-groups",
];
const judged = rules.filter(({ subject }) => subjects.includes(subject));
const prefixOf = (subject: string) => (subject === "security-groups" ? "sg" : subject);

const judgedBy = (rule: Rule, plan: Judged, environment = "prod") =>
  judge(plan, { rules: [rule], policyConfig: { settings: { environment } } });

/** A plan in which one property of all resources of a type is unknown; nothing where no resource has it. */
function withUnknown(plan: Judged, type: string, path: string): Judged | undefined {
  let found = false;
  const resources = plan.resources.map((resource): JudgedResource => {
    if (resource.type !== type) return resource;
    const blind = (properties: Readonly<Record<string, unknown>>) => {
      const copy = structuredClone(properties) as Record<string, unknown>;
      const keys = path.split(".");
      const last = keys.pop() ?? "";
      let parent: unknown = copy;
      for (const key of keys) parent = (parent as Record<string, unknown> | undefined)?.[key];
      if (typeof parent !== "object" || parent === null || !(last in parent)) return properties;
      found = true;
      (parent as Record<string, unknown>)[last] = UNKNOWN;
      return copy;
    };
    return { ...resource, inputs: blind(resource.inputs), outputs: blind(resource.outputs) };
  });
  return found ? { ...plan, resources } : undefined;
}

/** Rules that find their way by what a value was made from, or have nothing to say about what is not known. */
const seesWithoutValues = new Set([
  "hygiene-protected",
  "hygiene-explicit-provider",
  "hygiene-ignored-changes",
  "storage-settings-once",
  "sg-no-inline-and-standalone",
  "sg-service-names-its-groups",
  // Rules about who holds which document: that a document is not known is told by the rules about single documents.
  "iam-task-role-is-not-execution-role",
  "iam-role-of-one-product",
  "iam-task-roles-for-tasks-only",
  "iam-policies-in-one-place",
  "iam-tasks-leave-iam-alone",
  "iam-no-exec-rights-in-prod",
  "iam-own-prefixes",
  "iam-own-prefixes-usable",
  "iam-secrets-of-their-reader",
  "iam-logs-own-group",
  "iam-only-needed-actions",
  "storage-no-copies-elsewhere",
]);

/** Rules about what the shipped stacks do not have. */
const notInShippedStacks = new Set([
  "hygiene-protected",
  "hygiene-explicit-provider",
  "hygiene-ignored-changes",
  "storage-no-public-acl",
  "hygiene-no-default-resources",
  "iam-no-long-lived-credentials",
  "iam-no-broad-managed-policies",
  "compute-platform-version",
  "compute-no-force-delete",
  "compute-task-definition-own",
  "storage-not-on-the-web",
  "storage-account-public-access",
  "storage-snapshots-unshared",
  "storage-key-kept",
]);

describe("every rule, alone", () => {
  it("are there for every subject", () => {
    for (const subject of subjects) {
      assert.ok(
        judged.some((rule) => rule.subject === subject),
        subject,
      );
    }
  });

  it("have ids of their own that begin with their subject", () => {
    const ids = judged.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    for (const rule of judged) assert.ok(rule.id.startsWith(`${prefixOf(rule.subject)}-`), rule.id);
  });

  it("each kill at least one mutant", () => {
    const killing = new Set(
      mutants.flatMap(({ expected }) => expected.map((each) => each.split(" ")[0])),
    );
    assert.deepEqual(
      judged.filter(({ id }) => !killing.has(id)).map(({ id }) => id),
      [],
    );
  });

  for (const rule of judged) {
    describe(rule.id, () => {
      it("finds nothing in the shipped stacks", async () => {
        for (const [environment, stack] of [
          ["dev", devPlan],
          ["prod", prodPlan],
        ] as const) {
          const { plan } = await stack();
          const verdict = await judgedBy(rule, plan, environment);
          assert.deepEqual(verdict, { findings: [], unjudged: [] });
        }
      });

      it("does not apply where nothing of its kind exists", async () => {
        const stranger = {
          urn: "urn:pulumi:s::p::random:index/randomId:RandomId::x",
          type: "random:index/randomId:RandomId",
          name: "x",
          inputs: { byteLength: 4 },
          outputs: { byteLength: 4, hex: "00" },
        };
        assert.deepEqual(await judgedBy(rule, { resources: [stranger] }), {
          findings: [],
          unjudged: [],
        });
      });

      it("takes an unknown value for no finding, and says that it did not see it", async () => {
        const { plan } = await prodPlan();
        let told = seesWithoutValues.has(rule.id);
        let read = 0;
        for (const [type, paths] of Object.entries(rule.reads)) {
          for (const path of paths) {
            const blind = withUnknown(plan, type, path);
            if (blind === undefined) continue;
            read += 1;
            const verdict = await judgedBy(rule, blind);
            assert.deepEqual(verdict.findings, [], `${type} ${path}`);
            told ||= verdict.unjudged.length > 0;
          }
        }
        assert.ok(told || read === 0, "no unknown value was ever told");
        if (read === 0)
          assert.ok(notInShippedStacks.has(rule.id), "reads nothing of the shipped stacks");
      });
    });
  }
});
