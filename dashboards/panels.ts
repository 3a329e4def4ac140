import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";
import {
  BigValueColorMode,
  BigValueGraphMode,
  LegendDisplayMode,
  LegendPlacement,
  SortOrder,
  StackingMode,
  TooltipDisplayMode,
} from "@grafana/grafana-foundation-sdk/common";
import * as common from "@grafana/grafana-foundation-sdk/common";
import {
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  QueryVariableBuilder,
  RowBuilder,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  VariableRefresh,
  VariableSort,
  type Panel,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder as PyroscopeQuery } from "@grafana/grafana-foundation-sdk/grafanapyroscope";
import { PanelBuilder as LogsPanel } from "@grafana/grafana-foundation-sdk/logs";
import { DataqueryBuilder as LokiQuery } from "@grafana/grafana-foundation-sdk/loki";
import { DataqueryBuilder as PrometheusQuery } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as StatPanel } from "@grafana/grafana-foundation-sdk/stat";
import { DataqueryBuilder as TempoQuery } from "@grafana/grafana-foundation-sdk/tempo";
import { PanelBuilder as GraphPanel } from "@grafana/grafana-foundation-sdk/timeseries";
import { dataSourceUids } from "../configs/grafana/dataSources";

/**
 * The few shapes of panel that the dashboards are made of. Queries name the data sources by their fixed uids (D1), so a
 * dashboard needs no variable to choose one.
 */

const refs = {
  mimir: { type: "prometheus", uid: dataSourceUids.mimir },
  loki: { type: "loki", uid: dataSourceUids.loki },
  tempo: { type: "tempo", uid: dataSourceUids.tempo },
  pyroscope: { type: "grafana-pyroscope-datasource", uid: dataSourceUids.pyroscope },
} as const;

/** One query of a panel, in the language of its data source. */
export type Query =
  | { readonly promql: string; readonly legend?: string; readonly exemplars?: boolean }
  | { readonly logql: string; readonly legend?: string }
  | { readonly traceql: string };

/** A number that people look at first: green until `warn`, red from `bad` on; turned round where less is worse. */
export interface Thresholds {
  readonly warn: number;
  readonly bad: number;
  readonly lessIsWorse?: boolean;
}

export interface PanelOptions {
  /** Of 24 columns. */
  readonly span?: number;
  readonly unit?: string;
  readonly description?: string;
  readonly min?: number;
  readonly max?: number;
  readonly stacked?: boolean;
  readonly thresholds?: Thresholds;
  /** Where a click on a series leads. */
  readonly dataLinks?: readonly Link[];
}

export interface Link {
  readonly title: string;
  readonly url: string;
}

const GRAPH_HEIGHT = 8;
const STAT_HEIGHT = 4;

/** A line for each series over time. */
export function graph(title: string, queries: readonly Query[], options: PanelOptions = {}) {
  const panel = new GraphPanel()
    .title(title)
    .datasource(refOf(queries))
    .height(GRAPH_HEIGHT)
    .span(options.span ?? 12)
    .unit(options.unit ?? "short")
    .lineWidth(1)
    .fillOpacity(options.stacked ? 25 : 8)
    .showPoints(common.VisibilityMode.Never)
    .tooltip(
      new common.VizTooltipOptionsBuilder()
        .mode(TooltipDisplayMode.Multi)
        .sort(SortOrder.Descending),
    )
    .legend(
      new common.VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true),
    )
    .targets(queries.map(target));
  // Counts and rates start at nothing; a line that hugs the frame's edge says less.
  panel.min(options.min ?? 0);
  if (options.max !== undefined) panel.max(options.max);
  if (options.description !== undefined) panel.description(options.description);
  if (options.stacked) panel.stacking(new common.StackingConfigBuilder().mode(StackingMode.Normal));
  if (options.thresholds !== undefined) {
    panel.thresholds(thresholds(options.thresholds));
    panel.thresholdsStyle(
      new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Dashed),
    );
  }
  if (options.dataLinks !== undefined) panel.dataLinks(options.dataLinks.map(link));
  return panel;
}

/** A number, coloured by what it means. */
export function stat(title: string, query: Query, options: PanelOptions = {}) {
  const panel = new StatPanel()
    .title(title)
    .datasource(refOf([query]))
    .height(STAT_HEIGHT)
    .span(options.span ?? 4)
    .unit(options.unit ?? "short")
    .graphMode(BigValueGraphMode.None)
    .colorMode(options.thresholds === undefined ? BigValueColorMode.None : BigValueColorMode.Value)
    .noValue("–")
    .targets([target(query, 0)]);
  if (options.thresholds !== undefined) panel.thresholds(thresholds(options.thresholds));
  if (options.description !== undefined) panel.description(options.description);
  if (options.dataLinks !== undefined) panel.dataLinks(options.dataLinks.map(link));
  return panel;
}

/** Lines of a log. */
export const lines = (title: string, logql: string, span = 24): Builder<Panel> =>
  new LogsPanel()
    .title(title)
    .datasource(refs.loki)
    .height(GRAPH_HEIGHT)
    .span(span)
    .showTime(true)
    .wrapLogMessage(true)
    .targets([target({ logql }, 0)]);

/** A row's heading. */
export const heading = (title: string) => new RowBuilder(title);

/** A query as its data source's builder knows it. */
export function target(query: Query, index: number): Builder<Dataquery> {
  const refId = String.fromCharCode("A".charCodeAt(0) + index);
  if ("promql" in query) {
    const built = new PrometheusQuery()
      .refId(refId)
      .datasource(refs.mimir)
      .expr(query.promql)
      .range();
    if (query.legend !== undefined) built.legendFormat(query.legend);
    if (query.exemplars) built.exemplar(true);
    return built;
  }
  if ("logql" in query) {
    const built = new LokiQuery().refId(refId).datasource(refs.loki).expr(query.logql);
    if (query.legend !== undefined) built.legendFormat(query.legend);
    return built;
  }
  return new TempoQuery()
    .refId(refId)
    .datasource(refs.tempo)
    .queryType("traceql")
    .query(query.traceql)
    .limit(20);
}

/** A profile, by labels and type. */
export const profileTarget = (labelSelector: string, profileTypeId: string): Builder<Dataquery> =>
  new PyroscopeQuery()
    .refId("A")
    .datasource(refs.pyroscope)
    .queryType("profile")
    .labelSelector(labelSelector)
    .profileTypeId(profileTypeId)
    .groupBy([]);

export { refs as dataSourceRefs };

/** A dashboard of the stack: read-only, refreshed each minute, with a way to its siblings. */
export function dashboard(uid: string, title: string, description: string): DashboardBuilder {
  return new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags(["lgtm"])
    .readonly()
    .timezone("browser")
    .time({ from: "now-3h", to: "now" })
    .refresh("1m")
    .tooltip(DashboardCursorSync.Crosshair)
    .link(
      new DashboardLinkBuilder("LGTM")
        .type(DashboardLinkType.Dashboards)
        .tags(["lgtm"])
        .asDropdown(true)
        .includeVars(false)
        .keepTime(true),
    );
}

/** A choice among the values of a label, several or all of them. */
export const choice = (name: string, label: string, of: string): QueryVariableBuilder =>
  new QueryVariableBuilder(name)
    .label(label)
    .datasource(refs.mimir)
    .query({ query: `label_values(${of})`, refId: name })
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue(".*");

function refOf(queries: readonly Query[]): { type: string; uid: string } {
  const [first] = queries;
  if (first === undefined || "promql" in first) return refs.mimir;
  return "logql" in first ? refs.loki : refs.tempo;
}

const link = ({ title, url }: Link) => new DashboardLinkBuilder(title).url(url);

function thresholds({ warn, bad, lessIsWorse }: Thresholds): ThresholdsConfigBuilder {
  const steps = lessIsWorse
    ? [
        { value: null, color: "red" },
        { value: bad, color: "orange" },
        { value: warn, color: "green" },
      ]
    : [
        { value: null, color: "green" },
        { value: warn, color: "orange" },
        { value: bad, color: "red" },
      ];
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps);
}
