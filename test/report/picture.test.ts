import assert from "node:assert/strict";
import { reportFacts } from "../../report/facts/reportFacts";
import { bottom, type Node, right, type Wire } from "../../report/picture/geometry";
import { callsOf, place, type Placement } from "../../report/picture/place";
import { route, type Routed } from "../../report/picture/route";
import { devPlan, planWith, prodPlan } from "../fixtures/plans";
import { prodConfig } from "../fixtures/config";
import type { PlannedStack } from "../../plan/makePlan";

function drawn(stack: PlannedStack) {
  const facts = reportFacts(stack);
  const at = place(facts.roles, {
    ...(facts.database === undefined ? {} : { database: facts.database }),
    clients: facts.firewall.ingress.some(
      ({ from, to }) => to === "alloy-gateway" && !facts.firewall.groups.includes(from),
    ),
    door: facts.frontDoor !== undefined,
  });
  const calls = callsOf(facts.firewall, new Set(at.nodes.map(({ id }) => id)));
  return { facts, at, calls, ...route(at.nodes, calls, at) };
}

/** The cells of the grid that a wire covers between its ends. */
function cellsOf(wire: Wire): { readonly key: string; readonly horizontal: boolean }[] {
  return wire.points.slice(1).flatMap((end, index) => {
    const start = wire.points[index] ?? end;
    const steps = Math.max(Math.abs(end.x - start.x), Math.abs(end.y - start.y)) / 10;
    return Array.from({ length: Math.max(0, steps - 1) }, (_, at) => ({
      key: `${start.x + Math.sign(end.x - start.x) * (at + 1) * 10} ${start.y + Math.sign(end.y - start.y) * (at + 1) * 10}`,
      horizontal: start.y === end.y,
    }));
  });
}

const inside = (node: Node, key: string) => {
  const [x = 0, y = 0] = key.split(" ").map(Number);
  return x > node.box.x && x < right(node.box) && y > node.box.y && y < bottom(node.box);
};

const overlap = (a: Node, b: Node) =>
  a.box.x < right(b.box) &&
  b.box.x < right(a.box) &&
  a.box.y < bottom(b.box) &&
  b.box.y < bottom(a.box);

function holds({ at, wires, unrouted }: Routed & { readonly at: Placement }) {
  assert.deepEqual(unrouted, []);
  for (const [index, node] of at.nodes.entries())
    for (const other of at.nodes.slice(index + 1))
      assert.ok(!overlap(node, other), `${node.id} lies on ${other.id}`);
  const used = new Map<string, string>();
  for (const wire of wires) {
    for (const { key, horizontal } of cellsOf(wire)) {
      for (const node of at.nodes)
        assert.ok(!inside(node, key), `${wire.from} → ${wire.to} runs through ${node.id}`);
      const lane = `${key} ${horizontal}`;
      assert.ok(
        (used.get(lane) ?? wire.bundle) === wire.bundle,
        `${wire.bundle} lies on ${used.get(lane) ?? ""}`,
      );
      used.set(lane, wire.bundle);
    }
  }
}

// Not proven here: that it is beautiful. Look at it.
describe("picture of the report", function () {
  this.timeout(60_000);

  it("prod and dev: a wire for every call, around every box, never on another's way", async () => {
    for (const stack of [await prodPlan(), await devPlan()]) {
      const picture = drawn(stack);
      holds(picture);
      const pairs = new Set(picture.wires.map(({ from, to }) => `${from} ${to}`));
      const groups = new Set(picture.facts.roles.map(({ id }): string => id));
      for (const { from, to, why } of picture.facts.firewall.ingress) {
        if (!groups.has(from) || !groups.has(to) || from === to || why === "scrape metrics")
          continue;
        assert.ok(pairs.has(`${from} ${to}`), `no wire from ${from} to ${to}`);
      }
      for (const wire of picture.wires) {
        const box = (id: string) => picture.at.nodes.find((node) => node.id === id)?.box;
        const onBorder = (
          id: string,
          point: { readonly x: number; readonly y: number } | undefined,
        ) => {
          const b = box(id);
          return (
            b !== undefined &&
            point !== undefined &&
            (point.x === b.x || point.x === right(b) || point.y === b.y || point.y === bottom(b))
          );
        };
        assert.ok(onBorder(wire.from, wire.points[0]) && onBorder(wire.to, wire.points.at(-1)));
      }
    }
  });

  it("clients, many replicas, no load balancer's guard: still a way for everything", async () => {
    const config = prodConfig();
    const stack = await planWith(config, {
      mimir: { replicas: 12 },
      collection: {
        clients: { securityGroupIds: ["sg-0123456789abcdef0"], cidrs: ["10.0.0.0/8"] },
      },
    });
    const picture = drawn(stack);
    holds(picture);
    assert.ok(picture.wires.some(({ from, to }) => from === "clients" && to === "alloy-gateway"));
  });

  it("the same plan gives the same picture", async () => {
    const stack = await devPlan();
    assert.deepEqual(drawn(stack).wires, drawn(stack).wires);
  });

  it("says so where boxes leave no way", () => {
    const box = (x: number, y: number, width: number, height: number) => ({ x, y, width, height });
    const { wires, unrouted } = route(
      [
        { id: "a", box: box(20, 20, 60, 60) },
        { id: "wall", box: box(100, 0, 20, 200) },
        { id: "b", box: box(140, 20, 50, 60) },
      ],
      [{ id: "a b", from: ["a"], to: "b" }],
      { width: 200, height: 200 },
    );
    assert.deepEqual(wires, []);
    assert.deepEqual(unrouted, [{ from: "a", to: "b" }]);
  });
});
