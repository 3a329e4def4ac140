import assert from "node:assert/strict";
import fc from "fast-check";
import { maxNameLength } from "../../configs/stack/fields";
import { stackSchema } from "../../configs/stack/schema";
import { buildCatalog } from "../../stacks/catalog";
import { givenNames, nameProblem } from "../../stacks/names";
import { configWith, defaultConfig, prodConfig } from "../fixtures/config";

const catalog = buildCatalog(prodConfig());
/** Every name that the stack file takes. */
const stackName = fc
  .stringMatching(/^[a-z](-?[a-z0-9]){0,13}$/)
  .filter((name) => stackSchema.shape.name.safeParse(name).success);
const namesOf = (name: string, region = "ap-northeast-2") =>
  givenNames(catalog, { name, region, bucketName: `sys-${name}-s3` });

describe("names", () => {
  it("are the design's for the default name", () => {
    const names = givenNames(catalog, defaultConfig()).map(({ kind, name }) => `${kind} ${name}`);
    for (const name of [
      "cluster lgtm-cluster",
      "bucket sys-lgtm-s3",
      "logGroup /ecs/lgtm-mimir",
      "logGroup /ecs/lgtm-alloy",
      "service lgtm-mimir-0",
      "service lgtm-loki-querier",
      "discovery loki",
    ]) {
      assert.ok(names.includes(name), name);
    }
  });

  it("keep AWS's limits for every name that a stack file may give, in the longest region", () => {
    fc.assert(
      fc.property(
        stackName,
        fc.constantFrom("ap-northeast-2", "us-gov-west-1", "ap-southeast-3"),
        (name, region) => {
          for (const given of namesOf(name, region)) assert.equal(nameProblem(given), undefined);
        },
      ),
    );
    const longest = "a".repeat(maxNameLength);
    for (const given of namesOf(longest)) assert.equal(nameProblem(given), undefined);
    // One more character is too long for a target group, so the limit of the stack file is not too tight either.
    assert.match(
      namesOf(`${longest}a`).map(nameProblem).join(),
      /targetGroup name .* has 33 characters; at most 32/,
    );
  });

  it("refuse what AWS refuses", () => {
    assert.match(
      nameProblem({ kind: "bucket", name: "Sys_Lgtm" })!,
      /characters that are not allowed/,
    );
    assert.match(
      nameProblem({ kind: "targetGroup", name: "a-" })!,
      /characters that are not allowed/,
    );
  });

  it("are each given once, and two stacks of an account share none", () => {
    fc.assert(
      fc.property(stackName, stackName, (one, two) => {
        const keyed = (name: string) =>
          namesOf(name)
            // Names in Cloud Map are below the namespace of the stack.
            .filter(({ kind }) => kind !== "discovery")
            .map(({ kind, name: given }) => `${kind} ${given}`);
        const first = keyed(one);
        assert.equal(new Set(first).size, first.length);
        if (one !== two)
          assert.deepEqual(
            keyed(two).filter((name) => first.includes(name)),
            [],
          );
      }),
    );
  });

  it("of roles differ between regions, because IAM has none", () => {
    const roles = (region: string) =>
      namesOf("lgtm", region).flatMap(({ kind, name }) => (kind === "role" ? [name] : []));
    assert.deepEqual(
      roles("us-east-1").filter((name) => roles("eu-west-1").includes(name)),
      [],
    );
  });

  it("N: of services do not depend on the zones", () => {
    const more = configWith(prodConfig(), { network: { zones: ["a", "b", "c", "d"] } });
    assert.deepEqual(givenNames(buildCatalog(more), more), givenNames(catalog, prodConfig()));
  });
});
