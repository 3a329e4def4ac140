import { hostOf, portOf } from "../../stacks/endpoints";
import type { Section } from "../section";
import type { StackConfig } from "../stack/schema";
import { renderYaml } from "../yaml";

/** Where the configuration of a tenant that has uploaded none is read. */
export const fallbackAlertmanagerPath = "/etc/lgtm/alertmanager-fallback.yaml";

/** Path of Mimir's Alertmanager (`api.alertmanager_http_prefix`, its default). */
const alertmanagerPrefix = "/alertmanager";

/** Ruler and Alertmanager; with `mimir.rules` off only the ruler's directory, and no way to add a rule. */
export function rulesSection(config: StackConfig): Section {
  if (!config.mimir.rules) {
    return {
      settings: { ruler: { rule_path: "/data/ruler", enable_api: false } },
      reasons: {
        "ruler.enable_api":
          "Rules are off: the target `all` has a ruler in it, which so never gets a rule.",
      },
    };
  }
  const port = portOf("mimir", "http");
  return {
    settings: {
      ruler: {
        rule_path: "/data/ruler",
        alertmanager_url: `http://127.0.0.1:${port}${alertmanagerPrefix}`,
      },
      alertmanager: {
        data_dir: "/data/alertmanager",
        external_url: `http://${hostOf(config, "mimir")}:${port}${alertmanagerPrefix}`,
        fallback_config_file: fallbackAlertmanagerPath,
        poll_interval: "1m",
      },
    },
    reasons: {
      "ruler.alertmanager_url":
        "The Alertmanager in the same process, which passes alerts to the replica that owns them.\nRules are evaluated in this process too (no ruler.query_frontend).",
      "alertmanager.external_url": "Its path must be Mimir's Alertmanager prefix.",
      "alertmanager.poll_interval":
        "Default 15s: each replica lists the bucket, and each list is paid for. A new configuration may take a minute.",
      "alertmanager.fallback_config_file":
        "Without it a tenant that has uploaded no configuration has no Alertmanager.",
    },
  };
}

/** Alertmanager configuration of a tenant that has uploaded none: takes alerts and notifies nobody. */
export function fallbackAlertmanager(config: Pick<StackConfig, "name">): string {
  return renderYaml(
    { route: { receiver: "nobody" }, receivers: [{ name: "nobody" }] },
    {},
    `Alertmanager of ${config.name} until a configuration is uploaded (mimirtool alertmanager load).`,
  );
}
