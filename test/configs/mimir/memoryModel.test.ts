import assert from "node:assert/strict";
import * as fc from "fast-check";
import { goMemoryLimit, goMemoryLimitMiB, memoryMiBOf } from "../../../configs/goRuntime";
import {
  ingestionRate,
  maxSeries,
  memoryFigures,
  mimirCacheTotalBytes,
  seriesPerTask,
} from "../../../configs/mimir/memoryModel";
import { configWith, defaultConfig, devConfig, prodConfig } from "../../fixtures/config";

const mib = 1024 * 1024;
/** Memory of Fargate tasks, in GB. */
const memoryGb = fc.oneof(fc.constantFrom(0.5, 1), fc.integer({ min: 2, max: 120 }));

describe("memory model of Mimir", () => {
  it("S25: the limit of the stacks as shipped, by number", () => {
    assert.equal(maxSeries(prodConfig()), 241_000);
    assert.equal(maxSeries(defaultConfig()), 241_000);
    assert.equal(maxSeries(devConfig()), 49_000);
    assert.equal(ingestionRate(prodConfig()), 24_100);
  });

  it("S25: more memory never carries fewer series, and never none", () => {
    fc.assert(
      fc.property(memoryGb, memoryGb, (one, other) => {
        const [less, more] = [Math.min(one, other), Math.max(one, other)];
        assert.ok(seriesPerTask(less) > 0);
        assert.ok(seriesPerTask(less) <= seriesPerTask(more));
      }),
    );
  });

  it("S25: three tasks with factor 3 carry what one carries, nine three times as much", () => {
    const series = (replicas: number, replicationFactor: number) =>
      maxSeries(configWith(prodConfig(), { mimir: { replicas, replicationFactor } }));
    assert.equal(series(3, 3), series(1, 1));
    assert.ok(Math.abs(series(9, 3) - 3 * series(3, 3)) <= 3000);
  });

  it("S21: full caches and all allowed series fit into Go's limit, and that into the task", () => {
    fc.assert(
      fc.property(memoryGb, (memory) => {
        const series = seriesPerTask(memory) * memoryFigures.bytesPerSeries.value;
        const used = memoryFigures.idleMiB.value * mib + mimirCacheTotalBytes(memory) + series;
        assert.ok(used <= goMemoryLimitMiB(memory) * mib, `${used / mib} MiB`);
        // The advised headroom: half as much again, all within the task.
        assert.ok(used * memoryFigures.spareShare.value <= memoryMiBOf(memory) * mib + 1);
      }),
    );
  });

  it("S21: even were the caches outside Go's heap, they and Go's limit would fit into the task", () => {
    fc.assert(
      fc.property(memoryGb, (memory) => {
        const sum = goMemoryLimitMiB(memory) * mib + mimirCacheTotalBytes(memory);
        assert.ok(sum <= memoryMiBOf(memory) * mib, `${sum / mib} MiB of ${memoryMiBOf(memory)}`);
      }),
    );
  });

  it("S25: every number of the model says where it comes from", () => {
    for (const [name, { value, source }] of Object.entries(memoryFigures)) {
      assert.ok(value > 0, name);
      assert.match(source, /\w{4,}/, name);
    }
  });
});

describe("GOMEMLIMIT", () => {
  it("S21: is what Go reads, and leaves 15 % of the task to what Go does not count", () => {
    assert.equal(goMemoryLimit(4), "3481MiB");
    assert.equal(goMemoryLimit(0.5), "435MiB");
    fc.assert(
      fc.property(memoryGb, (memory) => {
        const limit = goMemoryLimitMiB(memory);
        assert.ok(limit <= memoryMiBOf(memory) * 0.85);
        assert.ok(limit > memoryMiBOf(memory) * 0.84);
      }),
    );
  });
});
