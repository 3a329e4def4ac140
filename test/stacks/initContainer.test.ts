import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import fc from "fast-check";
import { startFrom } from "../../configs/alloy/startFrom";
import { fileVariables, initScript, type SuccessorWait } from "../../stacks/initContainer";
import type { RenderedFile } from "../../stacks/types";

/** The machine's busybox where it has one, as in the init container's image; its own shell elsewhere. */
const busybox = ["/bin/busybox", "/usr/bin/busybox"].find((file) => fs.existsSync(file));
const shell = busybox === undefined ? ["/bin/sh"] : [busybox, "sh"];
const user = `${os.userInfo().uid}:${os.userInfo().gid}`;

interface Prepared {
  readonly files?: readonly RenderedFile[];
  readonly writablePaths?: readonly string[];
  readonly busyboxSource?: string;
  readonly variables?: Readonly<Record<string, string>>;
  readonly wait?: SuccessorWait;
  /** Shell functions in the place of programs; busybox's shell prefers its own to those of the PATH. */
  readonly functions?: string;
}

/** Runs the real script with everything below a directory of its own. */
function run(root: string, prepared: Prepared = {}) {
  const files = prepared.files ?? [];
  const script = initScript({
    files,
    writablePaths: prepared.writablePaths ?? [],
    user,
    busyboxSource: prepared.busyboxSource ?? shell[0]!,
    root,
    ...(prepared.wait === undefined ? {} : { wait: prepared.wait }),
  });
  const variables = Object.fromEntries(
    fileVariables(files).map(({ name, value }) => [name, value]),
  );
  return spawnSync(shell[0]!, [...shell.slice(1), "-c", `${prepared.functions ?? ""}${script}`], {
    env: { PATH: process.env.PATH, ...(prepared.variables ?? variables) },
    encoding: "utf8",
  });
}

const file = (name: string, content: string): RenderedFile => ({
  path: `/etc/lgtm/${name}`,
  content,
});

describe("S11: init container", () => {
  let root: string;
  beforeEach(() => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), "lgtm-init-"));
  });
  afterEach(() => fs.rmSync(root, { recursive: true, force: true }));
  const read = (name: string) => fs.readFileSync(path.join(root, name), "utf8");

  it("makes packed files of one compressed variable, and leaves nothing else behind", () => {
    const packed = (name: string, value: unknown): RenderedFile => ({
      path: `/etc/lgtm/${name}`,
      content: JSON.stringify(value, null, 2),
      packed: true,
    });
    const boards = [
      packed("dashboards/LGTM/a b.json", { title: "it's $HOME `id` \\ 한국어" }),
      packed("dashboards/b.json", [1, 2]),
    ];
    const files = [file("plain.yaml", "a: 1\n"), ...boards];
    for (let times = 0; times < 2; times++) assert.equal(run(root, { files }).status, 0);
    for (const { path: target, content } of boards) {
      assert.deepEqual(JSON.parse(read(target)), JSON.parse(content));
    }
    assert.equal(read("/etc/lgtm/plain.yaml"), "a: 1\n");
    assert.deepEqual(fs.readdirSync(path.join(root, "etc/lgtm")).sort(), [
      "bin",
      "dashboards",
      "plain.yaml",
    ]);
    assert.deepEqual(
      fileVariables(files).map(({ name }) => name),
      ["FILE_PLAIN_YAML", "PACKED_FILES"],
    );
  });

  it("stops where the compressed variable is broken or short of a file", () => {
    const board: RenderedFile = { path: "/etc/lgtm/a.json", content: "{}", packed: true };
    const [whole] = fileVariables([board]);
    for (const value of [
      "",
      "not base64!",
      whole!.value.slice(0, 12),
      "H4sIAAAAAAAAAwMAAAAAAAAAAAA=",
    ]) {
      const { status } = run(root, { files: [board], variables: { PACKED_FILES: value } });
      assert.notEqual(status, 0, value);
      assert.equal(fs.existsSync(path.join(root, "etc/lgtm/a.json")), false);
    }
  });

  it("compresses to the same bytes everywhere: a task definition must not change by itself", () => {
    const [packed] = fileVariables([
      { path: "/etc/lgtm/a.json", content: '{"a": 1}', packed: true },
    ]);
    assert.equal(packed?.value, "H4sIAAAAAAACA6tWSlSyMqzlAgBGo+h0CAAAAA==");
  });

  describe("S22: a ring replica's successor", () => {
    const wait: SuccessorWait = { name: "loki-ingester.lgtm.local", others: 2, seconds: 75 };

    /** Runs the wait on a clock that only `sleep` moves. `answer` prints what the name server says. */
    const waited = (answer: string) => {
      const clock = path.join(root, "clock");
      fs.writeFileSync(clock, "1000");
      const functions = [
        `date() { cat '${clock}'; }`,
        `sleep() { echo $(($(cat '${clock}') + $1)) > '${clock}.new'; mv '${clock}.new' '${clock}'; }`,
        `nslookup() ( now=$(cat '${clock}'); ${answer}; )`,
        "",
      ].join("\n");
      const result = run(root, { wait, functions });
      assert.equal(result.status, 0, result.stderr);
      return { seconds: Number(fs.readFileSync(clock, "utf8")) - 1000, said: result.stdout };
    };
    const server = "printf 'Server:\\t\\t10.0.0.2\\nAddress:\\t10.0.0.2:53\\n\\n'";
    const replica = (number: number) =>
      `printf 'Name:\\tloki-ingester.lgtm.local\\nAddress: 10.0.1.${number}\\n'`;

    it("waits while all others are up, until what its predecessor flushed is found, and says so", () => {
      const { seconds, said } = waited([server, replica(1), replica(2)].join("; "));
      assert.equal(seconds, 75);
      assert.equal(
        said,
        "all 2 others of the ring are up: waits 75 s, until what the predecessor flushed is found\n",
      );
    });

    it("starts at once where it is needed: another one is away, nobody is up yet, no name server", () => {
      for (const answer of [[server, replica(1)].join("; "), `${server}; exit 1`, "exit 1"]) {
        assert.deepEqual(waited(answer), { seconds: 0, said: "" }, answer);
      }
    });

    it("waits no longer once another one goes", () => {
      const other = `[ "$now" -ge 1030 ] || ${replica(2)}`;
      assert.equal(waited([server, replica(1), other].join("; ")).seconds, 30);
    });
  });

  it("writes every file byte by byte, whatever is in it", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary" }).filter((text) => !text.includes("\0")),
        fc.constantFrom(`a: "$HOME" '%s' \\n`, "back\\slash `id` $(id)\n\n", "한국어 ✓\n"),
        (arbitrary, nasty) => {
          const files = [file("one.yaml", nasty), file("deep/er/two.json", `x${arbitrary}`)];
          const result = run(root, { files });
          assert.equal(result.status, 0, result.stderr);
          for (const { path: name, content } of files) assert.equal(read(name), content);
        },
      ),
      { numRuns: 30 },
    );
  });

  it("leaves files that everybody may read and nobody else may write, and none half-written", () => {
    run(root, { files: [file("a.yaml", "a\n")] });
    assert.equal(fs.statSync(path.join(root, "/etc/lgtm/a.yaml")).mode & 0o777, 0o644);
    assert.deepEqual(fs.readdirSync(path.join(root, "/etc/lgtm")).sort(), ["a.yaml", "bin"]);
  });

  it("S20: leaves an executable copy of its own binary", () => {
    assert.equal(run(root).status, 0);
    const copy = path.join(root, "/etc/lgtm/bin/busybox");
    assert.deepEqual(fs.readFileSync(copy), fs.readFileSync(shell[0]!));
    assert.equal(fs.statSync(copy).mode & 0o777, 0o755);
  });

  it("makes the server's directories and gives them to its user", () => {
    assert.equal(run(root, { writablePaths: ["/data", "/tmp"] }).status, 0);
    for (const directory of ["/data", "/tmp"]) {
      const stat = fs.statSync(path.join(root, directory));
      assert.equal(`${stat.uid}:${stat.gid}`, user);
      assert.equal(stat.mode & 0o777, 0o750);
    }
  });

  it("does the same when it is run twice", () => {
    const prepared = { files: [file("a.yaml", "a\n")], writablePaths: ["/data"] };
    assert.equal(run(root, prepared).status, 0);
    fs.writeFileSync(path.join(root, "/data/wal"), "kept");
    assert.equal(run(root, prepared).status, 0);
    assert.equal(read("/etc/lgtm/a.yaml"), "a\n");
    assert.equal(read("/data/wal"), "kept");
  });

  it("fails loudly, so that the server never starts with half its files", () => {
    const files = [file("a.yaml", "a\n")];
    assert.notEqual(run(root, { files, variables: {} }).status, 0, "a variable is missing");
    assert.notEqual(
      run(root, { files, busyboxSource: "/nowhere/busybox" }).status,
      0,
      "no busybox",
    );
    fs.writeFileSync(path.join(root, "data"), "a file where a directory must be");
    assert.notEqual(run(root, { files, writablePaths: ["/data"] }).status, 0, "no directory");
    fs.rmSync(path.join(root, "etc"), { recursive: true });
    fs.writeFileSync(path.join(root, "etc"), "in the way");
    assert.notEqual(run(root, { files }).status, 0, "no place for the files");
  });

  it("D5: puts the time of the start, less a quarter of an hour, in place of the token", () => {
    const files = [file("config.alloy", `start_from = "${startFrom.token}"\n`)];
    const before = Date.now();
    const result = run(root, { files });
    assert.equal(result.status, 0, result.stderr);
    const match = /^start_from = "(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)"\n$/.exec(
      read("/etc/lgtm/config.alloy"),
    );
    assert.ok(match, read("/etc/lgtm/config.alloy"));
    const age = (before - Date.parse(match[1]!)) / 1000;
    assert.ok(Math.abs(age - startFrom.secondsBeforeStart) < 10, `${age} s`);
  });

  it("refuses files that would share a variable or that the server would not see", () => {
    assert.throws(
      () => fileVariables([file("a.b", "1"), file("a-b", "2")]),
      /share the variable FILE_A_B/,
    );
    assert.throws(() => fileVariables([{ path: "/opt/x", content: "" }]), /outside \/etc\/lgtm/);
  });
});
