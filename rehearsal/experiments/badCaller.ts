import * as http2 from "node:http2";
import type { BadCall, Piece } from "./badCalls";
import type { BadAnswer } from "./badTraffic";

const CHUNK = Buffer.alloc(65_536);
const PATIENCE_SECONDS = 60;

/** Makes one bad call, over a connection of its own. */
export function makeCall(call: BadCall, ca: string): Promise<BadAnswer> {
  return new Promise((resolve) => {
    const session = http2.connect(call.origin, { ca });
    const end = (said: string) => {
      clearTimeout(timer);
      session.destroy();
      resolve({ what: call.what, said, right: call.answers });
    };
    const timer = setTimeout(() => end("no answer"), (call.openSeconds ?? PATIENCE_SECONDS) * 1000);
    session.once("error", (error: Error) => end(error.message));
    const stream = session.request({ ...call.headers }, { endStream: false });
    let status = 0;
    const seen = (headers: http2.IncomingHttpHeaders & http2.IncomingHttpStatusHeader) => {
      status = headers[":status"] ?? status;
      const code = headers["grpc-status"];
      if (code !== undefined) end(`gRPC ${String(code)}`);
      else if (status !== 200) end(`HTTP ${status}`);
    };
    stream.on("response", seen);
    stream.on("trailers", seen);
    // Of a refused body the rest is not wanted; that the write fails then is no news.
    stream.on("error", () => undefined);
    stream.once("close", () => end(`reset ${stream.rstCode}, HTTP ${status}`));
    stream.resume();
    void write(stream, call);
  });
}

async function write(stream: http2.ClientHttp2Stream, call: BadCall): Promise<void> {
  for (const piece of call.pieces) {
    if (call.everySeconds !== undefined)
      await new Promise((resolve) => setTimeout(resolve, (call.everySeconds ?? 0) * 1000));
    for (const bytes of bytesOf(piece)) {
      if (stream.destroyed) return;
      if (!stream.write(bytes))
        await new Promise((resolve) => {
          stream.once("drain", resolve);
          stream.once("close", resolve);
        });
    }
  }
  if (call.openSeconds === undefined) stream.end();
}

function* bytesOf(piece: Piece): Generator<Buffer> {
  if (typeof piece === "string") yield Buffer.from(piece, "base64");
  else for (let sent = 0; sent < piece.bytes; sent += CHUNK.length) yield CHUNK;
}
