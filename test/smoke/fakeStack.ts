import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { Server, ServerCredentials, type ServiceDefinition } from "@grpc/grpc-js";
import { deserialize } from "prometheus-remote-write";
import { uncompress } from "snappyjs";

/** What a fake server does with what it gets. */
export interface Behaviour {
  /** Keeps only items of which this says yes; acknowledges all of them. */
  keep?: (sequence: number) => boolean;
  /** Answers this instead of taking anything. */
  refuse?: number;
  /** Takes everything, and says in the answer that it rejected this many (OTLP). */
  rejects?: number;
  /** Items can be read this much later. */
  delayMs?: number;
  /** Reads answer this. */
  readStatus?: number;
}

interface Kept {
  readonly key: string;
  readonly at: number;
}

/**
 * Servers of every signal in this process, on one HTTP port and one gRPC port: they keep what is sent, and lose, refuse
 * or hold back what the test says. They take requests apart only as far as items can be told.
 */
export class FakeStack {
  /** Searches for traces, and look-ups by id. */
  searches = 0;
  lookUps = 0;
  readonly behaviour: Partial<Record<string, Behaviour>> = {};
  readonly token = "fake-token";
  private readonly kept = new Map<string, Kept>();
  private readonly samples: {
    run: string;
    way: string;
    stream: string;
    value: number;
    time: number;
    at: number;
  }[] = [];
  private readonly server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => void this.answer(request, Buffer.concat(chunks), response));
  });
  private readonly grpc = new Server();

  async start(): Promise<{ url: string; grpcUrl: string }> {
    await new Promise((resolve) => this.server.listen(0, "127.0.0.1", () => resolve(undefined)));
    const bytes = (value: Buffer) => value;
    const service: ServiceDefinition = {
      Export: {
        path: "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
        requestStream: false,
        responseStream: false,
        requestSerialize: bytes,
        requestDeserialize: bytes,
        responseSerialize: bytes,
        responseDeserialize: bytes,
      },
    };
    this.grpc.addService(service, {
      Export: (
        call: { request: Buffer; metadata: { get(name: string): unknown[] } },
        callback: (error: object | null, value?: Buffer) => void,
      ) => {
        const behaviour = this.behaviour["otlp-grpc-traces"] ?? {};
        if (
          behaviour.refuse !== undefined ||
          call.metadata.get("authorization")[0] !== `Bearer ${this.token}`
        ) {
          callback({ code: 14, details: "not today" });
          return;
        }
        this.takeTraces("otlp-grpc-traces", call.request);
        callback(null, Buffer.alloc(0));
      },
    });
    const grpcPort = await new Promise<number>((resolve, reject) =>
      this.grpc.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) =>
        error === null ? resolve(port) : reject(error),
      ),
    );
    return {
      url: `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`,
      grpcUrl: `http://127.0.0.1:${grpcPort}`,
    };
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
    this.grpc.forceShutdown();
  }

  private async answer(
    request: http.IncomingMessage,
    body: Buffer,
    response: http.ServerResponse,
  ): Promise<void> {
    const url = new URL(request.url ?? "/", "http://fake");
    const [, kind = "", way = ""] = url.pathname.split("/");
    const behaviour = this.behaviour[way] ?? {};
    if (kind === "push") {
      if (request.headers.authorization !== `Bearer ${this.token}`)
        response.writeHead(404).end("not found");
      else if (behaviour.refuse !== undefined)
        response.writeHead(behaviour.refuse).end("not today");
      else {
        await this.take(way, body);
        const rejected = behaviour.rejects;
        // ExportXServiceResponse { partial_success { rejected = n } }
        const partial =
          rejected === undefined ? Buffer.alloc(0) : Buffer.from([0x0a, 2, 0x08, rejected]);
        response.writeHead(200, { "content-type": "application/x-protobuf" }).end(partial);
      }
      return;
    }
    if (behaviour.readStatus !== undefined) response.writeHead(behaviour.readStatus).end("broken");
    else this.read(way, url, response);
  }

  private async take(way: string, body: Buffer): Promise<void> {
    const text = body.toString("latin1");
    if (way === "remote-write") {
      const { timeseries } = (await deserialize(uncompress(body) as never)) as unknown as {
        timeseries: {
          labels: { name: string; value: string }[];
          samples: { value: number; timestamp: { toNumber(): number } | number }[];
        }[];
      };
      for (const { labels, samples } of timeseries) {
        const label = (name: string) => labels.find((each) => each.name === name)?.value ?? "";
        for (const { value, timestamp } of samples)
          this.takeSample(
            label,
            value,
            typeof timestamp === "number" ? timestamp : timestamp.toNumber(),
          );
      }
    } else if (way === "otlp-metrics") {
      // Gauge points: time_unix_nano (field 3, fixed64), as_double (field 4), then attributes, in the serializer's order.
      const value = (name: string) =>
        new RegExp(`${name}\\x12.\\n.([\\w-]+)`, "s").exec(text)?.[1] ?? "";
      const points = [...text.matchAll(/\x19([\s\S]{8})(?:\x21|\x31)([\s\S]{8})/g)];
      for (const [, time = "", number = ""] of points) {
        const nanos = Buffer.from(time, "latin1").readBigUInt64LE();
        this.takeSample(
          value,
          Buffer.from(number, "latin1").readDoubleLE(),
          Number(nanos / 1_000_000n),
        );
      }
    } else if (way === "otlp-http-traces") this.takeTraces(way, body);
    else {
      const pattern = /run=(\w+) stream=([\w-]+) sequence=(\d+) /g;
      for (const [, run, stream, sequence] of text.matchAll(pattern))
        this.keep(
          way,
          Number(sequence),
          `${way} run=${run} stream=${stream} sequence=${sequence} `,
        );
    }
  }

  private takeSample(label: (name: string) => string, value: number, time: number): void {
    const way = label("way");
    const { keep, delayMs = 0 } = this.behaviour[way] ?? {};
    if (keep?.(value) === false) return;
    this.samples.push({
      run: label("run"),
      way,
      stream: label("stream"),
      value,
      time,
      at: Date.now() + delayMs,
    });
  }

  private takeTraces(way: string, body: Buffer): void {
    const text = body.toString("latin1");
    // Span { trace_id (field 1, 16 bytes), span_id (field 2, 8 bytes) … }
    for (const match of text.matchAll(/\x0a\x10([\s\S]{16})\x12\x08([\s\S]{8})/g)) {
      const hex = (part: string | undefined) => Buffer.from(part ?? "", "latin1").toString("hex");
      // The order of arrival is that of the sequence: two spans each.
      const index = [...this.kept.keys()].filter((key) => key.startsWith(`${way} `)).length / 2;
      const { keep, delayMs = 0 } = this.behaviour[way] ?? {};
      if (keep?.(Math.floor(index)) === false && match[2]?.endsWith("\x02")) {
        this.kept.set(`${way} lost ${hex(match[1])}`, { key: "", at: Infinity });
        continue;
      }
      const key = `${way} ${hex(match[1])} ${hex(match[2])}`;
      this.kept.set(key, { key, at: Date.now() + delayMs });
    }
  }

  private keep(way: string, sequence: number, key: string): void {
    const { keep, delayMs = 0 } = this.behaviour[way] ?? {};
    if (keep?.(sequence) !== false) this.kept.set(key, { key, at: Date.now() + delayMs });
  }

  private read(signal: string, url: URL, response: http.ServerResponse): void {
    const now = Date.now();
    const json = (value: unknown) => response.end(JSON.stringify(value));
    const there = [...this.kept.values()].filter(({ at }) => at <= now).map(({ key }) => key);
    if (signal === "metrics") {
      const query = url.searchParams.get("query") ?? "";
      const label = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(query)?.[1];
      const values = this.samples
        .filter(
          ({ at, run, way, stream }) =>
            at <= now && run === label("run") && way === label("way") && stream === label("stream"),
        )
        .map(({ time, value }) => [time / 1000, String(value)]);
      json({ data: { result: [{ values }] } });
    } else if (signal === "logs") {
      const query = url.searchParams.get("query") ?? "";
      const way = query.startsWith("{job=") ? "loki-push " : "otlp-logs ";
      const values = there.filter((key) => key.startsWith(way)).map((key) => ["1", key]);
      json({ data: { result: [{ values }] } });
    } else if (signal === "traces" && url.pathname.endsWith("/api/search")) {
      this.searches++;
      const ids = there.flatMap((key) => /-traces (\w+) /.exec(key)?.[1] ?? []);
      const traces = [...new Set(ids)].map((id) => ({
        traceID: id.replace(/^0+/, ""),
        spanSets: [{ matched: ids.filter((each) => each === id).length }],
      }));
      json({ traces });
    } else if (signal === "traces") {
      this.lookUps++;
      const id = url.pathname.split("/").at(-1) ?? "";
      const spans = there
        .filter((key) => key.includes(` ${id} `))
        .map((key) => ({ spanId: key.split(" ")[2] }));
      if (spans.length === 0) response.writeHead(404).end();
      else json({ batches: [{ scopeSpans: [{ spans }] }] });
    } else {
      const names = there
        .filter((key) => key.startsWith("profiles "))
        .map((key) => key.replace("profiles ", ""));
      json({ flamebearer: { names } });
    }
  }
}
