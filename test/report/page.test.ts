import assert from "node:assert/strict";
import { reportFacts } from "../../report/facts/reportFacts";
import { renderPage } from "../../report/page";
import { differentLines } from "../../report/sections/files";
import { prodPlan } from "../fixtures/plans";
import { hostile, HOSTILE } from "../fixtures/hostile";

describe("page of the report", function () {
  this.timeout(60_000);

  it("text of a plan stays text, wherever it stands", async () => {
    const assets = { script: "", style: "" };
    const quiet = renderPage(reportFacts(await prodPlan()), assets);
    const page = renderPage(hostile(reportFacts(await prodPlan())), assets);
    assert.ok(page.includes("&lt;img src=x"));
    for (const tag of ["<img", "<script>alert", "<svg onload"]) assert.ok(!page.includes(tag), tag);
    // No attribute was closed and no element opened: there are as many of them as without.
    const count = (text: string, tag: RegExp) => [...text.matchAll(tag)].length;
    for (const tag of [/<script/g, /<details/g, /<table/g, /<\/pre>/g])
      assert.equal(count(page, tag), count(quiet, tag), String(tag));
    assert.ok(HOSTILE.includes('"') && HOSTILE.includes("'"));
  });

  it("of a replica's file only the lines that differ", () => {
    assert.deepEqual(differentLines("a\nb\nc", "a\nB\nc"), ["2: B"]);
    assert.deepEqual(differentLines("a", "a\nb"), ["2: b"]);
  });
});
