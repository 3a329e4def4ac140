import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  compareGoVersions,
  describeBuild,
  goComplaint,
  onPath,
  toolsFolder,
} from "../../tools/install";
import { root } from "./goldenFiles";
import { runTool } from "./runTool";

describe("external tools", () => {
  it("lie outside of the repository, where the environment says", () => {
    assert.equal(toolsFolder({ LGTM_TOOLS_DIR: "/a", XDG_CACHE_HOME: "/b" }), "/a");
    assert.equal(toolsFolder({ XDG_CACHE_HOME: "/b" }), "/b/lgtm-fargate/tools");
    assert.equal(toolsFolder({ LGTM_TOOLS_DIR: "a" }), join(process.cwd(), "a"));
    assert.match(toolsFolder({}), /\.cache\/lgtm-fargate\/tools$/);
    assert.ok(!toolsFolder({}).startsWith(root));
  });

  it("are built anew when a pin or a source changes", async () => {
    const copy = mkdtempSync(join(tmpdir(), "lgtm-tools-"));
    try {
      cpSync(join(root, "tools"), copy, { recursive: true });
      const hash = async (): Promise<string> => (await describeBuild("alloycheck", copy)).hash;
      const before = await hash();
      assert.equal(before, (await describeBuild("alloycheck")).hash);
      for (const file of ["go.mod", "go.sum", "main.go"]) {
        const path = join(copy, "alloycheck", file);
        const text = readFileSync(path, "utf8");
        writeFileSync(path, `${text}\n`);
        assert.notEqual(await hash(), before, file);
        writeFileSync(path, text);
      }
      assert.equal(await hash(), before);
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  });

  it("hold the Pulumi CLI of the SDK that the program uses", async () => {
    const text = readFileSync(join(root, "package.json"), "utf8");
    const { dependencies } = JSON.parse(text) as { dependencies: Record<string, string> };
    const { version } = await describeBuild("pulumi");
    assert.equal(version, `v${dependencies["@pulumi/pulumi"]}`);
  });

  it("are those of the PATH, where the first there is of the pinned version and an installation", async () => {
    const folder = mkdtempSync(join(tmpdir(), "lgtm-path-"));
    try {
      const program = (place: string, version: string): string => {
        mkdirSync(join(folder, place), { recursive: true });
        const file = join(folder, place, "pulumi");
        writeFileSync(file, `#!/bin/sh\necho ${version}\n`, { mode: 0o755 });
        return file;
      };
      const search = (...places: string[]) =>
        onPath("pulumi", "v1.2.3", { PATH: places.map((place) => join(folder, place)).join(":") });
      const right = program("right/bin", "v1.2.3");
      program("older/bin", "v1.2.2");
      program("loose", "v1.2.3");
      assert.equal(await search("nowhere", "right/bin", "older/bin"), right);
      assert.equal(await search("older/bin", "right/bin"), undefined);
      assert.equal(await search("loose"), undefined);
      assert.equal(await search("nowhere"), undefined);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("say which Go they need and how to get it", () => {
    assert.equal(compareGoVersions("go1.26.8", "1.26.5"), 1);
    assert.equal(compareGoVersions("go1.9", "1.26.5"), -1);
    assert.equal(compareGoVersions("go1.26.0", "1.26"), 0);
    assert.match(goComplaint("loki", "1.26.5", undefined) ?? "", /no `go` .*Install Go 1\.26\.5/);
    const found = { version: "go1.24.1", toolchain: "local" };
    assert.match(goComplaint("loki", "1.26.5", found) ?? "", /found go1\.24\.1 .*GOTOOLCHAIN=auto/);
    assert.equal(goComplaint("loki", "1.26.5", { ...found, toolchain: "auto" }), undefined);
    assert.equal(goComplaint("loki", "1.24", found), undefined);
    const ancient = { version: "go1.20.3", toolchain: "auto" };
    assert.notEqual(goComplaint("loki", "1.26.5", ancient), undefined);
  });

  it("print the version that the program pins", async function () {
    this.timeout(30 * 60 * 1000);
    const outputs = await Promise.all([
      runTool("loki", ["-version"]),
      runTool("tempo", ["-version"]),
    ]);
    const [loki, tempo] = outputs.map(({ stdout, stderr }) => stdout + stderr);
    assert.match(loki ?? "", /version v3\.7\.6/);
    assert.match(tempo ?? "", /version v2\.9\.0/);
  });
});
