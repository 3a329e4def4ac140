/** Memory limits by this machine's kernel. Skipped where it lets nobody make control groups; a rehearsal then says so. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { MemoryLimits, offerMemory } from "../../rehearsal/tasks/memory";

const root = path.join(__dirname, "..", "..");

describe("memory limits of this machine", function () {
  this.timeout(30_000);

  it("end who takes more, and nobody else", function () {
    const offer = offerMemory(`rehearsal-lane-${process.pid}`);
    if (!("ground" in offer)) return this.skip();
    const limits = new MemoryLimits(offer.ground);
    const take = (task: string, limitMiB: number) => {
      const group = limits.add(task, limitMiB);
      const script = `echo 0 > '${group.door}'; exec "$0" -e 'Buffer.alloc(200 * 1024 ** 2, 1)'`;
      return spawnSync("sh", ["-c", script, process.execPath]);
    };
    try {
      assert.equal(take("small/1", 100).signal, "SIGKILL");
      assert.equal(take("large/1", 600).status, 0);
      const [small, large] = limits.uses();
      assert.ok(small !== undefined && large !== undefined);
      assert.equal(small.outOfMemory, 1);
      assert.equal(large.outOfMemory, 0);
      assert.ok(large.peakMiB === undefined || (large.peakMiB > 200 && large.peakMiB < 600));
    } finally {
      for (const folder of fs.readdirSync(offer.ground.folder, { withFileTypes: true }))
        if (folder.isDirectory()) fs.rmdirSync(path.join(offer.ground.folder, folder.name));
      fs.rmdirSync(offer.ground.folder);
    }
  });

  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    it(`are gone after ${signal} to the command`, async function () {
      const name = `rehearsal-lane-${process.pid}-${signal}`;
      const source = [
        `const memory = require("./rehearsal/tasks/memory.ts");`,
        `const offer = memory.offerMemory(${JSON.stringify(name)});`,
        `if ("ground" in offer) {`,
        `  memory.removeWhenOver(offer.ground);`,
        `  new memory.MemoryLimits(offer.ground).add("a/1", 64);`,
        `}`,
        `console.log(JSON.stringify(offer));`,
        `setInterval(() => undefined, 1000);`,
      ].join("\n");
      const child = spawn(process.execPath, ["--import", "tsx", "-e", source], { cwd: root });
      child.stderr.on("data", (chunk: Buffer) => process.stderr.write(chunk));
      const said = await new Promise<string>((resolve) =>
        child.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString())),
      );
      const offer = JSON.parse(said) as ReturnType<typeof offerMemory>;
      child.kill(signal);
      if (!("ground" in offer)) return this.skip();
      const { folder } = offer.ground;
      const deadline = Date.now() + 5000;
      while (fs.existsSync(folder) && Date.now() < deadline)
        await new Promise((resolve) => setTimeout(resolve, 50));
      assert.ok(!fs.existsSync(folder), folder);
    });
  }
});
