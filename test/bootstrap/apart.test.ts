import assert from "node:assert/strict";
import { apartDocument, byNameAlone, NAME_TAG, nameClash } from "../../bootstrap/apart";
import { buildCatalog } from "../../stacks/catalog";
import type { PlannedResource } from "../../plan/plan";
import { devConfig, prodConfig } from "../fixtures/config";
import { devPlan, prodPlan } from "../fixtures/plans";

const deployed = (config = prodConfig()) => ({ config, catalog: buildCatalog(config) });
const prod = deployed();
const dev = deployed(devConfig());
const named = (name: string) => deployed({ ...devConfig(), name });

const arns = (resources: readonly PlannedResource[]) =>
  resources
    .map(({ outputs }) => outputs["arn"])
    .filter((arn): arn is string => typeof arn === "string");

describe("stacks of one account", () => {
  it("deny each other by the tag that every resource carries", async () => {
    const denial = (own: typeof prod) => apartDocument(own, [dev, prod]).apart?.Statement;
    for (const [own, other] of [
      [prod, "lgtm-dev"],
      [dev, "lgtm"],
    ] as const)
      assert.deepEqual(denial(own), [
        {
          Sid: "OthersByTag",
          Effect: "Deny",
          Action: ["*"],
          Resource: ["*"],
          Condition: { StringEquals: { [`aws:ResourceTag/${NAME_TAG}`]: [other] } },
        },
      ]);
    for (const { plan } of [await devPlan(), await prodPlan()]) {
      const provider = plan.resources.find(
        ({ type, name }) => type === "pulumi:providers:aws" && !name.startsWith("default"),
      );
      assert.match(JSON.stringify(provider?.inputs["defaultTags"]), new RegExp(NAME_TAG));
    }
  });

  it("are denied nothing where there is one, or only one name", () => {
    assert.deepEqual(apartDocument(prod, [prod]), {});
    assert.deepEqual(apartDocument(prod, [prod, named("lgtm")]), {});
  });

  it("may not be named as things of another begin", async () => {
    assert.equal(nameClash(prod, dev), undefined);
    assert.equal(nameClash(dev, prod), undefined);
    assert.match(nameClash(prod, named("lgtm-loki")) ?? "", /prod is named lgtm .*lgtm-loki/);
    // Whatever the program names, now or later: the first word after the stack's name is taken.
    const words = new Set(
      arns((await prodPlan()).plan.resources).flatMap((arn) =>
        byNameAlone.includes(arn.split(":")[2] ?? "")
          ? (/[:/]lgtm-([a-z0-9]+)/.exec(arn)?.[1] ?? [])
          : [],
      ),
    );
    assert.ok(words.size > 15, [...words].join());
    assert.deepEqual(
      [...words].filter((word) => nameClash(prod, named(`lgtm-${word}`)) === undefined),
      [],
    );
  });
});
