/** The settings of a load that the page can turn. */

import type { ExpectedLoad } from "../../configs/stack/expectedLoad";

export interface Slider {
  readonly key: keyof ExpectedLoad;
  readonly label: string;
  readonly unit: string;
  /** Ends of the scale; 0 is always the very left. */
  readonly least: number;
  readonly most: number;
  /** Whole numbers only. */
  readonly whole: boolean;
}

/** Steps of a slider. The scale between them is logarithmic: loads differ by powers of ten. */
export const STEPS = 200;

export const sliders: readonly Slider[] = [
  {
    key: "activeSeries",
    label: "Metrics",
    unit: "active series",
    least: 1_000,
    most: 20_000_000,
    whole: true,
  },
  { key: "logsGbPerDay", label: "Logs", unit: "GB a day", least: 0.1, most: 5_000, whole: false },
  {
    key: "spansPerSecond",
    label: "Traces",
    unit: "spans a second",
    least: 1,
    most: 200_000,
    whole: false,
  },
  {
    key: "profilesGbPerDay",
    label: "Profiles",
    unit: "GB a day",
    least: 0.01,
    most: 500,
    whole: false,
  },
  {
    key: "openDashboards",
    label: "Dashboards open",
    unit: "around the clock",
    least: 0.05,
    most: 500,
    whole: false,
  },
  {
    key: "publicIngestShare",
    label: "Sent through the front door",
    unit: "of all",
    least: 0.01,
    most: 1,
    whole: false,
  },
];

/** Position of a value, 0 to {@link STEPS}. */
export function positionOf({ least, most }: Slider, value: number): number {
  if (value <= 0) return 0;
  const share = Math.log(value / least) / Math.log(most / least);
  return Math.round(Math.min(1, Math.max(0, share)) * (STEPS - 1)) + 1;
}

/** Value of a position, in two digits. */
export function valueAt({ least, most, whole }: Slider, position: number): number {
  if (position <= 0) return 0;
  const value = least * (most / least) ** ((position - 1) / (STEPS - 1));
  const rounded = Number(value.toPrecision(2));
  return whole ? Math.round(rounded) : rounded;
}

/** A value as it is read: `5,000 active series`. */
export const inWords = ({ unit }: Slider, value: number): string =>
  `${unit === "of all" ? `${Number((value * 100).toPrecision(3))} %` : value.toLocaleString("en-US")} ${unit}`;
