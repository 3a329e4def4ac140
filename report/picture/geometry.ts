/** Lengths are pixels of the drawing; boxes and wires lie on a grid of {@link GRID}. */

/** Distance of two parallel wires. */
export const GRID = 10;

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Something in the drawing that wires start or end at. */
export interface Node {
  readonly id: string;
  readonly box: Box;
}

/** Wires to the same target on the same ports are drawn as one tree with one arrow head. */
export interface Bundle {
  readonly id: string;
  readonly from: readonly string[];
  readonly to: string;
}

/** One drawn wire, from its start at the caller's edge to the arrow head at the callee's. */
export interface Wire {
  readonly bundle: string;
  readonly from: string;
  readonly to: string;
  readonly points: readonly Point[];
  /** Where it joins a wire of the same bundle. */
  readonly joins?: Point;
}

export const right = (box: Box) => box.x + box.width;
export const bottom = (box: Box) => box.y + box.height;
