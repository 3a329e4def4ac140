import type { Link } from "./panels";
import { dataSourceRefs } from "./panels";

/** What Explore opens with: the query of one data source. */
type ExploreQuery =
  | { readonly source: "loki"; readonly expr: string }
  | { readonly source: "tempo"; readonly query: string }
  | {
      readonly source: "pyroscope";
      readonly labelSelector: string;
      readonly profileTypeId: string;
    };

/**
 * A link to Explore over the time that is shown. Grafana's own variables (`${…}`) stay as they are, so that Grafana puts
 * its values in.
 * Source: grafana.com/docs/grafana/latest/explore/get-started-with-explore (schemaVersion, panes).
 */
export function explore(title: string, query: ExploreQuery): Link {
  const { source, ...of } = query;
  const datasource = dataSourceRefs[source];
  const kind =
    source === "tempo"
      ? { queryType: "traceql", limit: 20 }
      : source === "pyroscope"
        ? { queryType: "profile", groupBy: [] }
        : {};
  const panes = {
    a: {
      datasource: datasource.uid,
      queries: [{ refId: "A", datasource, ...kind, ...of }],
      range: { from: "${__from}", to: "${__to}" },
    },
  };
  const encoded = JSON.stringify(panes)
    .split(/(\$\{[^}]+\})/)
    .map((part) => (part.startsWith("${") ? part : encodeURIComponent(part)))
    .join("");
  return { title, url: `/explore?schemaVersion=1&orgId=1&panes=${encoded}` };
}
