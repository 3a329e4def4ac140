import { addressOf, hostOf, portOf } from "../../stacks/endpoints";
import type { RenderedFile } from "../../stacks/types";
import { memoryMiBOf } from "../goRuntime";
import { memberlistSection, ringInterfaceNames, ringInterfaceReason } from "../rings";
import { joinSections, type Section } from "../section";
import type { StackConfig } from "../stack/schema";
import {
  drainSeconds,
  gracefulShutdownSeconds,
  querierPings,
  querierPingsReason,
  idleTimeout,
  idleTimeoutReason,
  serverTimeout,
} from "../timeouts";
import { renderYaml } from "../yaml";
import { resultsCacheSection } from "./caches";
import { limitsSection } from "./limits";
import { gossips, lokiRoleIds, lokiRoleSettings, lokiTargets, type LokiRoleId } from "./roles";
import { retentionSection, storageSections } from "./storage";

export type { LokiRoleId } from "./roles";

/** Tenant of all logs while authentication is off. Fixed by Loki, and part of every key in the bucket (S25). */
export const lokiTenant = "fake";

const configPath = "/etc/lgtm/loki.yaml";

/** Largest gRPC message between Loki's parts, in bytes: 16 MiB. */
const grpcMessageBytes = 16 * 1024 * 1024;
const grpcMessages = { max_recv_msg_size: grpcMessageBytes, max_send_msg_size: grpcMessageBytes };

/** Arguments of the server. */
export const lokiArgs: readonly string[] = [`-config.file=${configPath}`];

/** Files of one task. */
export function lokiFiles(
  config: StackConfig,
  role: LokiRoleId,
  replica: number,
): readonly RenderedFile[] {
  return [{ path: configPath, content: renderLoki(config, role, replica) }];
}

/**
 * Configuration of one Loki role (S2), as separate services without a query-scheduler. The roles share every setting that
 * more than one of them reads; what only one reads is in its file alone.
 *
 * @param replica Number of the replica, from 0; only ingesters differ by it (their id in the ring, S16).
 * @throws RangeError where the role has no such replica.
 */
export function renderLoki(config: StackConfig, role: LokiRoleId, replica: number): string {
  const { replicas } = config.loki[lokiRoleSettings[role]];
  if (!Number.isInteger(replica) || replica < 0 || replica >= replicas) {
    throw new RangeError(`${role} has ${replicas} replicas, there is no ${replica}`);
  }
  const { settings, reasons } = joinSections([
    processSection(config, role),
    commonSection(config),
    ...(gossips(role) ? [memberlistSection(config, "loki", lokiRoleIds.filter(gossips))] : []),
    ...roleSections(config, role, replica),
    storageSections(config, role),
    retentionSection(role),
    limitsSection(config),
    {
      settings: { analytics: { reporting_enabled: false } },
      reasons: { "analytics.reporting_enabled": "Would phone home." },
    },
  ]);
  return renderYaml(
    settings,
    reasons,
    `Loki ${lokiTargets[role]} of ${config.name}. Rendered by configs/loki; edit there.`,
  );
}

/**
 * A server that goes on serving until callers have its name no longer. A query frontend is called by name too, but cannot:
 * its queriers leave when its name does, and what it still takes waits for nobody (measured: reads hung for 30 s).
 */
const drainsByName = (role: LokiRoleId): boolean => role === "loki-distributor";

function processSection(config: StackConfig, role: LokiRoleId): Section {
  const drains = drainsByName(role);
  const isFrontend = role === "loki-query-frontend";
  return {
    settings: {
      target: lokiTargets[role],
      auth_enabled: false,
      ...(drains ? { shutdown_delay: `${drainSeconds}s` } : {}),
      server: {
        http_listen_port: portOf(role, "http"),
        grpc_listen_port: portOf(role, "grpc"),
        http_server_read_timeout: serverTimeout(config),
        http_server_write_timeout: serverTimeout(config),
        graceful_shutdown_timeout: `${gracefulShutdownSeconds}s`,
        ...(isFrontend ? querierPings : {}),
        grpc_server_max_recv_msg_size: grpcMessageBytes,
        grpc_server_max_send_msg_size: grpcMessageBytes,
      },
    },
    reasons: {
      auth_enabled: `The tenant is then "${lokiTenant}", part of every key in the bucket.`,
      ...(drains
        ? {
            shutdown_delay: "Goes on serving until its name has left DNS; /ready is 503 meanwhile.",
          }
        : {}),
      ...(isFrontend ? { "server.grpc_server_keepalive_time": querierPingsReason } : {}),
      "server.http_server_write_timeout": "Default 30s: shorter than the longest query.",
      "server.grpc_server_max_recv_msg_size":
        "Default 4 MiB: larger pushes and results fail with 500 (grafana/loki#8154).",
    },
  };
}

function commonSection(config: StackConfig): Section {
  return {
    settings: {
      common: {
        path_prefix: "/data",
        replication_factor: config.loki.replicationFactor,
        instance_interface_names: ringInterfaceNames,
        ring: { kvstore: { store: "memberlist" } },
        compactor_grpc_address: addressOf(config, "loki-compactor", "grpc"),
      },
      frontend_worker: {
        frontend_address: addressOf(config, "loki-query-frontend", "grpc"),
      },
      ...(config.loki.zoneAwareness
        ? { ingester: { lifecycler: { ring: { zone_awareness_enabled: true } } } }
        : {}),
    },
    reasons: {
      "common.instance_interface_names": ringInterfaceReason,
      "common.ring.kvstore.store":
        "Named interfaces turn off Loki's own switch to memberlist; without this it exits (measured).",
      "common.compactor_grpc_address":
        "Retention is on: query-frontend and querier exit without it (measured).",
      "frontend_worker.frontend_address":
        "In every role: without it Loki expects a query-scheduler, and the query-frontend never gets ready (measured).",
    },
  };
}

function roleSections(config: StackConfig, role: LokiRoleId, replica: number): Section[] {
  const ingesterClient: Section = {
    settings: { ingester_client: { grpc_client_config: grpcMessages } },
    reasons: {},
  };
  switch (role) {
    case "loki-distributor":
      return [
        ingesterClient,
        {
          settings: { server: { http_server_idle_timeout: idleTimeout(config) } },
          reasons: { "server.http_server_idle_timeout": idleTimeoutReason("2m") },
        },
      ];
    case "loki-ingester":
      return [ingesterSection(config, replica)];
    case "loki-querier":
      return [
        ingesterClient,
        {
          settings: { frontend_worker: { query_frontend_grpc_client: grpcMessages } },
          reasons: {
            "frontend_worker.query_frontend_grpc_client":
              "Results leave through this client; not more than the query-frontend takes.",
          },
        },
      ];
    case "loki-query-frontend":
      return [frontendSection(config), resultsCacheSection(config)];
    case "loki-compactor":
      return [];
  }
}

function ingesterSection(config: StackConfig, replica: number): Section {
  const { ingester, autoforgetUnhealthy, zoneAwareness } = config.loki;
  const zone = config.zoneNames[replica % config.zoneNames.length] ?? "";
  const replayMiB = Math.floor(memoryMiBOf(ingester.memoryGb) * 0.75);
  return {
    settings: {
      ingester: {
        lifecycler: {
          id: `loki-ingester-${replica}`,
          readiness_check_ring_health: false,
          ...(zoneAwareness ? { availability_zone: zone } : {}),
        },
        autoforget_unhealthy: autoforgetUnhealthy,
        chunk_retain_period: "3m",
        wal: { flush_on_shutdown: true, replay_memory_ceiling: `${replayMiB}MB` },
      },
    },
    reasons: {
      "ingester.lifecycler.id":
        "A replacement takes over the dead task's entry at once: no push refused (measured).",
      "ingester.lifecycler.readiness_check_ring_health":
        "Default true: a healthy ingester does not get ready while another is dead (grafana/loki#8615).",
      "ingester.autoforget_unhealthy": autoforgetUnhealthy
        ? "Default false. Never together with zone awareness: reads then go silently short (measured)."
        : "Off, so that a dead zone stays counted: with zone awareness reads would else go silently short (measured).",
      "ingester.chunk_retain_period":
        "Default 0s: after a replacement, what one of two copies just flushed was missing until its index was seen (measured).",
      "ingester.wal.flush_on_shutdown":
        "The disk is gone with the task. Default: chunks stay in its write-ahead log.",
      "ingester.wal.replay_memory_ceiling":
        "75 % of the task's memory. Default 4GB: a restart runs out of memory (linode/apl-core#3600).",
    },
  };
}

function frontendSection(config: StackConfig): Section {
  const querier = hostOf(config, "loki-querier");
  return {
    settings: {
      frontend: {
        tail_proxy_url: `http://${querier}:${portOf("loki-querier", "http")}`,
        compress_responses: true,
      },
    },
    reasons: { "frontend.tail_proxy_url": "Without it live tail is 404 (measured)." },
  };
}
