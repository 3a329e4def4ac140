import { rules } from "./index";
import { acknowledgementRule, settingsRule } from "./rules/settings";
import { isAcknowledgement, Session, SETTINGS } from "./session";
import { isRecord } from "./value";

const LEVELS = ["advisory", "mandatory", "disabled"];

/**
 * What is wrong with the settings of the pack: the same that the engine refuses, and acknowledgements that could never
 * match. Empty where nothing is.
 */
export function checkConfig(config: Readonly<Record<string, unknown>>): string[] {
  const known = new Map(
    [settingsRule, ...rules, acknowledgementRule(new Session())].map((rule) => [rule.id, rule]),
  );
  const mistakes: string[] = [];
  for (const [id, settings] of Object.entries(config)) {
    const rule = known.get(id);
    if (rule === undefined && id !== "all") {
      mistakes.push(`${id}: there is no such rule`);
      continue;
    }
    const level = isRecord(settings) ? settings["enforcementLevel"] : settings;
    if (level !== undefined && !LEVELS.some((allowed) => allowed === level)) {
      mistakes.push(
        `${id}: enforcementLevel is ${JSON.stringify(level)}; allowed are ${LEVELS.join(", ")}`,
      );
    }
    if (!isRecord(settings)) continue;
    for (const key of Object.keys(settings)) {
      if (key === "enforcementLevel" || rule?.configSchema?.[key] !== undefined) continue;
      mistakes.push(`${id}.${key}: the rule has no such setting`);
    }
  }
  return [...mistakes, ...checkShared(config[SETTINGS], new Set(known.keys()))];
}

function checkShared(settings: unknown, ids: ReadonlySet<string>): string[] {
  if (!isRecord(settings)) return [];
  const mistakes: string[] = [];
  const environment = settings["environment"] ?? "prod";
  if (environment !== "dev" && environment !== "prod") {
    mistakes.push(
      `${SETTINGS}.environment is ${JSON.stringify(environment)}; allowed are dev and prod`,
    );
  }
  const given: unknown = settings["acknowledgements"] ?? [];
  if (!Array.isArray(given)) return [...mistakes, `${SETTINGS}.acknowledgements is no list`];
  given.forEach((entry: unknown, index) => {
    const path = `${SETTINGS}.acknowledgements[${index}]`;
    if (!isAcknowledgement(entry)) {
      mistakes.push(
        `${path} needs rule, resource, finding, reason and expires (YYYY-MM-DD), each a text`,
      );
    } else if (!ids.has(entry.rule)) {
      mistakes.push(`${path}.rule: there is no rule ${entry.rule}`);
    }
  });
  return mistakes;
}
