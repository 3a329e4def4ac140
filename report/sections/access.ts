import type { AccessFacts } from "../facts/access";
import type { Permission } from "../facts/accessWords";
import type { ReportFacts } from "../facts/reportFacts";
import { html, type Html } from "../html";
import { type Section } from "./section";

const kinds = {
  execution: "ECS itself, while it starts a task",
  task: "the server, while it runs",
  other: "that service and no task",
} as const;

/** Every IAM role in plain words. */
export function access({ access: roles, roles: services }: ReportFacts): Section {
  const without = services.filter(({ taskRole }) => taskRole === undefined).map(({ id }) => id);
  return {
    id: "access",
    title: "Who may do what in AWS",
    short: "Access",
    body: html` <p>
        ${roles.length} roles.
        ${without.length > 0 && html`No role at all at run time, because they call nothing in AWS: ${without.join(", ")}.`}
      </p>
      <div class="cards">${roles.map((role) => accessCard(role))}</div>`,
  };
}

const accessCard = (role: AccessFacts): Html =>
  html`<article class="panel" id="access-${role.name}">
    <h3>${role.name}</h3>
    <p class="quiet">
      Taken on by ${role.trust}; used by
      ${kinds[role.kind]}${role.usedBy.length > 0 && `: ${role.usedBy.join(", ")}`}.
    </p>
    ${permissionList(role.permissions)}
    <details class="more">
      <summary>Policy as AWS gets it <span class="visually-hidden">of ${role.name}</span></summary>
      <pre tabindex="0"><code data-language="json">${role.document}</code></pre>
    </details>
  </article>`;

/** What is allowed, statement by statement. */
export const permissionList = (permissions: readonly Permission[]): Html =>
  permissions.length === 0
    ? html`<p>May do nothing.</p>`
    : html`<ul class="permissions">
        ${permissions.map(
          ({ denied, may, on, condition }) =>
            html`<li>
              ${denied ? "May never" : "May"} ${joined(may)}
              <ul>
                ${on.map((resource) => html`<li><code>${resource}</code></li>`)}
              </ul>
              ${condition !== undefined && html`<div>only if <code>${condition}</code></div>`}
            </li>`,
        )}
      </ul>`;

function joined(phrases: readonly string[]): string {
  const last = phrases.at(-1) ?? "";
  return phrases.length < 2 ? last : `${phrases.slice(0, -1).join(", ")} and ${last}`;
}
