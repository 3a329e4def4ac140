import { parser as logqlParser } from "@grafana/lezer-logql";
import { parser as traceqlParser } from "@grafana/lezer-traceql";
import { parser as promqlParser } from "@prometheus-io/lezer-promql";
import type { Tree } from "@lezer/common";
import { renderDataSources } from "../configs/grafana/dataSources";
import type { StackConfig } from "../configs/stack/schema";
import { parse as parseYaml } from "yaml";
import { alerts } from "./alerts/all";
import { dashboards } from "./all";
import { builtDashboard } from "./files";

export type Language = "PromQL" | "LogQL" | "TraceQL";

/** One expression that Grafana will send, and where it stands. */
export interface Expression {
  readonly where: string;
  readonly language: Language;
  /** As it is written, with Grafana's variables. */
  readonly text: string;
}

const parsers = { PromQL: promqlParser, LogQL: logqlParser, TraceQL: traceqlParser } as const;

/** Stands for what Grafana puts in: any text that is a value in its place. */
const standIns: readonly (readonly [RegExp, string])[] = [
  [/\$__(rate_interval|interval|auto)\b/g, "5m"],
  [/\$__tags\b/g, 'service="x"'],
  [/\$\{__span\.[^}]+\}/g, "x"],
  [/\$\{?[a-z_][\w.:]*\}?/g, "x"],
];

/** The expression as a data source gets it, with values in the place of variables. */
export const filledIn = (text: string): string =>
  standIns.reduce((result, [pattern, value]) => result.replace(pattern, value), text);

const parse = ({ language, text }: Pick<Expression, "language" | "text">): [Tree, string] => {
  const filled = filledIn(text);
  return [parsers[language].parse(filled), filled];
};

/** Where the language's own parser finds no sense; undefined where it finds some everywhere. */
export function syntaxError(expression: Pick<Expression, "language" | "text">): string | undefined {
  const [tree, text] = parse(expression);
  let error: string | undefined;
  tree.iterate({
    enter(node) {
      if (node.type.isError) error ??= `at ${node.from}: ${text.slice(node.from, node.from + 20)}`;
    },
  });
  return text.trim() === "" ? "empty" : error;
}

/** A metric of a PromQL expression, with the labels it is asked for or grouped by. */
export interface UsedMetric {
  readonly name: string;
  readonly labels: readonly string[];
}

/** Every metric of a PromQL expression. A grouping is held against each metric inside of it. */
export function metricsOf(text: string): UsedMetric[] {
  const [tree, filled] = parse({ language: "PromQL", text });
  const found: UsedMetric[] = [];
  tree.iterate({
    enter(node) {
      if (node.name !== "VectorSelector") return;
      const name = node.node.getChild("Identifier");
      if (name === null) return;
      const labels = new Set<string>();
      for (const matchers of node.node.getChildren("LabelMatchers")) {
        for (const matcher of matchers.getChildren("UnquotedLabelMatcher")) {
          const label = matcher.getChild("LabelName");
          if (label !== null) labels.add(filled.slice(label.from, label.to));
        }
      }
      let around = node.node.parent;
      // Only the innermost grouping: outside of it other labels are left, or made.
      while (around !== null && around.name !== "AggregateExpr") around = around.parent;
      for (const modifier of around?.getChildren("AggregateModifier") ?? []) {
        for (const grouping of modifier.getChildren("GroupingLabels")) {
          for (const label of grouping.getChildren("LabelName")) {
            labels.add(filled.slice(label.from, label.to));
          }
        }
      }
      found.push({ name: filled.slice(name.from, name.to), labels: [...labels] });
    },
  });
  return found;
}

interface Target {
  readonly refId: string;
  readonly datasource?: { readonly type: string };
  readonly expr?: string;
  readonly query?: string;
  readonly serviceMapQuery?: string;
}

interface Board {
  readonly title: string;
  readonly panels: readonly {
    readonly title: string;
    readonly targets?: readonly Target[];
    readonly fieldConfig?: { readonly defaults: { readonly links?: readonly { url: string }[] } };
  }[];
  readonly templating?: { readonly list: readonly { name: string; query: { query: string } }[] };
}

/** Every expression of every dashboard, alert and link between data sources. */
export function expressions(config: StackConfig): Expression[] {
  return [
    ...Object.keys(dashboards).flatMap((name) => ofBoard(builtDashboard(name) as unknown as Board)),
    ...alerts.map((alert) => ({
      where: `alert ${alert.title}`,
      language: "PromQL" as const,
      text: alert.expr,
    })),
    ...ofDataSources(config),
  ];
}

function ofBoard(board: Board): Expression[] {
  const panels = board.panels.flatMap((panel) => {
    const where = `${board.title} / ${panel.title}`;
    const links = panel.fieldConfig?.defaults.links ?? [];
    return [
      ...(panel.targets ?? []).flatMap((target) => ofTarget(where, target)),
      ...links.flatMap(({ url }) => ofLink(`${where}, link`, url)),
    ];
  });
  const variables = (board.templating?.list ?? []).map(({ name, query }): Expression => ({
    where: `${board.title} / variable ${name}`,
    language: "PromQL",
    text: /^label_values\((.+), \w+\)$/.exec(query.query)?.[1] ?? query.query,
  }));
  return [...variables, ...panels];
}

function ofTarget(where: string, target: Target): Expression[] {
  const { expr, query, serviceMapQuery } = target;
  if (serviceMapQuery !== undefined) {
    return [
      { where, language: "PromQL", text: `traces_service_graph_request_total${serviceMapQuery}` },
    ];
  }
  if (expr !== undefined) {
    return [
      { where, language: target.datasource?.type === "loki" ? "LogQL" : "PromQL", text: expr },
    ];
  }
  return query === undefined ? [] : [{ where, language: "TraceQL", text: query }];
}

/** What Explore is opened with, behind `panes=` of a link. */
function ofLink(where: string, url: string): Expression[] {
  const panes = /[?&]panes=([^&]+)/.exec(url)?.[1];
  if (panes === undefined) return [];
  const opened = JSON.parse(decodeURIComponent(panes)) as Record<string, { queries: Target[] }>;
  return Object.values(opened).flatMap(({ queries }) =>
    queries.flatMap((target) => ofTarget(where, target)),
  );
}

/** Links from a trace to its metrics and logs. */
function ofDataSources(config: StackConfig): Expression[] {
  const { datasources } = parseYaml(renderDataSources(config).replaceAll("$$", "$")) as {
    datasources: {
      name: string;
      jsonData: {
        tracesToLogsV2?: { query: string };
        tracesToMetrics?: { queries: { name: string; query: string }[] };
      };
    }[];
  };
  return datasources.flatMap(({ name, jsonData }): Expression[] => [
    ...(jsonData.tracesToMetrics?.queries ?? []).map((query) => ({
      where: `data source ${name}, ${query.name}`,
      language: "PromQL" as const,
      text: query.query,
    })),
    ...(jsonData.tracesToLogsV2 === undefined
      ? []
      : [
          {
            where: `data source ${name}, logs`,
            language: "LogQL" as const,
            text: jsonData.tracesToLogsV2.query,
          },
        ]),
  ]);
}
