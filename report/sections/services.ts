import type { ReportFacts } from "../facts/reportFacts";
import type { RoleFacts } from "../facts/services";
import { html, type Html } from "../html";
import { permissionList } from "./access";
import { fileList } from "./files";
import { code, counted, type Section, table } from "./section";

/** Every role with its files, rules, rights, health and rollout: the same part opens beside the picture. */
export function services(facts: ReportFacts): Section {
  return {
    id: "services",
    title: "Part by part",
    short: "Parts",
    body: html`${facts.roles.map((role) => detail(role, facts))}${database(facts)}`,
  };
}

const classes = {
  ring: "ring: one service per replica, stopped before its successor starts, one after the other",
  singleton: "singleton: exactly one, stopped before its successor starts",
  stateless: "stateless: new tasks first, then the old ones stop",
} as const;

const detail = (role: RoleFacts, facts: ReportFacts): Html =>
  html`<details class="part product-${role.product}" id="service-${role.id}" data-part="${role.id}">
    <summary>
      <span class="part-name">${role.id}</span>
      <span class="quiet"
        >${counted(role.tasks, "task")}, ${role.vcpu} vCPU, ${role.memoryGb} GB</span
      >
    </summary>
    <div class="part-body">
      ${summary(role, facts)} ${traffic(role, facts)} ${rights(role, facts)}
      ${healthAndRollout(role)}
      <h3>Files</h3>
      ${fileList(role)}
    </div>
  </details>`;

function summary(role: RoleFacts, facts: ReportFacts): Html {
  const cost = facts.cost.services.filter(({ name }) =>
    role.services.some((service) => service.name === name),
  );
  const usd = cost.reduce((sum, { monthlyUsd }) => sum + monthlyUsd, 0);
  const rows: [string, string | Html][] = [
    ["Image", code(role.image)],
    ["Name", code(`${role.dnsName}.${facts.namespace}`)],
    ["Listens on", role.ports.map(({ name, number }) => `${number} ${name}`).join(", ")],
    ["Kind", classes[role.replacement]],
    [
      "Data",
      role.holdsData
        ? `acknowledged data lies in the task until it is flushed; ${role.diskGb} GB disk`
        : "none in the task",
    ],
    [
      "Capacity",
      `${role.spot ? "Fargate Spot" : "Fargate on demand"}${
        role.scaling === undefined
          ? ""
          : `, ${role.scaling.min} to ${role.scaling.max} tasks, held at ${role.scaling.cpuPercent} % CPU`
      }`,
    ],
    ["Cost", `${usd.toFixed(2)} USD a month of Fargate`],
  ];
  return html`<dl class="facts">
      ${rows.map(
        ([term, value]) =>
          html`<div>
            <dt>${term}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
    ${table(
      `Services of ${role.id}`,
      ["service", "tasks", "zones"],
      role.services.map(({ name, tasks, zones }) => [name, tasks, zones.join(", ")]),
      { numeric: [1] },
    )}`;
}

function traffic(role: RoleFacts, { firewall }: ReportFacts): Html {
  const own = new Set(role.groups);
  const called = firewall.ingress.filter(({ to }) => own.has(to));
  const calls = firewall.ingress.filter(({ from, to }) => own.has(from) && !own.has(to));
  const egress = firewall.egress.filter(({ from }) => own.has(from));
  return html` <h3>Who calls it</h3>
    ${
      called.length === 0
        ? html`<p>Nobody.</p>`
        : table(
            `Who calls ${role.id}`,
            ["from", "port", "why"],
            called.map(({ from, ports, why }) => [from, ports, why]),
            { numeric: [1] },
          )
    }
    <h3>Whom it calls</h3>
    ${
      calls.length === 0
        ? html`<p>Nobody in the stack.</p>`
        : table(
            `Whom ${role.id} calls`,
            ["to", "port", "why"],
            calls.map(({ to, ports, why }) => [to, ports, why]),
            { numeric: [1] },
          )
    }
    <p class="quiet">
      Security groups ${role.groups.join(", ")}. May send:
      ${
        egress
          .map(({ to, ports, protocol }) =>
            ports === "all" ? `${protocol} to ${to}` : `${protocol} ${ports} to ${to}`,
          )
          .join("; ") || "nothing"
      }.
    </p>`;
}

function rights(role: RoleFacts, { access }: ReportFacts): Html {
  const permissionsOf = (name: string | undefined) =>
    access.find((each) => each.name === name)?.permissions ?? [];
  return html` <h3>What it may do in AWS</h3>
    ${
      role.taskRole === undefined
        ? html`<p>Nothing: it calls nothing in AWS, so its tasks have no role.</p>`
        : html`<p>As <a href="#access-${role.taskRole}">${role.taskRole}</a>:</p>
            ${permissionList(permissionsOf(role.taskRole))}`
    }
    <p>
      Before it starts, ECS as <a href="#access-${role.executionRole}">${role.executionRole}</a>:
    </p>
    ${permissionList(permissionsOf(role.executionRole))}`;
}

function healthAndRollout({ health, rollout }: RoleFacts): Html {
  const rows: [string, string | Html][] = [
    ["Health check", code(health.command)],
    [
      "Unhealthy after",
      `${health.retries} failures, one try each ${health.intervalSeconds} s (${health.timeoutSeconds} s each), not counted in the first ${health.startPeriodSeconds} s`,
    ],
    [
      "A deployment keeps",
      `at least ${rollout.minimumHealthyPercent} % and at most ${rollout.maximumPercent} % of its tasks`,
    ],
    [
      "A bad one",
      rollout.circuitBreaker
        ? rollout.rollback
          ? "is stopped and rolled back by ECS"
          : "is stopped by ECS"
        : "goes on for ever",
    ],
    ["To stop", `${rollout.stopTimeoutSeconds} s between SIGTERM and SIGKILL`],
    ...(rollout.graceSeconds === undefined
      ? []
      : [
          ["Load balancer", `its checks do not count in the first ${rollout.graceSeconds} s`] as [
            string,
            string,
          ],
        ]),
  ];
  return html`<h3>Health and rollout</h3>
    <dl class="facts">
      ${rows.map(
        ([term, value]) =>
          html`<div>
            <dt>${term}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>`;
}

function database({ database: facts, firewall }: ReportFacts): Html {
  if (facts === undefined) return html``;
  const callers = firewall.ingress.filter(({ to }) => to === "postgres");
  return html`<details class="part" id="database" data-part="postgres">
    <summary>
      <span class="part-name">postgres</span> <span class="quiet">Grafana's database</span>
    </summary>
    <div class="part-body">
      <dl class="facts">
        <div>
          <dt>Engine</dt>
          <dd>${facts.engine}</dd>
        </div>
        <div>
          <dt>Size</dt>
          <dd>
            ${facts.instanceClass}, ${facts.storageGb} GB,
            ${facts.multiAz ? "in two zones" : "in one zone"}
          </dd>
        </div>
        <div>
          <dt>Backups</dt>
          <dd>${facts.backupDays} days</dd>
        </div>
        <div>
          <dt>Called by</dt>
          <dd>${callers.map(({ from, ports }) => `${from} on ${ports}`).join(", ")}</dd>
        </div>
      </dl>
    </div>
  </details>`;
}
