/**
 * What EventBridge's patterns mean, for the operators that the stack uses: a list holds the wanted values, `$or` needs
 * one of its alternatives, a list in the event is searched for one match.
 * Source: Amazon EventBridge user guide, "Event patterns" and "Comparison operators".
 */
export function matches(pattern: unknown, event: unknown): boolean {
  if (Array.isArray(pattern)) {
    const values = Array.isArray(event) ? event : [event];
    return values.some((value) => pattern.some((wanted) => meets(wanted, value)));
  }
  if (Array.isArray(event)) return event.some((each) => matches(pattern, each));
  return Object.entries(pattern as Record<string, unknown>).every(([key, wanted]) =>
    key === "$or"
      ? (wanted as unknown[]).some((each) => matches(each, event))
      : matches(wanted, (event as Record<string, unknown> | undefined)?.[key]),
  );
}

function meets(wanted: unknown, value: unknown): boolean {
  if (typeof wanted !== "object" || wanted === null) return wanted === value;
  const [[operator, operand] = []] = Object.entries(wanted);
  // A field that is not there matches nothing but `exists: false`.
  if (operator === "anything-but")
    return value !== undefined && !(operand as unknown[]).includes(value);
  if (operator === "prefix") return typeof value === "string" && value.startsWith(String(operand));
  throw new Error(`nobody described the operator ${String(operator)}`);
}
