/** The dashboards as files. Not proven here: that Grafana 13.2 shows them; it was not started. */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { generatedDashboards } from "../../configs/grafana/alertRules";
import { dataSourceUids } from "../../configs/grafana/dataSources";
import { dashboards } from "../../dashboards/all";
import { dashboardFiles, GENERATED } from "../../dashboards/files";

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { x: number; y: number; w: number; h: number };
  readonly datasource?: { uid: string };
  readonly targets?: readonly { refId: string; datasource?: { uid: string } }[];
  readonly fieldConfig?: { defaults: { links?: readonly { url: string }[] } };
}
interface Board {
  readonly uid: string;
  readonly title: string;
  readonly editable: boolean;
  readonly schemaVersion: number;
  readonly panels: readonly Panel[];
}

const root = path.join(__dirname, "..", "..");
const boards = generatedDashboards.map(({ json }) => JSON.parse(json) as Board);
const uids = new Set(boards.map(({ uid }) => uid));
const sources = new Set<string>(Object.values(dataSourceUids));

describe("D1, D9: dashboards", () => {
  it("are all deployed: the program reads each file that is generated", () => {
    const names = Object.keys(dashboards).sort();
    assert.deepEqual(
      generatedDashboards.map((one) => path.posix.basename(one.path, ".json")).sort(),
      names,
    );
    for (const { path: file, content } of dashboardFiles()) {
      assert.equal(fs.readFileSync(path.join(root, file), "utf8"), content, file);
      assert.ok(file.startsWith(GENERATED));
    }
  });

  it("have a uid and a title of their own, and are read-only", () => {
    assert.equal(uids.size, boards.length);
    assert.equal(new Set(boards.map(({ title }) => title)).size, boards.length);
    for (const board of boards) {
      assert.match(board.uid, /^[a-z-]{1,40}$/);
      assert.equal(board.editable, false);
      assert.ok(
        board.schemaVersion >= 36,
        "a schema that Grafana need not migrate from the Stone Age",
      );
    }
  });

  it("have panels with numbers of their own that do not lie on each other", () => {
    for (const { title, panels } of boards) {
      assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length, title);
      panels.forEach((panel, index) => {
        const { x, y, w, h } = panel.gridPos;
        assert.ok(x >= 0 && x + w <= 24, `${title} / ${panel.title} is wider than the page`);
        for (const other of panels.slice(index + 1)) {
          const apart =
            x + w <= other.gridPos.x ||
            other.gridPos.x + other.gridPos.w <= x ||
            y + h <= other.gridPos.y ||
            other.gridPos.y + other.gridPos.h <= y;
          assert.ok(apart, `${title}: ${panel.title} lies on ${other.title}`);
        }
      });
    }
  });

  it("ask data sources that are provisioned, each question under a letter of its own", () => {
    for (const { title, panels } of boards) {
      for (const panel of panels) {
        if (panel.type === "row") continue;
        assert.ok(sources.has(panel.datasource?.uid ?? ""), `${title} / ${panel.title}`);
        const targets = panel.targets ?? [];
        assert.ok(targets.length > 0, `${title} / ${panel.title} asks nothing`);
        assert.equal(new Set(targets.map(({ refId }) => refId)).size, targets.length);
        for (const target of targets) assert.equal(target.datasource?.uid, panel.datasource?.uid);
      }
    }
  });

  it("lead only to dashboards and data sources that are there", () => {
    for (const { title, panels } of boards) {
      for (const panel of panels) {
        for (const { url } of panel.fieldConfig?.defaults.links ?? []) {
          const board = /^\/d\/([^/?]+)$/.exec(url)?.[1];
          if (board !== undefined) {
            assert.ok(uids.has(board), `${title} / ${panel.title}: ${url}`);
            continue;
          }
          const panes = /^\/explore\?schemaVersion=1&orgId=1&panes=(.+)$/.exec(url)?.[1];
          assert.ok(panes !== undefined, url);
          // Grafana's variables are outside of the encoding, so that they are put in.
          assert.match(panes, /\$\{__from\}/);
          const pane = JSON.parse(decodeURIComponent(panes)) as { a: { datasource: string } };
          assert.ok(sources.has(pane.a.datasource), url);
        }
      }
    }
  });

  it("D1: the application's show exemplars, and lead to traces, logs and profiles", () => {
    const board = boards.find(({ uid }) => uid === "lgtm-application");
    const latency = board?.panels.find(({ title }) => title === "Latency");
    assert.ok(
      latency?.targets?.every((target) => "exemplar" in target && target.exemplar === true),
    );
    const urls =
      latency?.fieldConfig?.defaults.links?.map(({ url }) => decodeURIComponent(url)) ?? [];
    for (const source of [dataSourceUids.tempo, dataSourceUids.loki, dataSourceUids.pyroscope]) {
      assert.ok(
        urls.some((url) => url.includes(`"datasource":"${source}"`)),
        source,
      );
    }
    const types = new Set(board?.panels.map(({ type }) => type));
    for (const type of ["nodeGraph", "table", "logs", "flamegraph", "timeseries"]) {
      assert.ok(types.has(type), type);
    }
  });
});
