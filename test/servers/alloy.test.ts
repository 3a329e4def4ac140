/**
 * Every rendered Alloy file, judged by Alloy's published parser and printer and by a table of its
 * reference. It does not prove values: a bad regular expression or duration passes here.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Plan, PlannedResource } from "../../plan/plan";
import { alloyCommand, permits, planOf } from "./alloyCommand";
import {
  type AlloyFile,
  type AlloyFindings,
  alloyTable,
  checkAlloyFile,
  listenPorts,
} from "./alloyFile";
import { goldenFiles } from "./goldenFiles";
import { buildTimeoutMilliseconds, runTool, type ToolResult } from "./runTool";

const fixturePath = join(__dirname, "fixtures", "config.alloy");
const fixture = readFileSync(fixturePath, "utf8");

function structure(result: ToolResult): AlloyFile {
  const [file] = JSON.parse(result.stdout) as AlloyFile[];
  assert.ok(file, `alloycheck printed no file: ${result.stderr}`);
  return file;
}

/** As much of a plan as holds the command of one task. */
function planWith(...command: string[]): Pick<Plan, "resources"> {
  const inputs = {
    family: "lgtm-alloy-gateway",
    containerDefinitions: JSON.stringify([{ command }]),
  };
  const task = { type: "aws:ecs/taskDefinition:TaskDefinition", inputs };
  return { resources: [task as unknown as PlannedResource] };
}

describe("Alloy configuration files, judged by Alloy's parser and reference", function () {
  this.timeout(buildTimeoutMilliseconds);
  let folder: string;

  before(() => (folder = mkdtempSync(join(tmpdir(), "lgtm-alloy-"))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  function check(text: string): Promise<ToolResult> {
    const file = join(folder, "config.alloy");
    writeFileSync(file, text);
    return runTool("alloycheck", [file]);
  }

  async function findings(text: string): Promise<AlloyFindings> {
    return checkAlloyFile(structure(await check(text)));
  }

  function changed(from: string, to: string): string {
    assert.ok(fixture.includes(from), `the fixture has no ${from}`);
    return fixture.replace(from, to);
  }

  it("takes a sound file", async () => {
    const result = await check(fixture);
    assert.equal(result.exitCode, 0, result.stderr);
    const file = structure(result);
    assert.deepEqual(checkAlloyFile(file), { problems: [], stability: "general-availability" });
    assert.deepEqual(listenPorts(file), [9999, 4317, 4318]);
  });

  it("refuses a syntax error with its place", async () => {
    const { exitCode, stderr } = await check(changed('level = "warn"', 'level = "warn'));
    assert.equal(exitCode, 1);
    assert.match(stderr, /config\.alloy:2:\d+: /);
  });

  it("refuses a file that is not formatted canonically, with its place", async () => {
    const result = await check(changed('\tlevel = "warn"', '  level = "warn"'));
    assert.equal(result.exitCode, 1);
    assert.match(result.stderr, /config\.alloy:2:1: not formatted canonically/);
    assert.equal(structure(result).formatted, false);
  });

  const mutations: readonly [string, string, string, RegExp][] = [
    [
      "unknown component",
      'loki.write "loki"',
      'loki.writer "loki"',
      /loki\.writer is no component/,
    ],
    ["unknown argument", 'level = "warn"', 'levels = "warn"', /logging has no argument levels/],
    [
      "unknown argument of a block",
      "send_exemplars",
      "exemplars",
      /endpoint has no argument exemplars/,
    ],
    [
      "unknown argument of a shared block",
      "listen_address =",
      "address =",
      /http has no argument address/,
    ],
    ["unknown block", "\toutput {", "\toutputs {", /has no block outputs/],
    [
      "missing block",
      "\toutput {",
      "\toutputs {",
      /otelcol\.receiver\.otlp needs the block output/,
    ],
    [
      "missing argument",
      "\tforward_to = [loki.process",
      "\tforward = [loki.process",
      /loki\.exporter|otelcol\.exporter\.loki needs forward_to/,
    ],
    [
      "unknown nested stage",
      "stage.logfmt",
      "stage.logfm",
      /stage\.match has no block stage\.logfm/,
    ],
    [
      "missing component",
      "loki.write.loki.receiver",
      "loki.write.other.receiver",
      /loki\.write\.other\.receiver: no such component/,
    ],
    [
      "missing export",
      "loki.write.loki.receiver",
      "loki.write.loki.input",
      /loki\.write exports receiver/,
    ],
    [
      "reference to itself",
      "loki.write.loki.receiver",
      "loki.process.level.receiver",
      /refers to itself/,
    ],
    ["unknown function", "string.format", "string.nope", /string\.nope is no function/],
    ["missing label", 'loki.write "loki"', "loki.write", /loki\.write needs a label/],
    [
      "duplicate component",
      'otelcol.exporter.loki "logs"',
      'loki.write "loki"',
      /loki\.write\.loki is declared twice/,
    ],
    [
      "duplicate argument",
      'level = "warn"',
      'level = "warn"\n\tlevel = "info"',
      /level is set twice/,
    ],
    [
      "port used twice",
      "listen_port    = 9999",
      "listen_port    = 4317",
      /listens on 4317 like prometheus\.receive_http\.clients\/http/,
    ],
    [
      "default port used twice",
      "listen_port    = 9999",
      "listen_port    = 4318",
      /listens on 4318 like/,
    ],
  ];
  for (const [title, from, to, message] of mutations) {
    it(`refuses: ${title}`, async () => {
      const { problems } = await findings(changed(from, to));
      assert.match(problems.join("\n"), message);
    });
  }

  it("sees which stability level a file needs", async () => {
    const wal = changed("\texternal_labels", "\twal {\n\t\tenabled = true\n\t}\n\texternal_labels");
    assert.equal((await findings(wal)).stability, "experimental");
    const storage = `${fixture}\notelcol.storage.file "disk" { }\n`;
    assert.equal((await findings(storage)).stability, "public-preview");
    const receiver = `${fixture}\notelcol.receiver.awscloudwatch "logs" {\n\tregion = "x"\n\n\toutput { }\n}\n`;
    assert.deepEqual(await findings(receiver), { problems: [], stability: "experimental" });
  });

  it("reads from the plan what the command of a service permits", () => {
    const listen = "--server.http.listen-addr=0.0.0.0:12345";
    const plain = planWith("run", listen, "--stability.level=generally-available");
    const command = alloyCommand(plain, "alloy-gateway");
    assert.deepEqual(command, { stability: "general-availability", httpPort: 12345 });
    assert.equal(permits(command, "general-availability"), true);
    assert.equal(permits(command, "experimental"), false);
    const open = alloyCommand(planWith(listen, "--stability.level=experimental"), "alloy-gateway");
    assert.equal(permits(open, "experimental"), true);
    assert.throws(
      () => alloyCommand(plain, "alloy-collector"),
      /no task definition of alloy-collector/,
    );
    assert.throws(() => alloyCommand(planWith(listen), "alloy-gateway"), /no --stability\.level/);
  });

  it("has a table that says where each component comes from", () => {
    assert.match(alloyTable.source.version, /^v1\.18\./);
    assert.match(alloyTable.source.commit, /^[0-9a-f]{40}$/);
    for (const [name, facts] of Object.entries(alloyTable.components)) {
      assert.ok(facts.page.endsWith(`/${name}.md`), name);
    }
  });

  it("takes every golden config.alloy", async () => {
    const failures: string[] = [];
    const plans: Record<string, Plan> = {};
    for (const file of await goldenFiles("config.alloy")) {
      const result = await runTool("alloycheck", [file.path]);
      if (result.exitCode !== 0) failures.push(`${file.title}: ${result.stderr.trim()}`);
      if (result.stdout.startsWith("[]")) continue;
      const structured = structure(result);
      const { problems, stability } = checkAlloyFile(structured);
      failures.push(...problems.map((problem) => `${file.title}:${problem}`));
      const plan = (plans[file.stack] ??= await planOf(file.stack));
      const command = alloyCommand(plan, file.service);
      if (!permits(command, stability)) {
        failures.push(`${file.title}: needs ${stability}, started with ${command.stability}`);
      }
      if (listenPorts(structured).includes(command.httpPort)) {
        failures.push(`${file.title}: listens on ${command.httpPort}, Alloy's own port`);
      }
    }
    assert.deepEqual(failures, []);
  });
});
