import * as assert from "node:assert/strict";
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { toolPath } from "../../tools/install";

const root = path.join(__dirname, "..", "..");
const run = promisify(execFile);

interface Command {
  /** `stack init` … */
  readonly name: string;
  readonly flags: readonly string[];
  readonly place: string;
}

/** Every command of the CLI in a text: in a code block or between backticks, with its continued lines. */
function commandsOf(place: string, text: string): Command[] {
  const lines = text.replace(/\\\n\s*/g, " ");
  return [
    ...lines.matchAll(/(?:^|[`&|(;]|"\$\()\s*pulumi ((?:[a-z-]+ ?)+)([^`\n&|;)]*)/gm),
  ].flatMap(([, words = "", rest = ""]) => {
    const [first = "", second = ""] = words.trim().split(" ");
    const name = groups.includes(first) ? `${first} ${second}` : first;
    const flags = [...`${words} ${rest}`.matchAll(/(?:^|\s)(--?[a-z][a-z-]*)/g)];
    return [{ name, flags: flags.map(([, flag = ""]) => flag), place }];
  });
}

/** Commands that have commands of their own. */
const groups = ["stack", "state", "config", "policy", "plugin", "package"];

describe("the commands of the CLI in the documentation and the pipelines", function () {
  this.timeout(600_000);

  it("exist, with their flags", async () => {
    const files = ["README.md", "docs", ".github/workflows", ".github/scripts"].flatMap((each) => {
      const full = path.join(root, each);
      return fs.statSync(full).isFile()
        ? [full]
        : fs.readdirSync(full).map((file) => path.join(full, file));
    });
    const commands = files
      .filter((file) => /\.(md|yml|sh)$/.test(file))
      .flatMap((file) => commandsOf(path.relative(root, file), fs.readFileSync(file, "utf8")));
    assert.ok(commands.length > 30, String(commands.length));
    const pulumi = await toolPath("pulumi");
    const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
    const helps = new Map<string, Set<string>>();
    const missing: string[] = [];
    for (const { name, flags, place } of commands) {
      const known = helps.get(name) ?? new Set<string>();
      if (!helps.has(name)) {
        const { stdout } = await run(pulumi, [...name.split(" "), "--help"], { env });
        // An unknown command is answered with the help of what is above it; an alias with that of its other name.
        const usage = /^Usage:\n\s+pulumi (.*)$/m.exec(stdout)?.[1] ?? "";
        const words = usage.split(" ").filter((word) => /^[a-z]/.test(word));
        assert.ok(words.length >= name.split(" ").length, `${place}: pulumi ${name}`);
        for (const [flag] of stdout.matchAll(/(?<=\s)--?[a-z][a-z-]*/g)) known.add(flag);
        helps.set(name, known);
      }
      for (const flag of flags)
        if (!known.has(flag)) missing.push(`${place}: pulumi ${name} ${flag}`);
    }
    assert.deepEqual(missing, []);
    assert.ok(helps.size > 8, [...helps.keys()].join());
  });
});
