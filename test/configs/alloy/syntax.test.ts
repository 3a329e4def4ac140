import assert from "node:assert/strict";
import fc from "fast-check";
import {
  attr,
  block,
  call,
  component,
  map,
  ref,
  renderAlloy,
  type Value,
} from "../../../configs/alloy/syntax";

/** The literal of the only setting of a file. */
const literalOf = (value: Value): string => {
  const lines = renderAlloy("x", [attr("a", value)]).split("\n");
  assert.equal(lines.length, 4, "one line of header, a blank one, the setting, the end");
  return lines[2]!.slice("a = ".length);
};

/** What Go's strconv.Unquote, which Alloy's scanner ends in, makes of a literal. */
const decoded = (literal: string): string =>
  literal.startsWith("`") ? literal.slice(1, -1) : (JSON.parse(literal) as string);

describe("Alloy syntax", () => {
  it("D6: any string survives being written and read", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        assert.equal(decoded(literalOf(text)), text);
      }),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(..."\"\\`'\n\r\t\0\ufeff${}/a".split("")) }),
        (text) => {
          const literal = literalOf(text);
          assert.equal(decoded(literal), text);
          assert.doesNotMatch(literal, /[\x00-\x1f\ufeff]/);
          if (literal.startsWith("`")) assert.equal(literal.indexOf("`", 1), literal.length - 1);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("D6: patterns and templates stay readable, in backticks", () => {
    assert.equal(literalOf('^\\s*"x"'), '`^\\s*"x"`');
    assert.equal(literalOf("plain"), '"plain"');
    assert.equal(literalOf('both ` and "'), '"both ` and \\""');
  });

  it("D6: what cannot be written is refused", () => {
    assert.throws(() => literalOf("\ud800"), /surrogate/);
    assert.throws(() => literalOf(Number.NaN), /number/);
    assert.throws(() => attr("forward-to", 1), /attribute/);
    assert.throws(() => component("loki.write", "lo-ki", []), /label/);
    assert.throws(() => ref("loki.write.lo ki.receiver"), /reference/);
    assert.throws(() => call("concat(", 1), /function/);
  });

  it("D6: a comment cannot leave its line", () => {
    const text = renderAlloy("a\nb", [attr("x", 1, "why\r\n}\rlivedebugging { enabled = true }")]);
    for (const line of text.split("\n").filter((one) => !one.startsWith("x ="))) {
      assert.match(line, /^(\/\/.*)?$/);
    }
  });

  // What `alloy fmt` (printer of github.com/grafana/alloy/syntax) makes of this tree; held against the printer itself
  // in the tools lane.
  it("D6: the layout is that of alloy fmt", () => {
    assert.equal(
      renderAlloy("header\ntwo", [
        component(
          "a.b",
          "x",
          [
            attr("one", 1, "why"),
            attr("longer_name", "x", "why two"),
            attr("b", map({ k: "v", longer: 'raw "x"' })),
            attr("cc", [ref("a.b.c.receiver")]),
            attr("d", ["a", "b"]),
            attr("many", ["x".repeat(40), "y".repeat(40)]),
            attr("on", true),
            block("inner", [attr("q", call("array.concat", ref("a.b"), ref("c.d")))]),
            block("stage.x", [], "about"),
            attr("z", map({ one: "entry" })),
          ],
          "about x",
        ),
        component("c", "d", []),
      ]),
      `// header
// two

// about x
a.b "x" {
	// why
	one = 1
	// why two
	longer_name = "x"
	b           = {
		"k"      = "v",
		"longer" = \`raw "x"\`,
	}
	cc   = [a.b.c.receiver]
	d    = ["a", "b"]
	many = [
		"${"x".repeat(40)}",
		"${"y".repeat(40)}",
	]
	on = true

	inner {
		q = array.concat(a.b, c.d)
	}

	// about
	stage.x { }

	z = {"one" = "entry"}
}

c "d" { }
`,
    );
  });
});
