import assert from "node:assert/strict";
import { escape, html, jsonIn, trusted } from "../../report/html";

describe("markup of the report", () => {
  it("escapes what comes from outside, in text and in attributes", () => {
    const hostile = `"><script>alert('x')</script>&`;
    assert.equal(
      html`<p title="${hostile}">${hostile}</p>`.markup,
      `<p title="${escape(hostile)}">${escape(hostile)}</p>`,
    );
    assert.doesNotMatch(escape(hostile), /[<>"']/);
  });

  it("replaces characters that HTML does not allow", () => {
    assert.equal(escape("a\u0000b\u001bc\nd"), "a\ufffdb\ufffdc\nd");
  });

  it("joins lists, leaves out nothing, and keeps markup that it made itself", () => {
    const items = ["a", "<b>"].map((each) => html`<li>${each}</li>`);
    assert.equal(html`${items}${undefined}${false}`.markup, "<li>a</li><li>&lt;b&gt;</li>");
    assert.equal(html`${trusted("<i></i>")}${0}`.markup, "<i></i>0");
  });

  it("JSON cannot end its element", () => {
    const value = { text: "</script><!--\u2028" };
    const { markup } = jsonIn(value);
    assert.doesNotMatch(markup, /</);
  });
});
