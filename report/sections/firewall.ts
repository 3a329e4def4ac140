import { ANYWHERE, type FirewallFacts } from "../facts/firewall";
import type { ReportFacts } from "../facts/reportFacts";
import { html, type Html } from "../html";
import { code, counted, type Section, table } from "./section";

/** Who may call whom: callers as rows, called groups as columns, ports in the cells. */
export function firewall(facts: ReportFacts): Section {
  const { ingress, egress, groups } = facts.firewall;
  const rows = [
    ...new Set(ingress.map(({ from }) => from).filter((from) => !groups.includes(from))),
    ...groups.filter((group) => ingress.some(({ from }) => from === group)),
  ];
  const columns = groups.filter((group) => ingress.some(({ to }) => to === group));
  const closed = groups.filter((group) => !ingress.some(({ to }) => to === group));
  const open = egress.filter(({ to, ports }) => to === ANYWHERE && ports === "all");
  return {
    id: "firewall",
    title: "Security groups",
    short: "Firewall",
    body: html` <p>
        Rows may call columns on the ports in the cell, and nobody else may call anybody:
        ${counted(ingress.length, "ingress rule")} in ${counted(groups.length, "group")}.
        ${closed.length > 0 && html`Nobody calls ${closed.join(", ")}.`}
        ${open.length > 0 && html`${open.length === 1 ? "One group" : `${open.length} groups`} may send everywhere; <code>egress: restricted</code> would narrow that to 443, DNS and these calls.`}
      </p>
      <div
        class="scroll matrix-scroll"
        tabindex="0"
        role="region"
        aria-label="Matrix of security groups"
      >
        <table class="matrix">
          <caption class="visually-hidden">
            Who may call whom, on which ports
          </caption>
          <thead>
            <tr>
              <th scope="col">from ↓ to →</th>
              ${columns.map((to) => html`<th scope="col" class="slanted"><span>${to}</span></th>`)}
            </tr>
          </thead>
          <tbody>
            ${rows.map(
              (from) =>
                html`<tr>
                  <th scope="row">${from}</th>
                  ${columns.map((to) => cell(facts.firewall, from, to))}
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
      <h3 id="front-door">The front door</h3>
      ${frontDoor(facts)}
      <details class="more">
        <summary>All ${ingress.length + egress.length} rules with their reasons</summary>
        ${table(
          "All security-group rules",
          ["direction", "from", "to", "ports", "protocol", "why"],
          [
            ...ingress.map((rule) => [
              "in",
              rule.from,
              rule.to,
              rule.ports,
              rule.protocol,
              rule.why,
            ]),
            ...egress.map((rule) => [
              "out",
              rule.from,
              rule.to,
              rule.ports,
              rule.protocol,
              rule.why,
            ]),
          ],
        )}
      </details>`,
  };
}

function cell({ ingress }: FirewallFacts, from: string, to: string): Html {
  const found = ingress.filter((rule) => rule.from === from && rule.to === to);
  if (found.length === 0) return html`<td></td>`;
  const why = [...new Set(found.map((rule) => rule.why))].join("; ");
  return html`<td class="allowed" title="${why}">
    ${found.map(({ ports }) => html`<span>${ports}</span> `)}
  </td>`;
}

function frontDoor({ frontDoor: door }: ReportFacts): Html {
  if (door === undefined) return html`<p>The plan has no load balancer.</p>`;
  return html` <p>
      ${door.internal ? "Internal" : "Internet-facing"} load balancer, TLS policy
      ${code(door.tlsPolicy)}, idle timeout ${door.idleTimeoutSeconds} s,
      ${door.deletionProtection ? "protected against deletion" : "not protected against deletion"},
      ${door.accessLogs ? "with access logs" : "without access logs"}. Port 80 only redirects. Rules
      are tried from the top; what none of them names is answered ${door.otherwise}.
    </p>
    ${table(
      "Rules of the load balancer",
      ["address", "goes to", "needs", "health check", "drains for"],
      door.routes.map((route) => [
        html`${route.paths.map((path) => html`<code class="address">https://${route.host}${path}</code>`)}`,
        route.fixedAnswer === undefined
          ? `${route.services.join(", ")} : ${route.port}${route.protocol === "GRPC" ? " (gRPC)" : ""}`
          : `answered ${route.fixedAnswer}`,
        route.fixedAnswer !== undefined
          ? "–"
          : route.guards.length > 0
            ? route.guards.join(", ")
            : "the server's own login",
        route.healthPath === "" ? "–" : code(route.healthPath),
        route.drainSeconds === "" ? "–" : `${route.drainSeconds} s`,
      ]),
    )}`;
}
