import type { ReportFacts } from "../facts/reportFacts";
import { html } from "../html";
import { type Section, table } from "./section";

export function capacity({ capacity: rows, warnings }: ReportFacts): Section {
  return {
    id: "capacity",
    title: "What load it carries",
    short: "Capacity",
    body: html` ${table(
        "Load it carries",
        ["signal", "up to", "because"],
        rows.map(({ signal, load, because }) => [signal, load, because]),
      )}
      <h3>To know before deploying</h3>
      ${
        warnings.length === 0
          ? html`<p>Nothing.</p>`
          : html`<ul>
              ${warnings.map((warning) => html`<li>${warning}</li>`)}
            </ul>`
      }`,
  };
}
