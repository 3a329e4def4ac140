import assert from "node:assert/strict";
import { joinSections } from "../../configs/section";

describe("sections of a configuration", () => {
  it("S11: merge into one tree, in the order in which keys first appear", () => {
    const { settings, reasons } = joinSections([
      { settings: { b: { x: 1 }, a: 1 }, reasons: { a: "why" } },
      { settings: { c: [1], b: { y: { z: 2 } } }, reasons: { "b.y": "because" } },
    ]);
    assert.equal(JSON.stringify(settings), '{"b":{"x":1,"y":{"z":2}},"a":1,"c":[1]}');
    assert.deepEqual(reasons, { a: "why", "b.y": "because" });
  });

  const clashes: [string, object, object][] = [
    ["the same value twice", { a: { b: 1 } }, { a: { b: 1 } }],
    ["a value over a block", { a: { b: { c: 1 } } }, { a: { b: 1 } }],
    ["a list over a list", { a: { b: [1] } }, { a: { b: [2] } }],
  ];
  for (const [title, left, right] of clashes) {
    it(`refuses ${title}, naming the key`, () => {
      const sections = [left, right].map((settings) => ({
        settings: { ...settings },
        reasons: {},
      }));
      assert.throws(() => joinSections(sections), /two sections set a\.b$/);
    });
  }
});
