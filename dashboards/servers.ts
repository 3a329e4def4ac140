import type { DashboardBuilder } from "@grafana/grafana-foundation-sdk/dashboard";
import { scrapeJob } from "../configs/alloy/collector";
import type { ProductName } from "../stacks/types";
import { choice, dashboard, graph, heading, stat, type Query } from "./panels";

/** What Grafana puts in for the width of a rate. */
const INTERVAL = "[$__rate_interval]";

/** Matcher of a product's servers, as the collector labels them (D7). */
export const jobOf = (product: ProductName): string => `job="${scrapeJob(product)}"`;

/** The same, for the roles chosen above. */
export const chosen = (product: ProductName): string => `${jobOf(product)}, role=~"$role"`;

/** Per second, summed by labels; all of it where none are named. */
export const perSecond = (metric: string, matchers: string, ...by: string[]): string =>
  `sum${by.length > 0 ? ` by (${by.join(", ")})` : ""} (rate(${metric}{${matchers}}${INTERVAL}))`;

/** A quantile of a histogram, by labels. */
export const quantile = (q: number, histogram: string, matchers: string, ...by: string[]): string =>
  `histogram_quantile(${q}, sum by (${["le", ...by].join(", ")}) (rate(${histogram}_bucket{${matchers}}${INTERVAL})))`;

/** Share of `part` in `whole`, 0 to 1; nothing where there is no whole. */
export const share = (part: string, whole: string): string => `${part} / (${whole} > 0)`;

export const promql = (expr: string, legend?: string): Query => ({
  promql: expr,
  ...(legend === undefined ? {} : { legend }),
});

/** p50 and p99 of a histogram. */
export const latencies = (histogram: string, matchers: string, ...by: string[]): Query[] =>
  [0.5, 0.99].map((q) =>
    promql(
      quantile(q, histogram, matchers, ...by),
      [...by.map((label) => `{{${label}}}`), `p${q * 100}`].join(" "),
    ),
  );

/** Requests by status, errors as a share, and latency: the same for every server built on dskit. */
export interface HttpServer {
  readonly histogram: string;
  readonly route: string;
  readonly what: string;
}

export function requests(board: DashboardBuilder, matchers: string, server: HttpServer): void {
  const of = `${matchers}, route=~"${server.route}"`;
  const count = `${server.histogram}_count`;
  board
    .withPanel(
      graph(
        `${server.what}: requests by status`,
        [promql(perSecond(count, of, "status_code"), "{{status_code}}")],
        { unit: "reqps", span: 8, stacked: true },
      ),
    )
    .withPanel(
      graph(
        `${server.what}: share of 5xx`,
        [
          promql(
            share(
              perSecond(count, `${of}, status_code=~"5.."`, "role"),
              perSecond(count, of, "role"),
            ),
            "{{role}}",
          ),
        ],
        { unit: "percentunit", span: 8, thresholds: { warn: 0.01, bad: 0.05 } },
      ),
    )
    .withPanel(
      graph(`${server.what}: latency`, latencies(server.histogram, of, "role"), {
        unit: "s",
        span: 8,
      }),
    );
}

/** A product's dashboard: its tasks, then what is its own. */
export function serverDashboard(
  product: ProductName,
  title: string,
  about: string,
): DashboardBuilder {
  const of = chosen(product);
  return dashboard(`lgtm-${product}`, title, about)
    .withVariable(choice("role", "Role", `up{${jobOf(product)}}, role`))
    .withRow(heading("Tasks"))
    .withPanel(
      graph("Tasks that answer their scrape", [promql(`sum by (role) (up{${of}})`, "{{role}}")], {
        span: 6,
      }),
    )
    .withPanel(
      graph(
        "CPU",
        [promql(`rate(process_cpu_seconds_total{${of}}${INTERVAL})`, "{{role}} {{instance}}")],
        { span: 6, description: "In vCPU." },
      ),
    )
    .withPanel(
      graph("Memory", [promql(`process_resident_memory_bytes{${of}}`, "{{role}} {{instance}}")], {
        span: 6,
        unit: "bytes",
      }),
    )
    .withPanel(
      graph(
        "Starts",
        [
          promql(
            `sum by (role) (changes(process_start_time_seconds{${of}}[1h])) + count by (role) (time() - process_start_time_seconds{${of}} < 3600)`,
            "{{role}}",
          ),
        ],
        {
          span: 6,
          description:
            "In the hour before: restarts within a task, and tasks that are younger than an hour.",
        },
      ),
    );
}

/** Members of every ring by state, and of the gossip cluster. */
export function rings(
  board: DashboardBuilder,
  product: ProductName,
  metrics: { readonly members: string; readonly gossip: string },
): void {
  board
    .withRow(heading("Rings"))
    .withPanel(
      graph(
        "Ring members",
        [
          promql(
            `max by (name, state) (${metrics.members}{${jobOf(product)}})`,
            "{{name}} {{state}}",
          ),
        ],
        {
          span: 12,
          description:
            "As the member that sees most. One that is Unhealthy died without leaving: its data is on the other two only, see the runbook.",
        },
      ),
    )
    .withPanel(
      graph(
        "Gossip cluster: members seen by each",
        [promql(`${metrics.gossip}{${jobOf(product)}}`, "{{role}} {{instance}}")],
        {
          span: 12,
          description: "Different numbers for long: the cluster is split.",
        },
      ),
    );
}

/** Operations on the bucket: what, how fast, and what failed. */
export function bucket(
  board: DashboardBuilder,
  of: string,
  metrics: { readonly operations: string; readonly failures: string; readonly duration: string },
): void {
  board
    .withRow(heading("S3"))
    .withPanel(
      graph(
        "Operations",
        [promql(perSecond(metrics.operations, of, "operation"), "{{operation}}")],
        {
          span: 8,
          unit: "ops",
          stacked: true,
        },
      ),
    )
    .withPanel(
      graph("Failures", [promql(perSecond(metrics.failures, of, "operation"), "{{operation}}")], {
        span: 8,
        unit: "ops",
        description: "A missing object is no failure where the server expects that.",
      }),
    )
    .withPanel(
      graph(
        "Latency, p99",
        [promql(quantile(0.99, metrics.duration, of, "operation"), "{{operation}}")],
        { span: 8, unit: "s" },
      ),
    );
}

/** Seconds since a timestamp; nothing where it never happened. */
export const age = (metric: string, matchers: string, ...by: string[]): string =>
  `time() - max by (${by.join(", ")}) (${metric}{${matchers}} > 0)`;

export { INTERVAL, graph, heading, stat };
