/**
 * The lists of metrics in `dashboards/metrics/`, held against servers that are started here. A metric of the deployed Tempo
 * 2.10 may differ: 2.9.0 is what builds.
 */
import assert from "node:assert/strict";
import path from "node:path";
import { loadStackFile } from "../../configs/stack/load";
import { askedMetrics } from "../../dashboards/metrics";
import loki from "../../dashboards/metrics/loki.json";
import tempo from "../../dashboards/metrics/tempo.json";
import { describeBuild } from "../../tools/install";
import { parseExposition } from "../../tools/serverMetrics/exposition";
import { exposedMetrics } from "../../tools/serverMetrics/start";
import { buildTimeoutMilliseconds } from "./runTool";

const asked = new Set(
  askedMetrics(loadStackFile(path.join(__dirname, "..", "..", "Pulumi.prod.yaml"))).map(
    ({ name }) => name,
  ),
);

describe("metrics of started servers", function () {
  this.timeout(buildTimeoutMilliseconds);

  it("are read from Prometheus' text format", () => {
    const text = [
      "# TYPE a_seconds histogram",
      'b_total{x="1,\\"y=\\"2",z="3"} 4',
      "# TYPE c gauge",
      "c 1 1700000000",
    ].join("\n");
    assert.deepEqual(parseExposition(text), {
      a_seconds_bucket: [],
      a_seconds_count: [],
      a_seconds_sum: [],
      b_total: ["x", "z"],
      c: [],
    });
  });

  for (const [server, recorded] of [
    ["loki", loki],
    ["tempo", tempo],
  ] as const) {
    it(`are on ${server}'s list: every one that a dashboard or alert asks for`, async () => {
      assert.equal(recorded.source.version, (await describeBuild(server)).version);
      const exposed = await exposedMetrics(server);
      const wanted = Object.keys(recorded.metrics).filter((name) => asked.has(name));
      assert.ok(wanted.length > 20, `${wanted.length}`);
      assert.deepEqual(
        wanted.filter((name) => !(name in exposed)),
        [],
      );
    });
  }
});
