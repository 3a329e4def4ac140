import { html, type Html } from "../html";
import type { Box, Point } from "./geometry";

export const rect = (box: Box, name: string, radius: number): Html =>
  html`<rect
    class="${name}"
    x="${box.x}"
    y="${box.y}"
    width="${box.width}"
    height="${box.height}"
    rx="${radius}"
  />`;

export const text = (x: number, y: number, name: string, content: string, anchor = "start"): Html =>
  html`<text class="${name}" x="${x}" y="${y}" text-anchor="${anchor}">${content}</text>`;

export const pathOf = (points: readonly Point[]): string =>
  points.map(({ x, y }, index) => `${index === 0 ? "M" : "L"}${x} ${y}`).join(" ");

/** Letter of a zone: `ap-northeast-2a` → `a`. */
export const letter = (zone: string): string => zone.slice(-1);

/** A label cut to a number of characters. */
export const shortened = (label: string, most: number): string =>
  label.length <= most ? label : `${label.slice(0, most - 1)}…`;
