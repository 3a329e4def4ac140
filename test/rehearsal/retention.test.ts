import assert from "node:assert/strict";
import { parse } from "yaml";
import { past, retention } from "../../rehearsal/experiments/retention";
import { readPlanView } from "../../rehearsal/planView";
import { devPlan } from "../fixtures/plans";

describe("retention, cut", () => {
  const filesOf = (plan: Parameters<typeof readPlanView>[0], variable: string) =>
    readPlanView(plan).services.flatMap(({ name, taskDefinition }) =>
      taskDefinition.containers.flatMap(({ environment }) =>
        environment[variable] === undefined
          ? []
          : [{ name, file: parse(environment[variable]) as Record<string, unknown> }],
      ),
    );

  it("changes periods and paces of the plan's own rules, in every file that has them, and says so", async () => {
    const { plan } = await devPlan();
    const changed = retention.change?.(plan);
    assert.ok(changed !== undefined && changed.changes.length > 0);
    for (const { name, file } of filesOf(changed.plan, "FILE_LOKI_YAML")) {
      const limits = file["limits_config"] as {
        retention_period: string;
        retention_stream: readonly { selector: string; period: string }[];
      };
      assert.equal(limits.retention_period, "72h", name);
      assert.deepEqual(
        limits.retention_stream.map(({ selector, period }) => [selector, period]),
        [['{level="info"}', "24h"]],
        name,
      );
    }
    const compactors = filesOf(changed.plan, "FILE_LOKI_YAML").filter(
      ({ file }) => (file["compactor"] as object | undefined) !== undefined,
    );
    assert.ok(compactors.some(({ name }) => name.endsWith("loki-compactor")));
    const [tempo] = filesOf(changed.plan, "FILE_TEMPO_YAML").filter(({ name }) =>
      name.endsWith("tempo-compactor"),
    );
    assert.match(JSON.stringify(tempo?.file["compactor"]), /"block_retention":"48h"/);
  });

  it("has, of what goes and of what stays, logs by level and traces", () => {
    const hours = { info: 24, rest: 72, traces: 48 };
    for (const { what, way, level, ageHours, fate } of past) {
      const kept =
        way === "otlp-http-traces" ? hours.traces : level === "info" ? hours.info : hours.rest;
      assert.equal(ageHours >= kept ? "goes" : "stays", fate, what);
    }
    const info = past.find(({ level, fate }) => level === "info" && fate === "goes");
    assert.ok(
      past.some(
        ({ level, fate, ageHours }) =>
          level === "error" && fate === "stays" && ageHours === info?.ageHours,
      ),
    );
  });
});
