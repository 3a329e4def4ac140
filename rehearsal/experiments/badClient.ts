/** The process that sends bad requests, in the network namespace of a client. `badTraffic.ts` starts it. */
import * as https from "node:https";
import { Readable } from "node:stream";
import { makeCall } from "./badCaller";
import type { BadCall } from "./badCalls";
import type { BadAnswer, BadOrder, BadRequest } from "./badTraffic";

const PIECE = Buffer.alloc(65_536, "x");
const SLOW_PIECES = 12;
const PATIENCE_MS = 60_000;

function send(request: BadRequest, ca: string): Promise<BadAnswer> {
  const { what, url, method, headers, body, slow, answers } = request;
  return new Promise((resolve) => {
    const right = answers.map((status) => `HTTP ${status}`);
    const answer = (said: string) => resolve({ what, said, right });
    const outgoing = https.request(
      url,
      {
        ...{ method, headers, ca, agent: false, signal: AbortSignal.timeout(PATIENCE_MS) },
        // The certificate is that of the host in the URL, whatever the Host header says.
        servername: new URL(url).hostname,
      },
      (response) => {
        response.resume();
        answer(`HTTP ${response.statusCode}`);
        // An early refusal of a large body: the rest is not sent.
        outgoing.destroy();
      },
    );
    outgoing.on("error", ({ message }) => answer(message));
    if (slow === true) void drip(outgoing);
    else if (typeof body === "object") Readable.from(pieces(body.bytes)).pipe(outgoing);
    else outgoing.end(body);
  });
}

function* pieces(bytes: number): Generator<Buffer> {
  for (let sent = 0; sent < bytes; sent += PIECE.length) yield PIECE;
}

async function drip(outgoing: NodeJS.WritableStream): Promise<void> {
  for (let piece = 0; piece < SLOW_PIECES; piece++) {
    outgoing.write("x");
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  outgoing.end();
}

const isSlow = ({ everySeconds, openSeconds }: BadCall) =>
  (everySeconds ?? openSeconds) !== undefined;

process.on("disconnect", () => process.exit());
process.once("message", ({ requests, calls, ca }: BadOrder) => {
  void (async () => {
    const slow = Promise.all(requests.filter((each) => each.slow).map((each) => send(each, ca)));
    const slowCalls = Promise.all(calls.filter(isSlow).map((call) => makeCall(call, ca)));
    const answers: BadAnswer[] = [];
    for (const request of requests.filter((each) => each.slow !== true))
      answers.push(await send(request, ca));
    for (const call of calls.filter((each) => !isSlow(each)))
      answers.push(await makeCall(call, ca));
    process.send?.([...answers, ...(await slow), ...(await slowCalls)], () => process.exit());
  })();
});
