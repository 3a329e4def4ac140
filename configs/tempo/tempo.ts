import { addressOf, portNumbers, portOf } from "../../stacks/endpoints";
import type { RoleId } from "../../stacks/types";
import { ringInterfaceNames, ringInterfaceReason, memberlistSection } from "../rings";
import { joinSections, type Section } from "../section";
import type { StackConfig } from "../stack/schema";
import {
  drainSeconds,
  gracefulShutdownSeconds,
  querierPings,
  querierPingsReason,
  idleTimeout,
  idleTimeoutReason,
  queryTimeout,
  serverTimeout,
  tempoFrontendShutdownSeconds,
} from "../timeouts";
import { renderYaml, type Tree } from "../yaml";
import { distributorSection } from "./distributor";
import { metricsGeneratorSection } from "./metricsGenerator";
import { queryFrontendSection, querierSection } from "./queries";
import { compactorSection, ingesterSection, storageSection } from "./storage";

/** The roles of Tempo 2 (S4). Tempo 3 has no ingester and no compactor, and its microservices need Kafka. */
export type TempoRoleId = Extract<RoleId, `tempo-${string}`>;

/**
 * Roles that keep or read a ring, and so gossip. The query-frontend starts memberlist only for usage reports, which are
 * off, and one unsharded compactor has no ring (modules.go of v2.10.8).
 */
export const tempoRingRoles: readonly TempoRoleId[] = [
  "tempo-distributor",
  "tempo-ingester",
  "tempo-querier",
  "tempo-metrics-generator",
];

/** User and group of the image's process (cmd/tempo/Dockerfile of v2.10.8). It writes only under `/data`. */
export const tempoUser = "10001:10001";

/** Where the file of {@link renderTempo} lies in the server's container. */
export const tempoConfigPath = "/etc/lgtm/tempo.yaml";

/** Arguments of Tempo's container; the image's entry point is `/tempo`. */
export function tempoArgs(role: TempoRoleId): string[] {
  return [`-config.file=${tempoConfigPath}`, `-target=${tempoTarget(role)}`];
}

/** Tempo's own name of a role, such as `query-frontend`. */
export const tempoTarget = (role: TempoRoleId): string => role.replace(/^tempo-/, "");

/**
 * Seconds from SIGTERM to SIGKILL. The querier and the query-frontend never end by themselves: their store waits for a
 * blocklist poller whose context nobody cancels (modules.go of v2.10.8 and v3.0.3; measured with 2.9.0: alive after 30 s,
 * the other roles are gone within 2 s). So a querier gets the time to finish its queries and no more. A query-frontend without
 * queriers finishes none, and goes on taking look-ups until it is killed: that comes sooner.
 */
export function tempoStopTimeoutSeconds(role: TempoRoleId): number {
  if (role === "tempo-query-frontend") return tempoFrontendShutdownSeconds;
  return role === "tempo-querier" ? drainSeconds + gracefulShutdownSeconds : 120;
}

/** Configuration of Tempo 2.10 as parsed YAML. Only what the role reads. @see renderTempo */
export function tempoSection(config: StackConfig, role: TempoRoleId, replica: number): Section {
  return joinSections([
    serverSection(config, role),
    ringSection(config),
    ...(tempoRingRoles.includes(role) ? [memberlistSection(config, "tempo", tempoRingRoles)] : []),
    overridesSection(),
    ...sectionsOf(config, role, replica),
  ]);
}

/**
 * Renders `tempo.yaml` of one role (S4, S14, S16, S17, S22, S23, S25). Tempo reads it strictly: an unknown key stops the
 * start.
 *
 * @param replica Number of the ring replica, from 0; only the ingester's ring id depends on it.
 */
export function renderTempo(config: StackConfig, role: TempoRoleId, replica: number): string {
  const { settings, reasons } = tempoSection(config, role, replica);
  return renderYaml(settings, reasons, `Tempo ${tempoTarget(role)}`);
}

function sectionsOf(config: StackConfig, role: TempoRoleId, replica: number): Section[] {
  switch (role) {
    case "tempo-distributor":
      return [distributorSection(config)];
    case "tempo-ingester":
      return [storageSection(config), ingesterSection(replica)];
    case "tempo-querier":
      return [storageSection(config), querierSection(config)];
    case "tempo-query-frontend":
      return [storageSection(config), queryFrontendSection(config)];
    case "tempo-compactor":
      return [storageSection(config), compactorSection(config)];
    case "tempo-metrics-generator":
      return [metricsGeneratorSection(config, addressOf(config, "mimir", "http"))];
  }
}

/**
 * Roles that others reach by name and that have neither a ring nor data to wait for. Not the query-frontend: its queriers
 * leave when its name does, and what it still takes waits for nobody (measured: look-ups hung for 30 s).
 */
const drainingRoles: readonly TempoRoleId[] = ["tempo-distributor"];

function serverSection(config: StackConfig, role: TempoRoleId): Section {
  const drains = drainingRoles.includes(role);
  const isFrontend = role === "tempo-query-frontend";
  return {
    settings: {
      ...(drains ? { shutdown_delay: `${drainSeconds}s` } : {}),
      server: {
        http_listen_port: portOf(role, "http"),
        grpc_listen_port: portNumbers.grpc,
        http_server_read_timeout: serverTimeout(config),
        http_server_write_timeout: serverTimeout(config),
        ...(isFrontend ? { http_server_idle_timeout: idleTimeout(config), ...querierPings } : {}),
        graceful_shutdown_timeout: `${isFrontend ? tempoFrontendShutdownSeconds : gracefulShutdownSeconds}s`,
        log_level: "info",
      },
      usage_report: { reporting_enabled: false },
    },
    reasons: {
      ...(drains
        ? {
            shutdown_delay:
              "Callers keep the address for the TTL of the name; goes on serving that long.",
          }
        : {}),
      ...(isFrontend
        ? {
            "server.http_server_idle_timeout": idleTimeoutReason("2m"),
            "server.grpc_server_keepalive_time": querierPingsReason,
            "server.graceful_shutdown_timeout":
              "Its queriers leave with its name: what it still takes would wait for nobody.",
          }
        : {}),
      "server.http_server_write_timeout": `Default 30 s, which cuts any longer query (${queryTimeout(config)} here).`,
    },
  };
}

/** Every ring's interfaces, in every role's file: a role may read a ring it does not join. */
function ringSection(config: StackConfig): Section {
  const instance: Tree = { instance_interface_names: [...ringInterfaceNames] };
  return {
    settings: {
      distributor: { ring: instance },
      ingester: {
        lifecycler: {
          ring: {
            kvstore: { store: "memberlist" },
            replication_factor: config.tempo.replicationFactor,
          },
          interface_names: [...ringInterfaceNames],
        },
      },
      metrics_generator: { ring: { kvstore: { store: "memberlist" }, ...instance } },
      compactor: { ring: instance },
    },
    reasons: {
      "metrics_generator.ring.instance_interface_names":
        "Default [eth0, en0]: the generator registers its link-local address, every part is ready, traces are found,\nand no metric ever reaches Mimir (measured).",
      "ingester.lifecycler.interface_names": ringInterfaceReason,
      "ingester.lifecycler.ring.replication_factor":
        "Read by the distributor and the querier too. Never 2; zone awareness stays off: with one replica\nper zone it changes nothing (measured).",
    },
  };
}

/** Processors are off unless an override names them, in the distributor's file as in the generator's. */
function overridesSection(): Section {
  return {
    settings: {
      overrides: {
        defaults: { metrics_generator: { processors: ["service-graphs", "span-metrics"] } },
      },
    },
    reasons: {
      "overrides.defaults.metrics_generator.processors":
        "None by default. local-blocks (TraceQL metrics) is left out: it stores every span twice.",
    },
  };
}
