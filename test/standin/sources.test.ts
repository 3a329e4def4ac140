import assert from "node:assert/strict";
import { durations } from "../../standin/durations";
import { refusals } from "../../standin/refusals";
import { replacementFacts } from "../../standin/replacement";

describe("what the stand-in knows about AWS", () => {
  const sources = [
    ...Object.entries(durations).map(([type, { source }]) => ({ of: `time of ${type}`, source })),
    ...Object.entries(replacementFacts).map(([type, { source }]) => ({
      of: `replacement of ${type}`,
      source,
    })),
    ...refusals.map(({ id, source }) => ({ of: `refusal ${id}`, source })),
  ];

  it("has a source that can be looked up", () => {
    assert.ok(sources.length > 80, String(sources.length));
    for (const { of, source } of sources)
      assert.match(source, /^(https:\/\/\S+|botocore's service models, see standin\/\S+)/, of);
  });

  it("names a file of a repository by a whole commit: branches move", () => {
    const files = sources.filter(({ source }) => source.startsWith("https://github.com/"));
    for (const { of, source } of files)
      assert.match(source, /\/(pull|issues)\/\d+|\/blob\/[0-9a-f]{40}\//, of);
    assert.ok(files.length > 20);
  });
});
