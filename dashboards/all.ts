import type { DashboardBuilder } from "@grafana/grafana-foundation-sdk/dashboard";
import { alloy } from "./alloy";
import { application } from "./application";
import { aws } from "./aws";
import { grafana } from "./grafana";
import { loki } from "./loki";
import { mimir } from "./mimir";
import { overview } from "./overview";
import { pyroscope } from "./pyroscope";
import { tempo } from "./tempo";

/** Every dashboard, by the name of its file. */
export const dashboards: Readonly<Record<string, () => DashboardBuilder>> = {
  overview,
  application,
  mimir,
  loki,
  tempo,
  pyroscope,
  grafana,
  alloy,
  aws,
};
