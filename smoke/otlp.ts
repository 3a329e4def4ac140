import { SpanKind, SpanStatusCode, TraceFlags, type HrTime } from "@opentelemetry/api";
import { SeverityNumber } from "@opentelemetry/api-logs";
import {
  ProtobufLogsSerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
} from "@opentelemetry/otlp-transformer";
import { resourceFromAttributes } from "@opentelemetry/resources";
import type { ReadableLogRecord } from "@opentelemetry/sdk-logs";
import { AggregationTemporality, DataPointType, InstrumentType } from "@opentelemetry/sdk-metrics";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import {
  lineOf,
  METRIC,
  SERVICE,
  SPANS_PER_TRACE,
  traceIdOf,
  type Item,
  type Stream,
} from "./items";

/** OTLP in protobuf, by OpenTelemetry's own serializers. */
const resource = resourceFromAttributes({ "service.name": SERVICE });
const instrumentationScope = { name: SERVICE };
const hrTime = (timeMs: number): HrTime => [Math.floor(timeMs / 1000), (timeMs % 1000) * 1_000_000];

export function tracesRequest(stream: Stream, items: readonly Item[]): Uint8Array {
  const spans = items.flatMap((item) => {
    const traceId = traceIdOf(stream, item);
    return Array.from({ length: SPANS_PER_TRACE }, (_, index) =>
      span(stream, item, traceId, index),
    );
  });
  return serialized(ProtobufTraceSerializer.serializeRequest(spans));
}

function span(stream: Stream, item: Item, traceId: string, index: number): ReadableSpan {
  const idOf = (of: number) => `${traceId.slice(0, 14)}${of.toString(16).padStart(2, "0")}`;
  const context = (of: number) => ({
    traceId,
    spanId: idOf(of + 1),
    traceFlags: TraceFlags.SAMPLED,
  });
  return {
    name: index === 0 ? "smoke" : "smoke-inner",
    kind: index === 0 ? SpanKind.SERVER : SpanKind.INTERNAL,
    spanContext: () => context(index),
    ...(index === 0 ? {} : { parentSpanContext: context(0) }),
    startTime: hrTime(item.timeMs),
    endTime: hrTime(item.timeMs + 1),
    duration: hrTime(1),
    ended: true,
    status: { code: SpanStatusCode.OK },
    attributes: { run: stream.run, stream: stream.name, sequence: item.sequence },
    links: [],
    events: [],
    resource,
    instrumentationScope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

export function logsRequest(stream: Stream, items: readonly Item[]): Uint8Array {
  const records = items.map((item): ReadableLogRecord => ({
    hrTime: hrTime(item.timeMs),
    hrTimeObserved: hrTime(item.timeMs),
    severityNumber: SeverityNumber.INFO,
    severityText: "INFO",
    body: lineOf(stream, item),
    attributes: {},
    resource,
    instrumentationScope,
    droppedAttributesCount: 0,
  }));
  return serialized(ProtobufLogsSerializer.serializeRequest(records));
}

export function metricsRequest(stream: Stream, items: readonly Item[]): Uint8Array {
  return serialized(
    ProtobufMetricsSerializer.serializeRequest({
      resource,
      scopeMetrics: [
        {
          scope: instrumentationScope,
          metrics: [
            {
              descriptor: {
                name: METRIC,
                description: "",
                unit: "",
                type: InstrumentType.GAUGE,
                valueType: 1,
                advice: {},
              } as never,
              aggregationTemporality: AggregationTemporality.CUMULATIVE,
              dataPointType: DataPointType.GAUGE,
              dataPoints: items.map((item) => ({
                startTime: hrTime(item.timeMs),
                endTime: hrTime(item.timeMs),
                attributes: { run: stream.run, way: stream.way, stream: stream.name },
                value: item.sequence,
              })),
            },
          ],
        },
      ],
    }),
  );
}

/** Items that an OTLP answer says it did not take; 0 where it took all. */
export function rejectedIn(signal: "metrics" | "logs" | "traces", answer: Uint8Array): number {
  if (answer.length === 0) return 0;
  switch (signal) {
    case "metrics": {
      const { partialSuccess } = ProtobufMetricsSerializer.deserializeResponse(answer);
      return Number(partialSuccess?.rejectedDataPoints ?? 0);
    }
    case "logs": {
      const { partialSuccess } = ProtobufLogsSerializer.deserializeResponse(answer);
      return Number(partialSuccess?.rejectedLogRecords ?? 0);
    }
    case "traces": {
      const { partialSuccess } = ProtobufTraceSerializer.deserializeResponse(answer);
      return Number(partialSuccess?.rejectedSpans ?? 0);
    }
  }
}

function serialized(request: Uint8Array | undefined): Uint8Array {
  if (request === undefined) throw new Error("OpenTelemetry's serializer gave nothing");
  return request;
}
