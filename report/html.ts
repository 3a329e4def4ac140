/** Markup that may be put into a page as it is. Only {@link html} and {@link trusted} make it. */
export class Html {
  constructor(readonly markup: string) {}
}

type Value = Html | string | number | false | undefined | readonly Value[];

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Control characters are not allowed in HTML, and a stray one would be a parse error. */
const printable = (text: string): string =>
  text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, "\ufffd");

/** Text as it stands in markup, between tags and in quoted attributes. */
export const escape = (text: string): string =>
  printable(text).replace(/[&<>"']/g, (character) => entities[character] ?? "");

/** A long text between tags, never in an attribute: its quotes stay as they are, which are most of a JSON file. */
export const content = (text: string): Html =>
  new Html(printable(text).replace(/[&<>]/g, (character) => entities[character] ?? ""));

/**
 * Markup with values in it. Every value is escaped but other markup; lists are joined, `false` and `undefined` are nothing.
 * Attribute values must stand in quotes.
 */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(strings.reduce((text, part, index) => text + markupOf(values[index - 1]) + part));
}

function markupOf(value: Value): string {
  if (value === undefined || value === false) return "";
  if (value instanceof Html) return value.markup;
  if (typeof value === "object") return value.map(markupOf).join("");
  return escape(String(value));
}

/** Markup that was made elsewhere and holds nothing from outside: a bundled script, a style sheet. */
export const trusted = (markup: string): Html => new Html(markup);

/** JSON inside a script element: nothing in it can end the element. */
export const jsonIn = (value: unknown): Html =>
  new Html(
    JSON.stringify(value)
      .replace(/</g, "\\u003c")
      .replace(/\u2028|\u2029/g, " "),
  );
