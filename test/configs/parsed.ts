/** The value at a dotted path of a parsed file; undefined where a step is missing. */
export function at(file: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>(
      (value, step) =>
        typeof value === "object" && value !== null
          ? (value as Record<string, unknown>)[step]
          : undefined,
      file,
    );
}

/** Seconds of a duration such as `90s`, `5m` or `8760h`. @throws Error where it is none. */
export function seconds(value: unknown): number {
  const match = /^(\d+)(s|m|h)$/.exec(String(value));
  if (match === null) throw new Error(`not a duration: ${JSON.stringify(value)}`);
  return Number(match[1]) * { s: 1, m: 60, h: 3600 }[match[2] as "s" | "m" | "h"];
}
