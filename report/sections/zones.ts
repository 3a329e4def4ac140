import type { ReportFacts } from "../facts/reportFacts";
import type { RoleFacts } from "../facts/services";
import { html, type Html } from "../html";
import { counted, type Section } from "./section";

/** Where tasks stand, and what the loss of a zone means; a button per zone shows it in the grid. */
export function zones(facts: ReportFacts): Section {
  const { network, failures } = facts;
  const rings = facts.roles.filter(({ replacement }) => replacement === "ring");
  const spread = facts.roles.filter(({ replacement }) => replacement !== "ring");
  return {
    id: "zones",
    title: "Where it runs",
    short: "Zones",
    body: html` <p>
        Ring replicas are fixed to a zone each. For everything else ECS chooses among all of them.
      </p>
      <div class="zone-buttons" role="group" aria-label="What if a zone is lost?">
        ${network.zones.map(
          ({ name }) =>
            html`<button type="button" data-lose-zone="${name}" aria-pressed="false">
              What if ${name} is lost?
            </button>`,
        )}
      </div>
      <div class="scroll" tabindex="0" role="region" aria-label="Zones and what runs in them">
        <div class="zone-grid columns-${network.zones.length}">
          ${network.zones.map(
            (zone) =>
              html`<div class="zone" data-zone-column="${zone.name}">
                <h3>${zone.name}</h3>
                <div class="subnet public">
                  <h4>public ${zone.publicCidr && html`<code>${zone.publicCidr}</code>`}</h4>
                  <ul class="chips">
                    <li class="chip">load balancer</li>
                    ${zone.nat && html`<li class="chip">NAT gateway</li>`}
                  </ul>
                </div>
                <div class="subnet private">
                  <h4>private ${zone.privateCidr && html`<code>${zone.privateCidr}</code>`}</h4>
                  <ul class="chips">
                    ${rings.flatMap((role) =>
                      role.services
                        .filter((service) => service.zones[0] === zone.name)
                        .map((service) => chip(role, service.shortName)),
                    )}
                  </ul>
                </div>
              </div>`,
          )}
          <div class="zone-spread">
            <h3>In any of these zones</h3>
            <ul class="chips">
              ${spread.map((role) => chip(role, `${role.id} ×${role.tasks}`))}${
                facts.database !== undefined &&
                html`<li class="chip">
                  ${facts.database.multiAz ? "RDS, in two of them" : "RDS"}
                </li>`
              }
            </ul>
          </div>
        </div>
      </div>
      <div class="zone-verdicts" aria-live="polite">
        ${failures.zones.map(({ zone, roles }) => {
          const touched = roles.filter(({ happens }) => happens !== "stands elsewhere");
          const down = touched.filter(({ level }) => level === "down");
          return html`<div class="zone-verdict" data-zone-verdict="${zone}">
            <h3>
              Without ${zone}:
              ${down.length === 0 ? "it goes on" : `${counted(down.length, "role")} without a quorum`}
            </h3>
            <ul>
              ${touched.map(
                ({ role, level, happens }) =>
                  html`<li class="level-${level}"><strong>${role}</strong>: ${happens}</li>`,
              )}
            </ul>
          </div>`;
        })}
      </div>`,
  };
}

const chip = (role: RoleFacts, label: string): Html =>
  html`<li class="chip product-${role.product}">
    <a href="#service-${role.id}" data-role="${role.id}">${label}</a>
  </li>`;
