import { portNumbers, portOf } from "../../stacks/endpoints";
import { s3Endpoint } from "../objectStore";
import { clusterLabel, ringInterfaceNames, ringInterfaceReason } from "../rings";
import { joinSections, type Section } from "../section";
import type { StackConfig } from "../stack/schema";
import { gracefulShutdownSeconds, queryTimeout, serverTimeout } from "../timeouts";
import { renderYaml } from "../yaml";

/** Where the file of {@link renderPyroscope} lies in the server's container. */
export const pyroscopeConfigPath = "/etc/lgtm/pyroscope.yaml";

/** Arguments of Pyroscope's container; the image's entry point is `/usr/bin/pyroscope`. */
export const pyroscopeArgs: readonly string[] = [
  `-config.file=${pyroscopeConfigPath}`,
  "-target=all",
];

/** User and group of the image's process (cmd/pyroscope/Dockerfile of v2.2.1). It writes only under `/data`. */
export const pyroscopeUser = "10001:10001";

/** Prefix of Pyroscope's objects in the bucket (B2); no segment may start with a digit. */
export const pyroscopePrefix = "ftt-pyroscope";

/** Configuration of Pyroscope 2.2 with storage v1, as a tree. @see renderPyroscope */
export function pyroscopeSection(config: StackConfig): Section {
  return joinSections([
    serverSection(config),
    architectureSection(),
    storageSection(config),
    visibilitySection(),
    limitsSection(config),
    ringSection(config),
  ]);
}

/**
 * Renders `pyroscope.yaml` (S5, S14, S22, S23, S25). Keys are those of the reference of v2.2.1; the reading is strict: an
 * unknown key stops the start.
 */
export function renderPyroscope(config: StackConfig): string {
  const { settings, reasons } = pyroscopeSection(config);
  return renderYaml(settings, reasons, "Pyroscope, one process with storage v1");
}

function serverSection(config: StackConfig): Section {
  return {
    settings: {
      server: {
        http_listen_port: portOf("pyroscope", "http"),
        grpc_listen_port: portNumbers.grpc,
        http_server_read_timeout: serverTimeout(config),
        http_server_write_timeout: serverTimeout(config),
        graceful_shutdown_timeout: `${gracefulShutdownSeconds}s`,
        log_level: "info",
      },
      analytics: { reporting_enabled: false },
      self_profiling: { disable_push: true },
      show_banner: false,
    },
    reasons: {
      "server.http_server_write_timeout": `Default 30 s, which cuts any longer query (${queryTimeout(config)} here).`,
      "self_profiling.disable_push": "Else it writes its own profiles into the users' data.",
    },
  };
}

function architectureSection(): Section {
  return {
    settings: {
      architecture_storage: "v1",
      limits: { write_path: "ingester" },
    },
    reasons: {
      architecture_storage:
        "Default v1-v2-dual. The index of v2 lives on the task's disk: after a clean stop all profiles are still in the\nbucket and none can be found (measured).",
      "limits.write_path":
        "Default segment-writer; with storage v1 anything but ingester stops the start.",
    },
  };
}

function storageSection(config: StackConfig): Section {
  const { kmsKeyArn } = config.storage;
  return {
    settings: {
      storage: {
        backend: "s3",
        prefix: pyroscopePrefix,
        s3: {
          endpoint: s3Endpoint(config.region),
          region: config.region,
          bucket_name: config.bucketName,
          native_aws_auth_enabled: true,
          ...(kmsKeyArn === undefined ? {} : { sse: { type: "SSE-KMS", kms_key_id: kmsKeyArn } }),
        },
      },
      pyroscopedb: {
        data_path: "/data/blocks",
        max_block_duration: "15m",
        min_free_disk_gb: 2,
      },
    },
    reasons: {
      "storage.s3.region":
        "Else the client asks S3 for it, which takes one more permission (GetBucketLocation).",
      "storage.s3.native_aws_auth_enabled":
        "The task role's credentials, through the AWS SDK's chain.",
      "pyroscopedb.max_block_duration":
        "Default 1 h. What is not in a block yet is lost with a killed task (measured). Must divide the compactor's first\nrange, 1 h.",
      "pyroscopedb.min_free_disk_gb":
        "Default 10: on Fargate's 20 GB disk, part of which holds the image, blocks would be thrown away early.",
    },
  };
}

/** A replaced task's profiles are found at once (S22): four settings that only work together (measured). */
function visibilitySection(): Section {
  return {
    settings: {
      querier: { query_store_after: "0s" },
      store_gateway: {
        bucket_store: {
          sync_dir: "/data/sync",
          sync_interval: "30s",
          ignore_blocks_within: "0s",
        },
      },
      compactor: { data_dir: "/data/compactor", cleanup_interval: "30s" },
    },
    reasons: {
      "querier.query_store_after":
        "Default 4 h: what a replaced task has flushed cannot be seen for so long (measured).",
      "store_gateway.bucket_store.sync_interval": "Default 15 m.",
      "store_gateway.bucket_store.ignore_blocks_within": "Default 3 h, see query_store_after.",
      "compactor.cleanup_interval":
        "Default 15 m; it writes the index of blocks that the others read.",
    },
  };
}

function limitsSection(config: StackConfig): Section {
  const retention = `${config.pyroscope.retentionDays}d`;
  return {
    settings: {
      limits: {
        compactor_blocks_retention_period: retention,
        max_query_lookback: retention,
        max_query_length: retention,
      },
    },
    reasons: {
      "limits.compactor_blocks_retention_period": "Default 0: profiles are kept for ever.",
      "limits.max_query_lookback":
        "Default 1 w: older profiles are kept, paid for and silently left out.",
      "limits.max_query_length": "Default 1 d.",
    },
  };
}

/** One process: every ring has this task as its only member, and nobody is joined (no gossip port is open). */
function ringSection(config: StackConfig): Section {
  const ring = { instance_interface_names: [...ringInterfaceNames] };
  return {
    settings: {
      ingester: { lifecycler: { interface_names: [...ringInterfaceNames] } },
      distributor: { ring },
      store_gateway: { sharding_ring: ring },
      compactor: { sharding_ring: ring },
      overrides_exporter: { ring },
      frontend: ring,
      memberlist: {
        cluster_label: clusterLabel(config, "pyroscope"),
        bind_port: portNumbers.gossip,
      },
    },
    reasons: { "ingester.lifecycler.interface_names": ringInterfaceReason },
  };
}
