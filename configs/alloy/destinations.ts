import { addressOf, hostOf, portNumbers } from "../../stacks/endpoints";
import { attr, block, component, ref, type Block } from "./syntax";

/** Where both Alloy roles write to, inside the VPC; no tenant header, because every server has a fixed tenant. */
type Namespace = { readonly namespace: string };

export const mimirPushPath = "/api/v1/push";
export const lokiPushPath = "/loki/api/v1/push";

export const metricsReceiver = ref("prometheus.remote_write.mimir.receiver");
export const logsReceiver = ref("loki.write.loki.receiver");
export const tracesInput = ref("otelcol.exporter.otlp.tempo.input");
export const profilesReceiver = ref("pyroscope.write.pyroscope.receiver");

export const mimirWrite = (config: Namespace): Block =>
  component(
    "prometheus.remote_write",
    "mimir",
    [
      block("endpoint", [
        attr("url", `http://${addressOf(config, "mimir", "http")}${mimirPushPath}`),
        attr("send_exemplars", true, "Exemplars lead from a metric to its trace (D1)."),
        block(
          "queue_config",
          [attr("batch_send_deadline", "1s")],
          "A killed task loses what it has not sent: a second, not the default's five (measured).",
        ),
      ]),
    ],
    "While Mimir is away, samples wait in the write-ahead log under --storage.path; measured over a minute: none lost.",
  );

export const lokiWrite = (config: Namespace): Block =>
  component(
    "loki.write",
    "loki",
    [
      block("endpoint", [
        attr("url", `http://${addressOf(config, "loki-distributor", "http")}${lokiPushPath}`),
      ]),
    ],
    [
      "While Loki is away, senders are made to wait (measured: none lost). A batch is given up after the default ten tries.",
      "The write-ahead log and queue_config of this component are experimental: left out.",
    ].join("\n"),
  );

export const tempoWrite = (config: Namespace): Block =>
  component(
    "otelcol.exporter.otlp",
    "tempo",
    [
      block("client", [
        attr("endpoint", `${hostOf(config, "tempo-distributor")}:${portNumbers.otlpGrpc}`),
        block("tls", [attr("insecure", true)]),
      ]),
    ],
    "While Tempo is away, up to 1,000 batches wait in memory, each for up to 5 minutes (defaults; measured: none lost).",
  );

export const pyroscopeWrite = (config: Namespace): Block =>
  component("pyroscope.write", "pyroscope", [
    block("endpoint", [attr("url", `http://${addressOf(config, "pyroscope", "http")}`)]),
  ]);
