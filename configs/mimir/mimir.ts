import type { RenderedFile } from "../../stacks/types";
import { portOf } from "../../stacks/endpoints";
import { memberlistSection } from "../rings";
import { joinSections, type Section } from "../section";
import type { StackConfig } from "../stack/schema";
import {
  drainSeconds,
  gracefulShutdownSeconds,
  idleTimeout,
  idleTimeoutReason,
  queryTimeout,
  serverTimeout,
} from "../timeouts";
import { renderYaml } from "../yaml";
import { limitsSection } from "./limits";
import { mimirInstanceId, ringSections } from "./rings";
import { fallbackAlertmanager, fallbackAlertmanagerPath, rulesSection } from "./rules";
import { storageSection } from "./storage";

/** Tenant of all metrics while tenants are off. Part of every key in the bucket: never change it (S25). */
export const mimirTenant = "anonymous";

const configPath = "/etc/lgtm/mimir.yaml";

/** Arguments of the server. */
export const mimirArgs: readonly string[] = [`-config.file=${configPath}`];

/** Files of one replica. */
export function mimirFiles(config: StackConfig, replica: number): readonly RenderedFile[] {
  const server = { path: configPath, content: renderMimir(config, replica) };
  return config.mimir.rules
    ? [server, { path: fallbackAlertmanagerPath, content: fallbackAlertmanager(config) }]
    : [server];
}

/**
 * Configuration of one Mimir replica (S1): every part in one process, S3 behind it.
 *
 * Holds only keys that Mimir 2.17 and 3.1 both know, so that one file serves both.
 *
 * @param replica Number of the replica, from 0; it fixes the ids in the rings (S16).
 * @throws RangeError where the stack has no such replica.
 */
export function renderMimir(config: StackConfig, replica: number): string {
  if (!Number.isInteger(replica) || replica < 0 || replica >= config.mimir.replicas) {
    throw new RangeError(`mimir has ${config.mimir.replicas} replicas, there is no ${replica}`);
  }
  const { settings, reasons } = joinSections([
    processSection(config),
    memberlistSection(config, "mimir", ["mimir"]),
    storageSection(config),
    querySection(config),
    limitsSection(config),
    rulesSection(config),
    ringSections(config, replica),
  ]);
  return renderYaml(
    settings,
    reasons,
    `Mimir of ${config.name}, replica ${mimirInstanceId(replica)}. Rendered by configs/mimir; edit there.`,
  );
}

function processSection(config: StackConfig): Section {
  return {
    settings: {
      target: config.mimir.rules ? "all,alertmanager" : "all",
      multitenancy_enabled: false,
      no_auth_tenant: mimirTenant,
      shutdown_delay: `${drainSeconds}s`,
      server: {
        http_listen_port: portOf("mimir", "http"),
        grpc_listen_port: portOf("mimir", "grpc"),
        http_server_read_timeout: serverTimeout(config),
        http_server_write_timeout: serverTimeout(config),
        http_server_idle_timeout: idleTimeout(config),
        graceful_shutdown_timeout: `${gracefulShutdownSeconds}s`,
      },
      activity_tracker: { filepath: "/data/activity.log" },
      usage_stats: { enabled: false },
    },
    reasons: {
      no_auth_tenant: "Part of every key in the bucket: another name hides all data.",
      shutdown_delay: "Goes on serving until its name has left DNS; /ready is 503 meanwhile.",
      "server.http_server_write_timeout": "Not shorter than the longest query.",
      "server.http_server_idle_timeout": idleTimeoutReason("2m"),
      "activity_tracker.filepath":
        "The default is relative to the working directory, which is read-only.",
      "usage_stats.enabled": "Would phone home and write __mimir_cluster/ below blocks/.",
    },
  };
}

function querySection(config: StackConfig): Section {
  return {
    settings: {
      distributor: {
        retry_after_header: { enabled: true, min_backoff: "6s", max_backoff: "10s" },
      },
      querier: {
        query_store_after: "0s",
        timeout: queryTimeout(config),
        max_concurrent: Math.max(4, Math.ceil(config.mimir.vcpu * 4)),
      },
      query_scheduler: { max_outstanding_requests_per_tenant: 1000 },
    },
    reasons: {
      "distributor.retry_after_header.max_backoff":
        "Default 1m36s: after a cold start Alloy waits that long, and no metric arrives (measured).",
      "querier.query_store_after":
        "Default 12h: queries for recent time never look into S3, where a replaced task's data is (measured).",
      "querier.max_concurrent": "Default 20, whatever the task's size.",
      "query_scheduler.max_outstanding_requests_per_tenant":
        "A year is 365 requests of a day each; the default 100 answers a dashboard of such panels with 429.",
    },
  };
}
