import * as assert from "node:assert/strict";
import { Lane } from "./lane";

describe("the CLI alone, from the shipped Pulumi.yaml", function () {
  this.timeout(600_000);
  let lane: Lane;

  before(async () => {
    lane = await Lane.open("cli");
  });
  after(() => lane.close());

  it("previews, deploys, is quiet and destroys dev", async () => {
    const steps = [
      ["stack", "init", "dev"],
      ["preview", "--stack", "dev"],
      ["up", "--yes", "--skip-preview", "--stack", "dev"],
      ["preview", "--stack", "dev", "--expect-no-changes"],
      ["destroy", "--yes", "--stack", "dev"],
    ];
    for (const step of steps) {
      const { code, output } = await lane.command(...step);
      assert.equal(code, 0, `pulumi ${step.join(" ")}: ${output}`);
    }
    assert.deepEqual(lane.account().everything(), []);
  });

  it("says what is wrong with a stack file, and nothing else", async () => {
    lane.edit("dev", (file) => file.setIn(["config", "lgtm:mimir", "replicas"], 0));
    const { code, output } = await lane.command("preview", "--stack", "dev");
    assert.notEqual(code, 0);
    assert.match(output, /Pulumi\.dev\.yaml/);
    assert.match(output, /mimir\.replicas/);
  });
});
