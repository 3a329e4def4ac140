/** Metric → the labels its series carry here, sorted; a vector without children has none. */
export type ExposedMetrics = Readonly<Record<string, readonly string[]>>;

const suffixes: Readonly<Record<string, readonly string[]>> = {
  histogram: ["_bucket", "_sum", "_count"],
  summary: ["", "_sum", "_count"],
};

/** Reads Prometheus' text format: names of series and their labels, and of families that have no series yet. */
export function parseExposition(text: string): ExposedMetrics {
  const labels = new Map<string, Set<string>>();
  const add = (name: string): Set<string> => {
    const known = labels.get(name) ?? new Set<string>();
    labels.set(name, known);
    return known;
  };
  for (const line of text.split("\n")) {
    const type = /^# TYPE (\S+) (\S+)/.exec(line);
    if (type !== null) {
      for (const suffix of suffixes[type[2]!] ?? [""]) add(`${type[1]}${suffix}`);
      continue;
    }
    const sample = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? /.exec(line);
    if (sample === null) continue;
    const of = add(sample[1]!);
    for (const [, label] of (sample[2] ?? "").matchAll(/([a-zA-Z_]\w*)="(?:[^"\\]|\\.)*"/g)) {
      of.add(label!);
    }
  }
  return Object.fromEntries(
    [...labels]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, found]) => [name, [...found].sort()]),
  );
}
