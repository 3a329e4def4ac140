import { deflateRawSync } from "node:zlib";
import type { RoleFacts } from "../facts/services";
import { content as contentOf, html, type Html } from "../html";

/** A longer file travels packed and is unpacked when it is opened: dashboards alone would be most of the page. */
const PACKED_ABOVE_CHARACTERS = 8_000;

/**
 * The rendered files of a role. A ring's replicas differ in a few lines: the first one's files are shown whole, of the
 * others only what differs, so that a reader sees it and the page stays small.
 */
export function fileList(role: RoleFacts): Html {
  const [first, ...others] = role.services;
  if (first === undefined || first.files.length === 0)
    return html`<p>None: everything is in its arguments.</p>`;
  return html`${first.files.map(({ path, content }) => {
    const differing = others.flatMap((service) => {
      const other = service.files.find((file) => file.path === path);
      return other === undefined || other.content === content
        ? []
        : [{ name: service.shortName, lines: differentLines(content, other.content) }];
    });
    return html`<details class="file">
      <summary>
        <code>${path}</code>
        <span class="quiet"
          >${content.split("\n").length} lines${others.length > 0 && ` of ${first.shortName}`}</span
        >
      </summary>
      ${fileText(path, content)}
      ${differing.map(
        ({ name, lines }) =>
          html`<p class="quiet">${name} differs in:</p>
            ${preformatted("text", lines.join("\n"))}`,
      )}
    </details>`;
  })}`;
}

const fileText = (path: string, text: string): Html =>
  text.length > PACKED_ABOVE_CHARACTERS
    ? html`<noscript><p>Too long to be read here without the page's script.</p></noscript>
        <pre tabindex="0"><code data-language="${languageOf(path)}" data-packed="${deflateRawSync(
          text,
          {
            level: 9,
          },
        ).toString("base64")}"></code></pre>`
    : preformatted(languageOf(path), text);

const preformatted = (language: string, text: string): Html =>
  html`<pre tabindex="0"><code data-language="${language}">${contentOf(text)}</code></pre>`;

/** Lines of the other text that the first does not have at that place. */
export function differentLines(first: string, other: string): string[] {
  const lines = first.split("\n");
  return other
    .split("\n")
    .flatMap((line, index) => (line === lines[index] ? [] : [`${index + 1}: ${line}`]));
}

function languageOf(path: string): string {
  return /\.([a-z]+)$/.exec(path)?.[1] ?? "text";
}
