import { alerts } from "./alerts/all";
import type { Needs, Subject } from "./alerts/alert";
import { ruleOf, type Rule } from "./alerts/rules";
import { dashboards } from "./all";

/** Folder of what is generated, below the repository's root. */
export const GENERATED = "dashboards/generated";
/** Every alert rule, as the program reads them. */
export const ALERT_RULES_FILE = "alertRules.json";

/** An alert rule with what decides whether a stack gets it, and the panel that shows it. */
export interface GeneratedRule {
  readonly subject: Subject;
  readonly needs?: readonly Needs[];
  /** Section of docs/operations.md. */
  readonly runbook: string;
  readonly dashboardUid?: string;
  readonly panelId?: number;
  readonly rule: Rule;
}

interface BuiltDashboard {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly panels: readonly { id: number; title: string; type: string }[];
}

/**
 * A dashboard as JSON, with a number for every panel: without one, Grafana gives numbers that alerts can't name.
 *
 * @throws Error where the name is unknown.
 */
export function builtDashboard(name: string): BuiltDashboard {
  const make = dashboards[name];
  if (make === undefined) throw new Error(`no dashboard ${name}`);
  const board = JSON.parse(JSON.stringify(make().build())) as BuiltDashboard;
  return { ...board, panels: board.panels.map((panel, index) => ({ ...panel, id: index + 1 })) };
}

/** Every file that follows from the dashboards and alerts, by path. */
export function dashboardFiles(): { path: string; content: string }[] {
  const boards = Object.keys(dashboards).map((name) => ({ name, board: builtDashboard(name) }));
  const rules = alerts.map((alert): GeneratedRule => {
    const [uid, title] = alert.panel ?? [];
    const panel = boards
      .find(({ board }) => board.uid === uid)
      ?.board.panels.find((one) => one.title === title);
    if (alert.panel !== undefined && panel === undefined) {
      throw new Error(`alert ${alert.id} names a panel that is not there: ${uid}, ${title}`);
    }
    return {
      subject: alert.subject,
      ...(alert.needs === undefined ? {} : { needs: alert.needs }),
      runbook: alert.id,
      ...(panel === undefined ? {} : { dashboardUid: uid, panelId: panel.id }),
      rule: ruleOf(alert),
    };
  });
  return [
    ...boards.map(({ name, board }) => ({
      path: `${GENERATED}/${name}.json`,
      content: json(board),
    })),
    { path: `${GENERATED}/${ALERT_RULES_FILE}`, content: json(rules) },
  ];
}

const json = (value: unknown) => `${JSON.stringify(value, null, 1)}\n`;
