import type { StackConfig } from "../stack/schema";
import { portNumbers } from "../../stacks/endpoints";
import {
  logsReceiver,
  lokiWrite,
  metricsReceiver,
  mimirWrite,
  profilesReceiver,
  pyroscopeWrite,
  tempoWrite,
  tracesInput,
} from "./destinations";
import { levelStages } from "./levels";
import { attr, block, component, ref, renderAlloy, type Block, type Statement } from "./syntax";

/** Largest message that is taken in. Loki and Tempo take 16 MiB per gRPC message themselves (S25). */
const largestMessage = "16MiB";

/** Share of the task's memory that Alloy's heap may fill before OTLP senders are told to come back later. */
const heapLimitShare = 0.75;

/**
 * The gateway of row D6: it takes in every signal, gives every log line its `level` label and passes everything on.
 * Needs no component that is not generally available.
 */
export function renderGateway(config: StackConfig): string {
  return renderAlloy(
    "Alloy gateway: OTLP, Prometheus remote write, Loki push and profiles in; Mimir, Loki, Tempo and Pyroscope out.",
    gatewayFile(config),
  );
}

/** The same as a tree, for whoever wants to know its structure. */
export function gatewayFile(config: StackConfig): Statement[] {
  return [
    ...otlp(config),
    component("prometheus.receive_http", "remote_write", [
      ...listeners(portNumbers.gatewayRemoteWrite, portNumbers.gatewayRemoteWriteGrpc),
      attr("forward_to", [metricsReceiver]),
    ]),
    component("loki.source.api", "push", [
      ...listeners(portNumbers.gatewayLoki, portNumbers.gatewayLokiGrpc),
      attr("use_incoming_timestamp", true, "The default stamps each line with its arrival."),
      attr("max_send_message_size", largestMessage),
      attr("forward_to", [ref("loki.process.level.receiver")]),
    ]),
    component("pyroscope.receive_http", "profiles", [
      ...listeners(portNumbers.gatewayProfiles, portNumbers.gatewayProfilesGrpc),
      attr("forward_to", [profilesReceiver]),
    ]),
    component(
      "loki.process",
      "level",
      [attr("forward_to", [logsReceiver]), ...levelStages()],
      "Loki keeps info for a shorter time by the stream label `level`, so every line gets one (D6).",
    ),
    mimirWrite(config),
    lokiWrite(config),
    tempoWrite(config),
    pyroscopeWrite(config),
  ];
}

function otlp(config: StackConfig): Block[] {
  const limiter = "otelcol.processor.memory_limiter.otlp.input";
  const batch = ref("otelcol.processor.batch.otlp.input");
  return [
    component("otelcol.receiver.otlp", "otlp", [
      block("grpc", [
        attr("endpoint", `0.0.0.0:${portNumbers.otlpGrpc}`),
        attr("max_recv_msg_size", largestMessage),
      ]),
      block("http", [
        attr("endpoint", `0.0.0.0:${portNumbers.otlpHttp}`),
        attr("max_request_body_size", largestMessage),
      ]),
      block("output", [
        attr("metrics", [ref(limiter)]),
        attr("logs", [ref(limiter)]),
        attr("traces", [ref(limiter)]),
      ]),
    ]),
    component(
      "otelcol.processor.memory_limiter",
      "otlp",
      [
        attr("check_interval", "1s"),
        attr("limit", `${Math.floor(config.alloy.gateway.memoryGb * 1024 * heapLimitShare)}MiB`),
        block("output", [
          attr("metrics", [batch]),
          attr(
            "logs",
            [ref("otelcol.exporter.loki.otlp.input")],
            "Never batched: with a batch here the stop hangs past 120 s and records are lost (measured).",
          ),
          attr("traces", [batch]),
        ]),
      ],
      [
        "While Tempo is away its queue grows in memory. Above the limit senders are refused and try again; without it the",
        "task is killed, and with it go the metrics in its write-ahead log. Not part of the measured configuration.",
      ].join("\n"),
    ),
    component("otelcol.processor.batch", "otlp", [
      attr("timeout", "200ms"),
      block("output", [
        attr("metrics", [ref("otelcol.exporter.prometheus.otlp.input")]),
        attr("traces", [tracesInput]),
      ]),
    ]),
    component("otelcol.exporter.prometheus", "otlp", [attr("forward_to", [metricsReceiver])]),
    component(
      "otelcol.exporter.loki",
      "otlp",
      [attr("forward_to", [ref("loki.process.level.receiver")])],
      [
        "Not Loki's own OTLP endpoint: that one keeps the severity as structured metadata, which retention cannot select.",
        "This exporter turns it into the label `level`, which the stages below bring into one spelling.",
      ].join("\n"),
    ),
  ];
}

/** An HTTP server for everybody, and the gRPC server that the component opens in any case, out of reach. */
const listeners = (httpPort: number, grpcPort: number): Block[] => [
  block("http", [attr("listen_address", "0.0.0.0"), attr("listen_port", httpPort)]),
  block(
    "grpc",
    [attr("listen_address", "127.0.0.1"), attr("listen_port", grpcPort)],
    "Left out, it listens on every address on a random port (measured).",
  ),
];
