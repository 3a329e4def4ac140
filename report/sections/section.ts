import { html, type Html } from "../html";

/** One part of the page, with its entry in the navigation. */
export interface Section {
  readonly id: string;
  readonly title: string;
  /** Label in the navigation; default: the title. */
  readonly short?: string;
  readonly body: Html;
}

export const renderSection = ({ id, title, body }: Section): Html =>
  html`<section id="${id}" aria-labelledby="${id}-title">
    <h2 id="${id}-title">${title}</h2>
    ${body}
  </section>`;

/** A table that scrolls by itself where it is wider than the page; it can be reached by keyboard for that. */
export function table(
  caption: string,
  head: readonly (string | Html)[],
  rows: readonly (readonly (string | number | Html)[])[],
  options: { readonly numeric?: readonly number[]; readonly className?: string } = {},
): Html {
  const align = (column: number) => (options.numeric?.includes(column) === true ? "number" : "");
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}">
    <table class="${options.className ?? ""}">
      <caption class="visually-hidden">
        ${caption}
      </caption>
      <thead>
        <tr>
          ${head.map((cell, at) => html`<th scope="col" class="${align(at)}">${cell}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${row.map((cell, at) =>
                at === 0
                  ? html`<th scope="row" class="${align(at)}">${cell}</th>`
                  : html`<td class="${align(at)}">${cell}</td>`,
              )}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

export const code = (content: string): Html => html`<code>${content}</code>`;

/** `1 task`, `2 tasks`. */
export const counted = (count: number, word: string): string =>
  `${count} ${word}${count === 1 ? "" : "s"}`;
