import type { FirewallFacts } from "../facts/firewall";
import type { DatabaseFacts } from "../facts/network";
import type { RoleFacts } from "../facts/services";
import { bottom, type Box, type Bundle, type Node, right } from "./geometry";

/**
 * Where everything stands. Placed by hand, because the parts and what they do to each other are always the same: in from
 * the top, writing on the left and reading on the right of each product, down into the bucket. A general layout draws the
 * same graph correctly, and nobody recognises the system in it. Counts, zones and parts that a stack does not have are the
 * plan's; a role that has no place here is put into its product's next free row.
 */
const CARD = { width: 150, height: 80 } as const;
const ROW = CARD.height + 40;
const FIRST_ROW = 470;

/** Left edges of a product's columns of cards, in the order of the drawing. */
const productColumns: Readonly<Record<string, readonly number[]>> = {
  loki: [70, 270],
  mimir: [510],
  tempo: [750, 950],
  pyroscope: [1190],
};

/** Column and row of each role in its product; a product of one role fills all rows. */
const cells: Readonly<Record<string, readonly [column: number, row: number]>> = {
  "loki-distributor": [0, 0],
  "loki-query-frontend": [1, 0],
  "loki-ingester": [0, 1],
  "loki-querier": [1, 1],
  memcached: [0, 2],
  "loki-compactor": [1, 2],
  "tempo-distributor": [0, 0],
  "tempo-query-frontend": [1, 0],
  "tempo-ingester": [0, 1],
  "tempo-querier": [1, 1],
  "tempo-metrics-generator": [0, 2],
  "tempo-compactor": [1, 2],
};

/** Product whose frame a role stands in: the cache is Loki's. */
const frameOf = (role: RoleFacts) => (role.product === "memcached" ? "loki" : role.product);

const TOP_ROW = 280;
const topRow: Readonly<Record<string, number>> = {
  "alloy-gateway": 120,
  "alloy-collector": 290,
  grafana: 1000,
  postgres: 1190,
};

export interface Frame {
  readonly id: string;
  readonly title: string;
  readonly box: Box;
}

export interface Placement {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly Node[];
  /** Product in whose frame a node stands; none for those above the products. */
  readonly framed: ReadonlyMap<string, string>;
  /** Products, each around its roles. */
  readonly products: readonly Frame[];
  readonly publicSubnets: Box;
  readonly privateSubnets: Box;
  /** Where their label stands: wires go around it. */
  readonly privateLabel: Box;
  readonly vpc: Box;
  readonly region: Box;
  readonly endpoint: Box;
  readonly bucket: Box;
  readonly footer: Box;
}

const WIDTH = 1410;

export function place(
  roles: readonly RoleFacts[],
  options: { readonly database?: DatabaseFacts; readonly clients: boolean; readonly door: boolean },
): Placement {
  const framed = new Map<string, RoleFacts[]>();
  const nodes: Node[] = [];
  for (const role of roles) {
    const x = topRow[role.id];
    if (x !== undefined) nodes.push(node(role.id, x, TOP_ROW));
    else framed.set(frameOf(role), [...(framed.get(frameOf(role)) ?? []), role]);
  }
  const rows = Math.max(1, ...[...framed].map(([product, each]) => rowsOf(product, each)));
  const lastBottom = FIRST_ROW + (rows - 1) * ROW + CARD.height;
  const products: Frame[] = [];
  for (const [product, each] of framed) {
    const columns = productColumns[product] ?? [510];
    nodes.push(...placed(each, columns, lastBottom));
    const left = Math.min(...columns) - 35;
    const edge = Math.max(...columns) + CARD.width + 35;
    products.push({
      id: product,
      title: product,
      box: { x: left, y: FIRST_ROW - 45, width: edge - left, height: lastBottom - FIRST_ROW + 70 },
    });
  }
  if (options.database !== undefined)
    nodes.push(node("postgres", topRow["postgres"] ?? 0, TOP_ROW));
  if (options.door) {
    nodes.push({ id: "load-balancer", box: { x: 70, y: 160, width: 1030, height: 40 } });
    nodes.push({ id: "anywhere", box: { x: 430, y: 10, width: 400, height: 40 } });
  }
  if (options.clients) nodes.push({ id: "clients", box: { x: 70, y: 10, width: 300, height: 40 } });
  const privateBottom = lastBottom + 45;
  const vpc = { x: 15, y: 105, width: WIDTH - 40, height: privateBottom - 105 + 30 };
  const bucketTop = privateBottom + 85;
  return {
    width: WIDTH,
    height: bucketTop + 160,
    nodes,
    framed: new Map(
      [...framed].flatMap(([product, each]) => each.map(({ id }) => [id, product] as const)),
    ),
    products,
    publicSubnets: { x: 25, y: 125, width: WIDTH - 60, height: 95 },
    privateSubnets: { x: 25, y: 240, width: WIDTH - 60, height: privateBottom - 240 },
    privateLabel: { x: 1040, y: 240, width: 320, height: 20 },
    vpc,
    region: { x: 5, y: 80, width: WIDTH - 20, height: bucketTop + 75 },
    endpoint: { x: 35, y: privateBottom + 17, width: WIDTH - 80, height: 26 },
    bucket: { x: 35, y: bucketTop, width: WIDTH - 80, height: 70 },
    footer: { x: 35, y: bucketTop + 90, width: WIDTH - 80, height: 60 },
  };
}

const node = (id: string, x: number, y: number, height: number = CARD.height): Node => ({
  id,
  box: { x, y, width: CARD.width, height },
});

function rowsOf(product: string, roles: readonly RoleFacts[]): number {
  const columns = productColumns[product]?.length ?? 1;
  const known = roles.map(({ id }) => (cells[id]?.[1] ?? -1) + 1);
  const unknown = roles.filter(({ id }) => cells[id] === undefined).length;
  return roles.length === 1 ? 1 : Math.max(...known) + Math.ceil(unknown / columns);
}

function placed(
  roles: readonly RoleFacts[],
  columns: readonly number[],
  lastBottom: number,
): Node[] {
  const [only] = roles;
  if (roles.length === 1 && only !== undefined)
    return [node(only.id, columns[0] ?? 0, FIRST_ROW, lastBottom - FIRST_ROW)];
  let next = Math.max(...roles.map(({ id }) => (cells[id]?.[1] ?? -1) + 1)) * columns.length;
  return roles.map(({ id }) => {
    const [column, row] = cells[id] ?? [next % columns.length, Math.floor(next / columns.length)];
    if (cells[id] === undefined) next += 1;
    return node(id, columns[column] ?? columns[0] ?? 0, FIRST_ROW + row * ROW);
  });
}

/** What flows along a wire; decides its colour. */
export type Flow = "write" | "read" | "both";

export interface Call extends Bundle {
  readonly flow: Flow;
  readonly ports: readonly string[];
}

/** Wires that are not drawn: every server is scraped, and every ring gossips. The picture says so in words. */
const isDrawn = (why: string) => why !== "scrape metrics";

/**
 * Bundles of the picture: who calls whom on which ports, from the plan's security-group rules. Callers that reach a target
 * on a common port share a wire.
 */
export function callsOf(firewall: FirewallFacts, drawn: ReadonlySet<string>): Call[] {
  const pairs = new Map<string, { from: string; to: string; flow: Flow; ports: Set<string> }>();
  for (const rule of firewall.ingress) {
    const outside = rule.to === "alloy-gateway" ? "clients" : "anywhere";
    const from = firewall.groups.includes(rule.from) ? rule.from : outside;
    if (from === rule.to || !drawn.has(from) || !drawn.has(rule.to) || !isDrawn(rule.why)) continue;
    const key = `${from} ${rule.to}`;
    const pair = pairs.get(key) ?? {
      from,
      to: rule.to,
      flow: flowOf(from, rule.to),
      ports: new Set<string>(),
    };
    pair.ports.add(rule.ports);
    pairs.set(key, pair);
  }
  const calls: { from: string[]; to: string; flow: Flow; ports: Set<string> }[] = [];
  for (const { from, to, flow, ports } of pairs.values()) {
    const shared = calls.find(
      (call) =>
        call.to === to && call.flow === flow && [...ports].some((port) => call.ports.has(port)),
    );
    if (shared === undefined) calls.push({ from: [from], to, flow, ports: new Set(ports) });
    else {
      shared.from.push(from);
      for (const port of ports) shared.ports.add(port);
    }
  }
  return calls.map((call) => ({
    ...call,
    id: `${call.to} ${call.flow} ${[...call.ports].join(" ")}`,
    ports: [...call.ports].sort((a, b) => Number(a) - Number(b)),
  }));
}

const readers = /^(grafana|.*-querier|.*-query-frontend)$/;

function flowOf(from: string, to: string): Flow {
  if (readers.test(from)) return "read";
  if (from === "anywhere") return "both";
  return from === "load-balancer" && readers.test(to) ? "read" : "write";
}

/** Centre of a product's frame, where its way into the bucket begins. */
export const middleOf = (box: Box) => ({ x: (box.x + right(box)) / 2, y: bottom(box) });
