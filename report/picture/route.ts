import { bottom, type Bundle, GRID, type Node, type Point, right, type Wire } from "./geometry";
import { Queue } from "./queue";

/** Unit steps on the grid; the index is the direction. */
const steps = [
  { x: 0, y: -1 },
  { x: 1, y: 0 },
  { x: 0, y: 1 },
  { x: -1, y: 0 },
] as const;

/** What makes a person choose one way over another, in grid steps. */
const BEND = 5;
const CROSSING = 8;
const BESIDE_A_BOX = 2;
/** The last steps before an arrow head go straight, so that the head and its label have room. */
const APPROACH = 2;
/** Distance between two wires' ends on one side of a box. */
const END_DISTANCE = 4;
const START_DISTANCE = 2;

interface Cell {
  /** Bundle that runs through it from side to side; two bundles never share an axis. */
  horizontal?: string;
  /** The same, up and down. */
  vertical?: string;
  blocked: boolean;
  besideBox: boolean;
}

interface End {
  readonly border: Point;
  /** First cell outside the box. */
  readonly outside: Point;
  readonly direction: number;
}

/** What was drawn, and what found no way between the boxes. */
export interface Routed {
  readonly wires: readonly Wire[];
  readonly unrouted: readonly { readonly from: string; readonly to: string }[];
}

/**
 * Draws wires with right angles around boxes, one bundle after the other, each the cheapest way that is left: short, few
 * bends, few crossings, never on top of another bundle. A bundle's later wires join its first.
 */
export function route(
  nodes: readonly Node[],
  bundles: readonly Bundle[],
  size: { readonly width: number; readonly height: number },
): Routed {
  const board = new Board(nodes, size.width / GRID, size.height / GRID);
  const drawn = bundles.map((bundle) => board.draw(bundle));
  return {
    wires: drawn.flatMap(({ wires }) => wires),
    unrouted: drawn.flatMap(({ unrouted }) => unrouted),
  };
}

class Board {
  private readonly cells: Cell[];
  private readonly nodes: ReadonlyMap<string, Node>;
  private readonly ends: { readonly point: Point; readonly bundle: string }[] = [];

  constructor(
    nodes: readonly Node[],
    private readonly columns: number,
    private readonly rows: number,
  ) {
    this.nodes = new Map(nodes.map((node) => [node.id, node]));
    this.cells = Array.from({ length: columns * rows }, () => ({
      blocked: false,
      besideBox: false,
    }));
    for (const { box } of nodes) {
      for (let y = box.y / GRID - 1; y <= bottom(box) / GRID + 1; y++) {
        for (let x = box.x / GRID - 1; x <= right(box) / GRID + 1; x++) {
          const cell = this.at({ x, y });
          if (cell === undefined) continue;
          const inside =
            x >= box.x / GRID &&
            x <= right(box) / GRID &&
            y >= box.y / GRID &&
            y <= bottom(box) / GRID;
          if (inside) cell.blocked = true;
          else cell.besideBox = true;
        }
      }
    }
  }

  draw(bundle: Bundle): Routed {
    const wires: Wire[] = [];
    const unrouted: { from: string; to: string }[] = [];
    for (const from of bundle.from) {
      const wire = this.search(bundle, from, wires);
      if (wire === undefined) {
        unrouted.push({ from, to: bundle.to });
      } else {
        wires.push(wire);
        this.occupy(wire);
      }
    }
    return { wires, unrouted };
  }

  private at({ x, y }: Point): Cell | undefined {
    return x < 0 || y < 0 || x >= this.columns || y >= this.rows
      ? undefined
      : this.cells[y * this.columns + x];
  }

  private search(bundle: Bundle, from: string, earlier: readonly Wire[]): Wire | undefined {
    const starts = this.endsOf(from, bundle.id, START_DISTANCE);
    const goals = new Map(
      this.endsOf(bundle.to, bundle.id, END_DISTANCE).flatMap((end) => {
        const step = steps[end.direction] ?? steps[0];
        const cell = {
          x: end.outside.x + step.x * (APPROACH - 1),
          y: end.outside.y + step.y * (APPROACH - 1),
        };
        return this.isFree(end.outside, bundle.id) ? [[this.key(cell), end] as const] : [];
      }),
    );
    const queue = new Queue<State>();
    const best = new Map<number, number>();
    const push = (state: State) => {
      const key = this.key(state.cell) * 4 + state.direction;
      if ((best.get(key) ?? Infinity) <= state.cost) return;
      best.set(key, state.cost);
      queue.push(state, state.cost);
    };
    for (const start of starts) {
      if (this.isFree(start.outside, bundle.id))
        push({ cell: start.outside, direction: start.direction, cost: 1, start });
    }
    for (let state = queue.pop(); state !== undefined; state = queue.pop()) {
      const here = this.at(state.cell);
      if (here?.horizontal === bundle.id || here?.vertical === bundle.id)
        return this.joined(bundle, from, state, earlier);
      const goal = earlier.length === 0 ? goals.get(this.key(state.cell)) : undefined;
      // The direction of an end points away from its box.
      if (goal !== undefined && state.direction === (goal.direction + 2) % 4) {
        const points = [...trace(state), goal.border];
        this.ends.push(
          { point: goal.border, bundle: bundle.id },
          { point: points[0] ?? goal.border, bundle: bundle.id },
        );
        return { bundle: bundle.id, from, to: bundle.to, points: corners(points).map(scaled) };
      }
      this.expand(state, bundle.id, push);
    }
    return undefined;
  }

  private expand(state: State, bundle: string, push: (state: State) => void): void {
    const here = this.at(state.cell);
    for (const [direction, step] of steps.entries()) {
      if (direction === (state.direction + 2) % 4) continue;
      const turns = direction !== state.direction;
      // Across another wire only straight on: a bend on top of it would look like a junction.
      if (turns && here !== undefined && others(here, bundle)) continue;
      const cell = { x: state.cell.x + step.x, y: state.cell.y + step.y };
      const next = this.at(cell);
      if (next === undefined || next.blocked) continue;
      const along = direction % 2 === 0 ? next.vertical : next.horizontal;
      if (along !== undefined && along !== bundle) continue;
      const cost =
        state.cost +
        1 +
        (turns ? BEND : 0) +
        (others(next, bundle) ? CROSSING : 0) +
        (next.besideBox ? BESIDE_A_BOX : 0);
      push({ cell, direction, cost, before: state });
    }
  }

  /** A wire that ends on an earlier one of its bundle, and from there goes the earlier one's way. */
  private joined(bundle: Bundle, from: string, state: State, earlier: readonly Wire[]): Wire {
    const head = trace(state);
    const meets = scaled(state.cell);
    const [start] = head;
    if (start !== undefined) this.ends.push({ point: start, bundle: bundle.id });
    for (const wire of earlier) {
      const tail = tailFrom(wire.points, meets);
      if (tail === undefined) continue;
      return {
        bundle: bundle.id,
        from,
        to: bundle.to,
        points: corners([...head.map(scaled), ...tail]),
        joins: meets,
      };
    }
    throw new Error(`picture: ${from} meets no wire of ${bundle.id}`);
  }

  private occupy(wire: Wire): void {
    for (let index = 1; index < wire.points.length; index++) {
      const [a, b] = [wire.points[index - 1], wire.points[index]];
      if (a === undefined || b === undefined) continue;
      const horizontal = a.y === b.y;
      const length = Math.max(Math.abs(a.x - b.x), Math.abs(a.y - b.y)) / GRID;
      for (let at = 0; at <= length; at++) {
        const cell = this.at({
          x: a.x / GRID + Math.sign(b.x - a.x) * at,
          y: a.y / GRID + Math.sign(b.y - a.y) * at,
        });
        if (cell === undefined) continue;
        if (horizontal) cell.horizontal = wire.bundle;
        else cell.vertical = wire.bundle;
      }
    }
  }

  private isFree(point: Point, bundle: string): boolean {
    const cell = this.at(point);
    return cell !== undefined && !cell.blocked && !others(cell, bundle);
  }

  /** Places on a box's border where a wire may end, away from its corners and from other wires' ends. */
  private endsOf(id: string, bundle: string, distance: number): End[] {
    const node = this.nodes.get(id);
    if (node === undefined) throw new Error(`picture: no box ${id}`);
    const [left, top] = [node.box.x / GRID, node.box.y / GRID];
    const [width, height] = [node.box.width / GRID, node.box.height / GRID];
    const ends: End[] = [];
    const add = (x: number, y: number, direction: number) => {
      const step = steps[direction] ?? steps[0];
      const taken = this.ends.some(
        (end) =>
          end.bundle !== bundle && Math.abs(end.point.x - x) + Math.abs(end.point.y - y) < distance,
      );
      if (!taken)
        ends.push({ border: { x, y }, outside: { x: x + step.x, y: y + step.y }, direction });
    };
    for (let x = 2; x <= width - 2; x++) {
      add(left + x, top, 0);
      add(left + x, top + height, 2);
    }
    for (let y = 2; y <= height - 2; y++) {
      add(left, top + y, 3);
      add(left + width, top + y, 1);
    }
    return ends;
  }

  private readonly key = ({ x, y }: Point) => y * this.columns + x;
}

interface State {
  readonly cell: Point;
  readonly direction: number;
  readonly cost: number;
  readonly before?: State;
  readonly start?: End;
}

/** Another bundle runs through the cell. */
const others = ({ horizontal, vertical }: Cell, bundle: string) =>
  (horizontal !== undefined && horizontal !== bundle) ||
  (vertical !== undefined && vertical !== bundle);
const scaled = ({ x, y }: Point): Point => ({ x: x * GRID, y: y * GRID });

function trace(state: State): Point[] {
  const points: Point[] = [];
  for (let at: State | undefined = state; at !== undefined; at = at.before) {
    points.unshift(at.cell);
    if (at.start !== undefined) points.unshift(at.start.border);
  }
  return points;
}

/** The points where a line turns, with its ends. */
export function corners(points: readonly Point[]): Point[] {
  return points.filter((point, index) => {
    const [before, after] = [points[index - 1], points[index + 1]];
    if (before === undefined || after === undefined) return true;
    const straight =
      (before.x === point.x && point.x === after.x) ||
      (before.y === point.y && point.y === after.y);
    return !straight;
  });
}

/** What follows of a line from a point on it; undefined where the point is not on it. */
function tailFrom(points: readonly Point[], from: Point): Point[] | undefined {
  for (let index = 1; index < points.length; index++) {
    const [a, b] = [points[index - 1], points[index]];
    if (a === undefined || b === undefined) continue;
    const between = (low: number, value: number, high: number) =>
      value >= Math.min(low, high) && value <= Math.max(low, high);
    if (between(a.x, from.x, b.x) && between(a.y, from.y, b.y)) return points.slice(index);
  }
  return undefined;
}
