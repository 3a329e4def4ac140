import { pushTimeseries } from "prometheus-remote-write";
import { GrpcClients } from "./grpc";
import { HttpClient, reasonOf, type HttpAnswer, type Reach } from "./http";
import { frameOf, lineOf, METRIC, SERVICE, signalOf, type Item, type Stream } from "./items";
import { logsRequest, metricsRequest, rejectedIn, tracesRequest } from "./otlp";
import type { Door } from "./doors";

/** What came of a push. Anything but `acknowledged` may be tried again with the same items. */
export type PushResult =
  | { readonly kind: "acknowledged" }
  /** The server said no, or the answer did not come: nobody may count on these items. */
  | { readonly kind: "refused"; readonly reason: string };

const ACKNOWLEDGED: PushResult = { kind: "acknowledged" };

/** Path of OTLP's trace service (opentelemetry-proto, collector/trace/v1/trace_service.proto). */
const TRACE_EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

/** Sends items through one door. */
export class Pusher {
  private readonly http: HttpClient;
  private readonly grpc: GrpcClients;

  constructor(
    private readonly door: Door,
    private readonly reach: Reach,
  ) {
    this.http = new HttpClient(reach);
    this.grpc = new GrpcClients(reach);
  }

  /** Sends a batch once. Never throws for what servers or the network do. */
  public async push(stream: Stream, items: readonly Item[]): Promise<PushResult> {
    const url = this.door.urls[stream.way];
    if (url === undefined) throw new Error(`the ${this.door.name} has no way ${stream.way}`);
    try {
      return await this.send(url, stream, items);
    } catch (error) {
      return { kind: "refused", reason: reasonOf(error, this.reach.timeoutMs) };
    }
  }

  public close(): void {
    this.http.close();
    this.grpc.close();
  }

  private async send(url: string, stream: Stream, items: readonly Item[]): Promise<PushResult> {
    switch (stream.way) {
      case "remote-write":
        return this.remoteWrite(url, stream, items);
      case "loki-push":
        return judged(await this.post(url, "application/json", lokiRequest(stream, items)));
      case "otlp-metrics":
        return this.otlp(url, stream, metricsRequest(stream, items));
      case "otlp-logs":
        return this.otlp(url, stream, logsRequest(stream, items));
      case "otlp-http-traces":
        return this.otlp(url, stream, tracesRequest(stream, items));
      case "otlp-grpc-traces": {
        const request = tracesRequest(stream, items);
        const answer = await this.grpc.call(url, TRACE_EXPORT, request, this.guard());
        return taken(rejectedIn("traces", answer));
      }
      case "profiles":
        return this.profile(url, stream, items);
    }
  }

  private async remoteWrite(
    url: string,
    stream: Stream,
    items: readonly Item[],
  ): Promise<PushResult> {
    let result = ACKNOWLEDGED;
    await pushTimeseries(
      {
        labels: { __name__: METRIC, run: stream.run, way: stream.way, stream: stream.name },
        samples: items.map(({ sequence, timeMs }) => ({ value: sequence, timestamp: timeMs })),
      },
      {
        url,
        fetch: async (_url, init) => {
          const headers = {
            "content-encoding": "snappy",
            "x-prometheus-remote-write-version": "0.1.0",
          };
          const body = new Uint8Array(init?.body ?? new ArrayBuffer(0));
          const answer = await this.post(url, "application/x-protobuf", body, headers);
          result = judged(answer);
          const { status, body: text } = answer;
          return { status, statusText: "", text: () => Promise.resolve(text.toString()) };
        },
      },
    );
    return result;
  }

  private async otlp(url: string, stream: Stream, request: Uint8Array): Promise<PushResult> {
    const answer = await this.post(url, "application/x-protobuf", request);
    const result = judged(answer);
    const signal = signalOf[stream.way];
    if (result.kind === "refused" || signal === "profiles") return result;
    // Some servers answer in JSON or with nothing: then there is no partial success to read.
    const protobuf = answer.headers["content-type"]?.includes("protobuf") ?? false;
    return protobuf ? taken(rejectedIn(signal, answer.body)) : result;
  }

  /** Collapsed stacks, the format of Pyroscope's `/ingest` (grafana.com/docs/pyroscope, Server HTTP API). */
  private async profile(url: string, stream: Stream, items: readonly Item[]): Promise<PushResult> {
    const times = items.map(({ timeMs }) => Math.floor(timeMs / 1000));
    const query = new URLSearchParams({
      name: SERVICE,
      from: String(Math.min(...times) - 10),
      until: String(Math.max(...times)),
    });
    const stacks = items.map((item) => `smoke;${frameOf(stream, item)} 100\n`).join("");
    return judged(await this.post(`${url}?${query.toString()}`, "text/plain", stacks));
  }

  private post(
    url: string,
    contentType: string,
    body: Uint8Array | string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<HttpAnswer> {
    return this.http.request(url, {
      method: "POST",
      headers: { "content-type": contentType, ...this.guard(), ...headers },
      body,
    });
  }

  private guard(): Record<string, string> {
    return this.door.token === undefined ? {} : { authorization: `Bearer ${this.door.token}` };
  }
}

function lokiRequest(stream: Stream, items: readonly Item[]): string {
  return JSON.stringify({
    streams: [
      {
        stream: {
          job: SERVICE,
          run: stream.run,
          stream: stream.name,
          level: stream.level ?? "info",
        },
        values: items.map((item) => [`${item.timeMs}000000`, lineOf(stream, item)]),
      },
    ],
  });
}

function judged({ status, body }: HttpAnswer): PushResult {
  if (status >= 200 && status < 300) return ACKNOWLEDGED;
  const words = body.toString().replaceAll(/\s+/g, " ").trim().slice(0, 200);
  return { kind: "refused", reason: `HTTP ${status}${words === "" ? "" : `: ${words}`}` };
}

const taken = (rejected: number): PushResult =>
  rejected === 0
    ? ACKNOWLEDGED
    : { kind: "refused", reason: `the server took the request and rejected ${rejected} of it` };
