import { timesCarried } from "../../plan/capacity/capacity";
import { boundInWords, firstToBreak, timesInWords } from "../../plan/capacity/page";
import type { ReportFacts } from "../facts/reportFacts";
import { html } from "../html";
import { type Section, table } from "./section";

export function capacity({ capacity: rows, roleCapacity, warnings }: ReportFacts): Section {
  return {
    id: "capacity",
    title: "What load it carries",
    short: "Capacity",
    body: html` ${table(
        "Load it carries",
        ["signal", "up to", "because"],
        rows.map(({ signal, load, because }) => [signal, load, because]),
      )}
      <h3>How often the expected load fits</h3>
      ${table(
        "Capacity by role",
        ["role", "tasks", "vCPU", "GB", "carries", "breaks first"],
        roleCapacity.map((role) => [
          role.role,
          String(role.replicas),
          String(role.vcpu),
          String(role.memoryGb),
          role.unsized === undefined ? timesInWords(timesCarried(role)) : "",
          role.bounds[0] === undefined
            ? `not sized: ${role.unsized}`
            : boundInWords(role.bounds[0]),
        ]),
      )}
      <p>By the published sizing guides and the settings' limits: ${firstToBreak(roleCapacity)}.</p>
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
