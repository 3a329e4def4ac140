/** Which control group is taken, on file systems that are made up. That a kernel enforces it is shown by the lane. */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { MemoryLimits, offerMemory } from "../../rehearsal/tasks/memory";

describe("memory limits", () => {
  let root: string;
  beforeEach(() => (root = fs.mkdtempSync(path.join(os.tmpdir(), "memory-"))));
  afterEach(() => fs.rmSync(root, { recursive: true }));

  function machine(mounts: string, cgroup: string, folders: readonly string[]): void {
    fs.mkdirSync(path.join(root, "proc/self"), { recursive: true });
    fs.writeFileSync(path.join(root, "proc/self/mounts"), mounts);
    fs.writeFileSync(path.join(root, "proc/self/cgroup"), cgroup);
    for (const folder of folders) fs.mkdirSync(path.join(root, folder), { recursive: true });
  }

  it("are set under the command's own group, of either version", () => {
    machine(
      "cgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0\ncgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0\n",
      "3:cpu:/\n4:memory:/mine\n0::/\n",
      ["sys/fs/cgroup/memory/mine"],
    );
    assert.deepEqual(offerMemory("r-1", root), {
      ground: { version: 1, folder: path.join(root, "sys/fs/cgroup/memory/mine/r-1") },
    });
    machine("cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n", "0::/user.slice/me\n", [
      "sys/fs/cgroup/user.slice/me",
    ]);
    assert.deepEqual(offerMemory("r-1", root), {
      ground: { version: 2, folder: path.join(root, "sys/fs/cgroup/user.slice/me/r-1") },
    });
  });

  it("go to the next group around it, where the own one cannot be seen", () => {
    machine("cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n", "0::/docker/abc\n", ["sys/fs/cgroup"]);
    assert.deepEqual(offerMemory("r-1", root), {
      ground: { version: 2, folder: path.join(root, "sys/fs/cgroup/r-1") },
    });
  });

  it("are said to be missing, with the reason", () => {
    machine("proc /proc proc rw 0 0\n", "", []);
    assert.match(JSON.stringify(offerMemory("r-1", root)), /no control groups for memory/);
    machine("cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n", "0::/\n", ["sys/fs/cgroup/r-1"]);
    assert.match(JSON.stringify(offerMemory("r-1", root)), /no control group can be made.*EEXIST/);
  });

  it("are those of the tasks, and tell what was used", () => {
    const limits = new MemoryLimits({ version: 2, folder: root });
    const group = limits.add("lgtm-loki-querier/1", 2048);
    limits.add("lgtm-loki-querier/1", 2048);
    const folder = path.dirname(group.door);
    assert.equal(
      fs.readFileSync(path.join(folder, "memory.max"), "utf8"),
      String(2048 * 1024 ** 2),
    );
    fs.writeFileSync(path.join(folder, "memory.peak"), "104857600\n");
    fs.writeFileSync(path.join(folder, "memory.events"), "max 3\noom 2\noom_kill 1\n");
    assert.deepEqual(limits.uses(), [
      { task: "lgtm-loki-querier/1", limitMiB: 2048, peakMiB: 100, outOfMemory: 1 },
    ]);
  });
});
