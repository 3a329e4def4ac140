/** Bad calls of OTLP's gRPC service, as a plain HTTP/2 client can make them. */

/** Part of a request's body: bytes as base64, or so many bytes of nothing. */
export type Piece = string | { readonly bytes: number };

/** One bad call, and the answers that are right. */
export interface BadCall {
  readonly what: string;
  /** `https://host:port`. */
  readonly origin: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly pieces: readonly Piece[];
  /** Pause before each piece, in seconds. @default 0 */
  readonly everySeconds?: number;
  /** Never says that the body is over; the client gives up after so many seconds. */
  readonly openSeconds?: number;
  /** `HTTP 404`, `gRPC 13`, `no answer`. */
  readonly answers: readonly string[];
}

const SERVICE = "/opentelemetry.proto.collector.trace.v1.TraceService";
/** The receiver takes 4 MiB (grpc-go's default, MaxRecvMsgSize); this is above every limit on the way. */
const OVERSIZED_BYTES = 40_000_000;
/** Longer than any server here waits for a header, shorter than the load balancer's idle timeout. */
const HALF_OPEN_SECONDS = 15;

/** A gRPC message's prefix: not compressed, and its length (grpc/grpc:doc/PROTOCOL-HTTP2.md). */
function prefix(length: number): string {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt32BE(length, 1);
  return bytes.toString("base64");
}

const junk = (text: string): string => Buffer.from(text).toString("base64");

/**
 * Everything bad that is tried on the gRPC path. Codes are gRPC's: 3 no gRPC, 8 too large, 12 unknown method, 13 no such
 * message or no POST; with the last two comes an HTTP status, too, which the gRPC code goes before.
 */
export function badCalls(url: string, token: string): BadCall[] {
  const { origin } = new URL(url);
  const nothing = [prefix(0)];
  const good = {
    ":method": "POST",
    ":path": `${SERVICE}/Export`,
    "content-type": "application/grpc",
    te: "trailers",
    authorization: `Bearer ${token}`,
  };
  const call = (
    what: string,
    headers: Readonly<Record<string, string | undefined>>,
    answers: readonly string[],
    more: Partial<BadCall> = {},
  ): BadCall => ({
    what: `otlp-grpc-traces: ${what}`,
    origin,
    headers: Object.fromEntries(
      Object.entries({ ...good, ...headers }).filter(
        (entry): entry is [string, string] => entry[1] !== undefined,
      ),
    ),
    pieces: nothing,
    answers,
    ...more,
  });
  const notFound = ["HTTP 404"];
  const noMessage = ["gRPC 13"];
  return [
    call("no token", { authorization: undefined }, notFound),
    call("wrong token", { authorization: `Bearer ${token.replace(/./g, "0")}` }, notFound),
    call("token in the wrong scheme", { authorization: `Basic ${token}` }, notFound),
    call("wrong host", { ":authority": "elsewhere.example.com" }, notFound),
    call("another service", { ":path": "/grpc.health.v1.Health/Check" }, notFound),
    call("unknown method of the service", { ":path": `${SERVICE}/Import` }, ["gRPC 12"]),
    call("wrong HTTP method", { ":method": "GET" }, noMessage),
    call("no gRPC at all", { "content-type": "application/json" }, ["gRPC 3"]),
    call("malformed message", {}, noMessage, { pieces: [prefix(11), junk("no protobuf")] }),
    // Tempo 2.9.0 says Unknown (measured): the stream ends before the message does.
    call("message cut off", {}, ["gRPC 2", ...noMessage], {
      pieces: [prefix(100), junk("no protobuf")],
    }),
    call("oversized message", {}, ["gRPC 8"], {
      pieces: [prefix(OVERSIZED_BYTES), { bytes: OVERSIZED_BYTES }],
    }),
    call("slow message", {}, noMessage, {
      pieces: [prefix(11), ...[..."no protobuf"].map(junk)],
      everySeconds: 1,
    }),
    call("half-open", {}, ["no answer"], {
      pieces: [prefix(100), junk("no protobuf")],
      openSeconds: HALF_OPEN_SECONDS,
    }),
  ];
}
