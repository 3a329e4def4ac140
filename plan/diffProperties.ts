/** One value that differs between two plans. */
export interface PropertyChange {
  /** Where: `containerDefinitions[mimir].environment[GOMEMLIMIT].value`. */
  readonly path: string;
  /** Absent where the property is new. */
  readonly before?: unknown;
  /** Absent where the property is gone. */
  readonly after?: unknown;
}

/**
 * Every leaf that differs. JSON inside text is compared as JSON; list elements that have a name, id or sid are matched by
 * it, so that an element put in front of the others is one change and not many.
 */
export function propertyChanges(before: unknown, after: unknown, path = ""): PropertyChange[] {
  if (same(before, after)) return [];
  const [old, now] = [opened(before), opened(after)];
  if (isRecord(old) && isRecord(now)) {
    const keys = [...new Set([...Object.keys(old), ...Object.keys(now)])].sort();
    return keys.flatMap((key) =>
      propertyChanges(old[key], now[key], path === "" ? key : `${path}.${key}`),
    );
  }
  if (Array.isArray(old) && Array.isArray(now)) return listChanges(old, now, path);
  // JSON text that is written differently and says the same is no change for anybody who reads it.
  if (same(old, now)) return [];
  return [
    {
      path,
      ...(old === undefined ? {} : { before: old }),
      ...(now === undefined ? {} : { after: now }),
    },
  ];
}

function listChanges(
  before: readonly unknown[],
  after: readonly unknown[],
  path: string,
): PropertyChange[] {
  const key = ["name", "id", "sid", "Sid"].find(
    (each) => identifies(before, each) && identifies(after, each),
  );
  if (key !== undefined) {
    const byKey = (list: readonly unknown[]) =>
      new Map(list.map((each) => [String((each as Record<string, unknown>)[key]), each]));
    const [old, now] = [byKey(before), byKey(after)];
    const changes = [...new Set([...old.keys(), ...now.keys()])].flatMap((id) =>
      propertyChanges(old.get(id), now.get(id), `${path}[${id}]`),
    );
    return changes.length > 0
      ? changes
      : [{ path, before: [...old.keys()], after: [...now.keys()] }];
  }
  if (
    [...before, ...after].every((each) => !isRecord(opened(each))) &&
    before.length !== after.length
  ) {
    return [{ path, before, after }];
  }
  const longest = Math.max(before.length, after.length);
  return Array.from({ length: longest }, (_, index) =>
    propertyChanges(before[index], after[index], `${path}[${index}]`),
  ).flat();
}

const identifies = (list: readonly unknown[], key: string): boolean =>
  list.every((each) => isRecord(each) && typeof each[key] === "string") &&
  new Set(list.map((each) => (each as Record<string, unknown>)[key])).size === list.length;

/** Objects and lists that AWS takes as JSON text, laid open. */
function opened(value: unknown): unknown {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Equal by value, whatever the order of keys. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((each, index) => same(each, b[index]));
  if (!isRecord(a) || !isRecord(b)) return false;
  const keys = Object.keys(a).filter((key) => a[key] !== undefined);
  const others = Object.keys(b).filter((key) => b[key] !== undefined);
  return keys.length === others.length && keys.every((key) => same(a[key], b[key]));
}

/** A line of a text that went (`-`) or came (`+`). */
export interface LineChange {
  readonly sign: "-" | "+";
  readonly line: string;
}

/** Lines that differ between two texts, in the order of the text (longest common subsequence). */
export function lineChanges(before: string, after: string): LineChange[] {
  let [old, now] = [before.split("\n"), after.split("\n")];
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start++;
  [old, now] = [old.slice(start), now.slice(start)];
  while (old.length > 0 && now.length > 0 && old.at(-1) === now.at(-1)) {
    old = old.slice(0, -1);
    now = now.slice(0, -1);
  }
  const lengths = Array.from({ length: old.length + 1 }, () => new Uint16Array(now.length + 1));
  const at = (i: number, j: number) => lengths[i]?.[j] ?? 0;
  for (let i = old.length - 1; i >= 0; i--)
    for (let j = now.length - 1; j >= 0; j--)
      lengths[i]![j] =
        old[i] === now[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const changes: LineChange[] = [];
  for (let i = 0, j = 0; i < old.length || j < now.length;) {
    if (i < old.length && j < now.length && old[i] === now[j]) {
      i++;
      j++;
    } else if (j >= now.length || (i < old.length && at(i + 1, j) >= at(i, j + 1))) {
      changes.push({ sign: "-", line: old[i++] ?? "" });
    } else {
      changes.push({ sign: "+", line: now[j++] ?? "" });
    }
  }
  return changes;
}
