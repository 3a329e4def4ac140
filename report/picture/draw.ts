import { html, type Html } from "../html";
import type { ReportFacts } from "../facts/reportFacts";
import { ANYWHERE } from "../facts/firewall";
import { card } from "./card";
import { bottom, type Box, type Node, right, type Wire } from "./geometry";
import { type Call, callsOf, type Frame, place } from "./place";
import { route, type Routed } from "./route";
import { letter, pathOf, rect, shortened, text } from "./shapes";
import { footer, natGateways, storagePaths } from "./surroundings";

/** The drawing, and the calls that found no room in it. */
export interface Picture {
  readonly svg: Html;
  readonly unrouted: Routed["unrouted"];
}

/** The system as a picture: an SVG whose cards are links to the services' details. */
export function picture(facts: ReportFacts): Picture {
  const clients = facts.firewall.ingress.some(
    ({ from, to }) => to === "alloy-gateway" && !facts.firewall.groups.includes(from),
  );
  const at = place(facts.roles, {
    ...(facts.database === undefined ? {} : { database: facts.database }),
    clients,
    door: facts.frontDoor !== undefined,
  });
  const calls = ordered(callsOf(facts.firewall, new Set(at.nodes.map(({ id }) => id))), at.nodes);
  const { wires, unrouted } = route(
    [...at.nodes, { id: "label", box: at.privateLabel }],
    calls,
    at,
  );
  const zones = facts.network.zones;
  // Blocks of more zones have no room; the part on zones has them.
  const blocks = (kind: "publicCidr" | "privateCidr") =>
    zones.length > 3
      ? `in ${zones.length} zones`
      : zones
          .filter((zone) => zone[kind] !== "")
          .map((zone) => `${letter(zone.name)} ${zone[kind]}`)
          .join("  ");
  const svg = html`<svg
    class="picture"
    viewBox="0 0 ${at.width} ${at.height}"
    role="group"
    aria-label="Architecture of stack ${facts.stack}: who calls whom, from the front door down to the bucket"
  >
    <defs>${(["write", "read", "both"] as const).map(arrowHead)}</defs>
    <g aria-hidden="true">
      ${frame("region", at.region, `${facts.region} · account ${facts.accountId}`)}
      ${frame("vpc", at.vpc, facts.network.broughtAlong ? "existing VPC" : `VPC ${facts.network.vpcCidr}`)}
      ${frame("public", at.publicSubnets, `public  ${blocks("publicCidr")}`)}
      ${rect(at.privateSubnets, "frame private", 8)}
      ${text(right(at.privateLabel), at.privateLabel.y + 16, "frame-label", `private  ${blocks("privateCidr")}`, "end")}
      ${at.products.map((product) => productFrame(product))}
      ${storagePaths(facts, at.products, at.endpoint, at.bucket)} ${wires.map((wire) => halo(wire))}
      ${wires.map((wire) => drawWire(wire, calls))} ${calls.map((call) => portLabel(call, wires))}
      ${natGateways(facts)} ${footer(facts, at.footer)}
    </g>
    ${[undefined, ...at.products.map(({ id }) => id)].map((product) =>
      nodesOf(
        at.nodes.filter((node) => at.framed.get(node.id) === product),
        product,
        facts,
      ),
    )}
  </svg>`;
  return { svg, unrouted };
}

/** Short ones first: they have the least choice. */
function ordered(calls: readonly Call[], nodes: readonly Node[]): Call[] {
  const centre = new Map(
    nodes.map(({ id, box }) => [id, { x: box.x + box.width / 2, y: box.y + box.height / 2 }]),
  );
  const distance = (a: string, b: string) => {
    const [one, other] = [centre.get(a), centre.get(b)];
    return one === undefined || other === undefined
      ? 0
      : Math.abs(one.x - other.x) + Math.abs(one.y - other.y);
  };
  const span = (call: Call) => Math.max(...call.from.map((from) => distance(from, call.to)));
  return calls
    .map((call) => ({
      ...call,
      // The nearest caller draws the trunk that the others join.
      from: [...call.from].sort((a, b) => distance(a, call.to) - distance(b, call.to)),
    }))
    .sort((a, b) => span(a) - span(b));
}

const arrowHead = (flow: string) =>
  html`<marker
    id="arrow-${flow}"
    class="arrow ${flow}"
    viewBox="0 0 8 8"
    refX="7"
    refY="4"
    markerWidth="8"
    markerHeight="8"
    markerUnits="userSpaceOnUse"
    orient="auto"
    ><path d="M0 0 L8 4 L0 8 z"
  /></marker>`;

const frame = (name: string, box: Box, label: string) =>
  html`${rect(box, `frame ${name}`, 8)}${text(box.x + 10, box.y + 16, "frame-label", label)}`;

const productFrame = ({ id, title, box }: Frame) =>
  html`${rect(box, `product product-${id}`, 10)}${text(box.x + 12, bottom(box) - 8, "product-label", title)}`;

const halo = (wire: Wire) => html`<path class="wire-halo" d="${pathOf(wire.points)}" />`;

function drawWire(wire: Wire, calls: readonly Call[]): Html {
  const flow = calls.find(({ id }) => id === wire.bundle)?.flow ?? "write";
  const { joins } = wire;
  return html`<g class="wire ${flow}" data-from="${wire.from}" data-to="${wire.to}"
    ><path d="${pathOf(wire.points)}" marker-end="url(#arrow-${flow})" />${
      joins !== undefined && html`<circle cx="${joins.x}" cy="${joins.y}" r="3" />`
    }</g
  >`;
}

/** Ports, one below the other, beside the last piece of the trunk. */
function portLabel(call: Call, wires: readonly Wire[]): Html {
  const trunk = wires.find(({ bundle }) => bundle === call.id);
  const [before, end] = trunk?.points.slice(-2) ?? [];
  if (before === undefined || end === undefined) return html``;
  const lines = call.ports.map((port, index) => {
    if (before.y === end.y) {
      const x = end.x + Math.sign(before.x - end.x) * 18;
      return text(x, end.y - 5 - (call.ports.length - 1 - index) * 11, "port", port, "middle");
    }
    const above = before.y < end.y;
    const y = above ? end.y - 8 - (call.ports.length - 1 - index) * 11 : end.y + 16 + index * 11;
    return text(end.x + 5, y, "port", port);
  });
  return html`<g class="ports ${call.flow}" data-from="${call.from.join(" ")}" data-to="${call.to}"
    >${lines}</g
  >`;
}

/** A product's cards are announced as a group: "distributor" alone says little. */
function nodesOf(nodes: readonly Node[], product: string | undefined, facts: ReportFacts): Html {
  const drawn = nodes.map((node) => drawNode(node, facts));
  return product === undefined
    ? html`${drawn}`
    : html`<g role="group" aria-label="${product}">${drawn}</g>`;
}

function drawNode(node: Node, facts: ReportFacts): Html {
  const role = facts.roles.find(({ id }) => id === node.id);
  if (role !== undefined) {
    const among = facts.firewall.ingress.filter(
      ({ from, to }) => from === role.id && to === role.id,
    );
    return card(node.box, role, [...new Set(among.map(({ ports }) => ports))]);
  }
  const { box } = node;
  const middle = box.x + box.width / 2;
  switch (node.id) {
    case "load-balancer":
      return html`<a class="card" href="#front-door" data-role="load-balancer">
        ${rect(box, "card-box door", 8)}
        ${text(middle, box.y + 25, "card-name", `Application load balancer, ${facts.frontDoor?.internal === true ? "internal" : "internet-facing"} · HTTPS 443 · everything else 404`, "middle")}
      </a>`;
    case "postgres":
      return html`<a class="card" href="#database" data-role="postgres">
        ${rect(box, "card-box", 8)}
        ${text(box.x + 12, box.y + 24, "card-name", `RDS ${facts.database?.engine ?? ""}`)}
        ${text(box.x + 12, box.y + 42, "card-line", facts.database?.instanceClass ?? "")}
        ${text(box.x + 12, box.y + 61, "card-line", facts.database?.multiAz === true ? "in two zones" : "in one zone")}
      </a>`;
    default: {
      const callers = facts.firewall.ingress
        .filter(
          ({ from, to }) =>
            !facts.firewall.groups.includes(from) &&
            to === (node.id === "clients" ? "alloy-gateway" : "load-balancer"),
        )
        .map(({ from }) => from);
      const who = [...new Set(callers)].filter((from) => from !== ANYWHERE).join(", ");
      const label =
        node.id === "clients"
          ? `applications in the VPC: ${who}`
          : `people and applications ${who === "" ? "on the Internet" : `in ${who}`}`;
      return html`<g data-role="${node.id}"
        >${rect(box, "outside", 20)}${text(middle, box.y + 25, "card-name", shortened(label, Math.floor(box.width / 7)), "middle")}</g
      >`;
    }
  }
}
