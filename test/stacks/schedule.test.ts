import assert from "node:assert/strict";
import fc from "fast-check";
import { buildCatalog, rolesOf } from "../../stacks/catalog";
import { scaling } from "../../stacks/schedule";
import type { StackConfig } from "../../configs/stack/schema";
import { configWith, devConfig, prodConfig } from "../fixtures/config";

const schedule = { timezone: "Asia/Seoul", days: "MON-FRI", startHour: 8, stopHour: 20 };
const scheduled = (more: Partial<typeof schedule> = {}) =>
  configWith(devConfig(), { schedule: { ...schedule, ...more } });
const scalingOf = (config: StackConfig, id: string) => {
  const role = rolesOf(buildCatalog(config)).find((one) => one.id === id)!;
  return scaling(role, role.instances[0]!, config);
};

describe("S19: autoscaling and schedule", () => {
  it("leave a service alone that has neither", () => {
    for (const role of rolesOf(buildCatalog(prodConfig()))) {
      for (const instance of role.instances)
        assert.equal(scaling(role, instance, prodConfig()), undefined);
    }
  });

  it("start every service on working days and stop it in the evening", () => {
    assert.deepEqual(scalingOf(scheduled(), "mimir"), {
      minCapacity: 1,
      maxCapacity: 1,
      actions: [
        {
          name: "start",
          cron: "cron(0 8 ? * MON,TUE,WED,THU,FRI *)",
          timezone: "Asia/Seoul",
          minCapacity: 1,
          maxCapacity: 1,
        },
        {
          name: "stop",
          cron: "cron(0 20 ? * MON,TUE,WED,THU,FRI *)",
          timezone: "Asia/Seoul",
          minCapacity: 0,
          maxCapacity: 0,
        },
      ],
    });
    for (const role of rolesOf(buildCatalog(scheduled()))) {
      assert.equal(scalingOf(scheduled(), role.id)!.actions.length, 2, role.id);
    }
  });

  it("bring an autoscaled service back to its own bounds", () => {
    const config = configWith(scheduled(), {
      loki: { querier: { autoscaling: { minReplicas: 2, maxReplicas: 5, targetCpuPercent: 40 } } },
    });
    const { minCapacity, maxCapacity, targetCpuPercent, actions } = scalingOf(
      config,
      "loki-querier",
    )!;
    assert.deepEqual([minCapacity, maxCapacity, targetCpuPercent], [2, 5, 40]);
    assert.deepEqual([actions[0]!.minCapacity, actions[0]!.maxCapacity], [2, 5]);
    assert.deepEqual([actions[1]!.minCapacity, actions[1]!.maxCapacity], [0, 0]);
  });

  it("stop on the day after, where the night is the working time", () => {
    const [, stop] = scalingOf(
      scheduled({ startHour: 20, stopHour: 6, days: "FRI-SUN" }),
      "mimir",
    )!.actions;
    assert.equal(stop!.cron, "cron(0 6 ? * SAT,SUN,MON *)");
  });

  it("start as often as they stop, on days that exist, for any schedule", () => {
    const day = fc.constantFrom("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN");
    const hour = fc.integer({ min: 1, max: 23 });
    fc.assert(
      fc.property(day, day, hour, hour, (first, last, startHour, stopHour) => {
        const config = scheduled({ days: `${first}-${last}`, startHour, stopHour });
        const [start, stop] = scalingOf(config, "grafana")!.actions.map(({ cron }) => {
          const match = /^cron\(0 (\d+) \? \* ([A-Z,]+) \*\)$/.exec(cron)!;
          return { hour: Number(match[1]), days: match[2]!.split(",") };
        });
        assert.equal(start!.days.length, stop!.days.length);
        assert.equal(new Set(start!.days).size, start!.days.length);
        assert.deepEqual([start!.hour, stop!.hour], [startHour, stopHour]);
        assert.equal(start!.days[0], first);
      }),
      { numRuns: 40 },
    );
  });
});
