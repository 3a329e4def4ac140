import alertRules from "../../dashboards/generated/alertRules.json";
import alloy from "../../dashboards/generated/alloy.json";
import application from "../../dashboards/generated/application.json";
import aws from "../../dashboards/generated/aws.json";
import grafana from "../../dashboards/generated/grafana.json";
import loki from "../../dashboards/generated/loki.json";
import mimir from "../../dashboards/generated/mimir.json";
import overview from "../../dashboards/generated/overview.json";
import pyroscope from "../../dashboards/generated/pyroscope.json";
import tempo from "../../dashboards/generated/tempo.json";
import type { GeneratedRule } from "../../dashboards/files";
import type { RenderedFile } from "../../stacks/types";
import { isWatched } from "../../stacks/watchTopics";
import type { StackConfig } from "../stack/schema";
import type { Tree, TreeValue } from "../yaml";
import { hasContactPoint } from "./contactPoints";
import { type Dashboard, provisioningPath } from "./provisioning";

/** Grafana's folders: dashboards and alert rules must not share one, because each would make it. */
export const DASHBOARD_FOLDER = "LGTM";
export const ALERT_FOLDER = "LGTM alerts";
/** How often every rule is evaluated. */
export const EVALUATION_INTERVAL = "1m";

/**
 * The dashboards as `npm run generate` has made them of `dashboards/`: the SDK that they are written with is not needed
 * for a deployment.
 */
export const generatedDashboards: readonly Dashboard[] = Object.entries({
  alloy,
  application,
  aws,
  grafana,
  loki,
  mimir,
  overview,
  pyroscope,
  tempo,
}).map(([name, board]) => ({
  path: `${DASHBOARD_FOLDER}/${name}.json`,
  json: `${JSON.stringify(board, null, 1)}\n`,
}));

/** Every alert rule, whatever stack it is for. */
export const generatedRules = alertRules as unknown as readonly GeneratedRule[];

/** Whether a stack has what an alert is about. */
const has: Readonly<
  Record<NonNullable<GeneratedRule["needs"]>[number], (config: StackConfig) => boolean>
> = {
  mimirRules: ({ mimir }) => mimir.rules,
  postgres: (config) => config.grafana.database.type === "postgres" && collects(config, "rds"),
  containerInsights: (config) =>
    config.containerInsights !== "disabled" && collects(config, "containerInsights"),
  loadBalancerMetrics: (config) => collects(config, "alb"),
  contactPoint: hasContactPoint,
  watch: isWatched,
  noWatch: (config) => !isWatched(config),
};

const collects = (
  { collection }: StackConfig,
  service: StackConfig["collection"]["cloudwatchMetrics"][number],
) => collection.cloudwatchMetrics.includes(service);

/** The rules of a stack. */
export const rulesOf = (config: StackConfig): readonly GeneratedRule[] =>
  generatedRules.filter(({ needs }) => (needs ?? []).every((need) => has[need](config)));

/**
 * The alert rules as a provisioning file, one group for each subject. What a deployment leaves out disappears from
 * Grafana, because it deletes the file's rules that are no longer in it.
 */
export function alertRulesFile(config: StackConfig): RenderedFile {
  const groups = new Map<string, Tree[]>();
  for (const { subject, runbook, dashboardUid, panelId, rule } of rulesOf(config)) {
    groups.set(subject, [
      ...(groups.get(subject) ?? []),
      {
        uid: rule.uid!,
        title: rule.title,
        condition: rule.condition,
        for: rule.for,
        noDataState: rule.noDataState,
        execErrState: rule.execErrState,
        ...(dashboardUid === undefined ? {} : { dashboardUid, panelId: panelId! }),
        labels: rule.labels!,
        annotations: {
          ...rule.annotations,
          runbook_url: `${config.watch.runbookUrl}#${runbook}`,
        },
        data: rule.data as unknown as TreeValue,
      },
    ]);
  }
  const file = {
    apiVersion: 1,
    groups: [...groups].map(([name, ofGroup]) => ({
      orgId: 1,
      name,
      folder: ALERT_FOLDER,
      interval: EVALUATION_INTERVAL,
      rules: ofGroup,
    })),
  };
  return {
    path: `${provisioningPath}/alerting/rules.json`,
    content: `${JSON.stringify(file, null, 1)}\n`,
    packed: true,
  };
}
