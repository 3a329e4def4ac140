import type { ReportFacts } from "../facts/reportFacts";
import { html, type Html } from "../html";
import { picture } from "../picture/draw";
import { usd } from "../cost/view";
import { counted, type Section } from "./section";

export function overview(facts: ReportFacts): Html {
  const { cost, network, roles } = facts;
  const tasks = roles.reduce((sum, role) => sum + role.tasks, 0);
  const vcpu = roles.reduce((sum, role) => sum + role.tasks * role.vcpu, 0);
  const memory = roles.reduce((sum, role) => sum + role.tasks * role.memoryGb, 0);
  const services = roles.reduce((sum, role) => sum + role.services.length, 0);
  const tiles: [string, string, string, string][] = [
    [
      "USD a month",
      Math.round(cost.total).toLocaleString("en-US"),
      `fixed ${usd(cost.fixedUsd)}, by load ${usd(cost.usageUsd)}, Container Insights ${usd(cost.containerInsightsUsd)}`,
      "#cost",
    ],
    [
      "tasks",
      String(tasks),
      `${counted(services, "service")}, ${vcpu} vCPU, ${memory} GB, ${facts.architecture}`,
      "#services",
    ],
    [
      "zones",
      String(network.zones.length),
      `${network.natGateways === 0 ? "no NAT gateway of its own" : counted(network.natGateways, "NAT gateway")}`,
      "#zones",
    ],
    ["of policy", ...verdictTile(facts), "#policy"],
  ];
  return html`<ul class="tiles">
    ${tiles.map(
      ([unit, value, note, link]) =>
        html`<li>
          <a href="${link}"
            ><span class="tile-value">${value}</span> <span class="tile-unit">${unit}</span
            ><span class="tile-note">${note}</span></a
          >
        </li>`,
    )}
  </ul>`;
}

function verdictTile({ verdict }: ReportFacts): [string, string] {
  if (verdict === undefined) return ["?", "the policy pack was not asked"];
  const advice = verdict.findings.length;
  return [
    advice === 0 ? "0 findings" : counted(advice, "finding"),
    `${verdict.judged} resources judged, nothing forbidden`,
  ];
}

export function architecture(facts: ReportFacts): Section {
  const { svg, unrouted } = picture(facts);
  return {
    id: "picture",
    title: "Who calls whom",
    short: "Picture",
    body: html` <p>
        Every arrow is a security-group rule of the plan; the number is the port. Point at a part to
        see its calls, open it for its files, rules, rights, health and rollout.
      </p>
      <figure>
        <div
          class="scroll picture-scroll"
          tabindex="0"
          role="region"
          aria-label="Picture of the architecture"
        >
          ${svg}
        </div>
        <figcaption class="legend">
          <span
            ><svg class="swatch" viewBox="0 0 36 12" aria-hidden="true">
              <path class="swatch-write" d="M2 6 H34" />
            </svg>
            writing</span
          >
          <span
            ><svg class="swatch" viewBox="0 0 36 12" aria-hidden="true">
              <path class="swatch-read" d="M2 6 H34" />
            </svg>
            reading</span
          >
          <span
            ><svg class="swatch dot" viewBox="0 0 18 18" aria-hidden="true">
              <g class="pill pinned">
                <rect class="pill-box" x="1" y="1" width="16" height="16" rx="8" />
              </g>
            </svg>
            one replica, fixed to that zone</span
          >
          <span
            ><svg class="swatch dot" viewBox="0 0 18 18" aria-hidden="true">
              <g class="pill spread">
                <rect class="pill-box" x="1" y="1" width="16" height="16" rx="8" />
              </g>
            </svg>
            ECS chooses among these zones</span
          >
          <span
            ><svg class="swatch dot" viewBox="-2 -2 14 16" aria-hidden="true">
              <path
                class="disk"
                d="M0 2 a5 2 0 0 1 10 0 v7 a5 2 0 0 1 -10 0 z M0 2 a5 2 0 0 0 10 0"
              />
            </svg>
            acknowledged data lies in the task until it is flushed</span
          >
          <span
            >Not drawn: alloy-collector scrapes every server, and each ring gossips among itself on
            7946.${
              unrouted.length > 0 &&
              ` No room was left for ${unrouted.map(({ from, to }) => `${from} → ${to}`).join(", ")}.`
            }</span
          >
        </figcaption>
      </figure>`,
  };
}
