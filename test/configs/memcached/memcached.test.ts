import assert from "node:assert/strict";
import fc from "fast-check";
import { memcachedArgs, memcachedItemMemoryMiB } from "../../../configs/memcached/memcached";
import { devConfig, prodConfig } from "../../fixtures/config";

describe("memcached's arguments", () => {
  it("S3: items of Loki's size fit, and the memory is the task's", () => {
    assert.deepEqual(memcachedArgs(prodConfig()), [
      "--port=11211",
      "--udp-port=0",
      "--memory-limit=1747",
      "--max-item-size=5m",
      "--conn-limit=4096",
    ]);
    assert.ok(memcachedArgs(devConfig()).includes("--memory-limit=364"));
  });

  it("S3: at every Fargate size items leave at least 100 MiB for the process", () => {
    fc.assert(
      fc.property(fc.constantFrom(0.5, 1, 2, 3, 4, 8, 16, 30), (memoryGb) => {
        const items = memcachedItemMemoryMiB(memoryGb);
        assert.ok(items >= 256 && items <= memoryGb * 1024 - 100);
      }),
    );
  });
});
