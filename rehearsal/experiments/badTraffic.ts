import * as path from "node:path";
import * as fs from "node:fs";
import { badCalls, type BadCall } from "./badCalls";
import { doorOf } from "./load";
import type { Experiment } from "./experiment";

/** One bad request, and the answers that are right: a refusal, by the front door or by the server behind it. */
export interface BadRequest {
  readonly what: string;
  readonly url: string;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes of the body, or the body. */
  readonly body?: string | { readonly bytes: number };
  /** The body comes in pieces, one a second. */
  readonly slow?: true;
  /** Statuses that are right. */
  readonly answers: readonly number[];
}

/** What the bad client is told. */
export interface BadOrder {
  readonly requests: readonly BadRequest[];
  readonly calls: readonly BadCall[];
  readonly ca: string;
}

/** What a request or a call got. */
export interface BadAnswer {
  readonly what: string;
  /** `HTTP 404`, `gRPC 13`, or why there was no answer. */
  readonly said: string;
  /** What is right to say. */
  readonly right: readonly string[];
}

/** Larger than any push of a client; the servers' own limits are below it. */
const OVERSIZED_BYTES = 120_000_000;

/** Everything bad that is tried on a public path. */
export function badRequests(urls: Readonly<Record<string, string>>, token: string): BadRequest[] {
  return Object.entries(urls)
    .filter(([way]) => way !== "otlp-grpc-traces")
    .flatMap(([way, url]): BadRequest[] => {
      const type = way === "loki-push" ? "application/json" : "application/x-protobuf";
      const good = { authorization: `Bearer ${token}`, "content-type": type };
      const request = (what: string, more: Partial<BadRequest>): BadRequest => ({
        what: `${way}: ${what}`,
        url,
        method: "POST",
        headers: good,
        body: "not what it says",
        answers: [404],
        ...more,
      });
      return [
        request("no token", { headers: { "content-type": type } }),
        request("wrong token", {
          headers: { ...good, authorization: `Bearer ${token.replace(/./g, "0")}` },
        }),
        request("token in the wrong scheme", {
          headers: { ...good, authorization: `Basic ${token}` },
        }),
        request("wrong host", { headers: { ...good, host: "elsewhere.example.com" } }),
        request("path beside the right one", { url: `${url}x` }),
        request("malformed body", { answers: [400] }),
        request("wrong method", { method: "GET", body: undefined, answers: [404, 405] }),
        request("wrong method DELETE", { method: "DELETE", body: undefined, answers: [404, 405] }),
        request("oversized body", { body: { bytes: OVERSIZED_BYTES }, answers: [400, 413, 429] }),
        // Twelve letters are no push to one server, and an empty one to another: what counts is that nobody waits for it.
        request("slow body", { slow: true, answers: [200, 400, 408, 422] }),
      ];
    });
}

export const badTraffic: Experiment = {
  name: "bad-traffic",
  title:
    "no token, wrong token, wrong host, wrong path, wrong method, malformed, oversized and slow bodies on every public path, HTTP and gRPC",
  promises: {},
  run: async ({ rehearsal, note, complain }) => {
    const { urls, token = "" } = doorOf(rehearsal);
    const internet = await rehearsal.internet();
    const { projectRoot } = rehearsal.settings;
    const child = internet.spawn(
      process.execPath,
      [path.join(projectRoot, "run.js"), "rehearsal/experiments/badClient.ts"],
      { stdio: ["ignore", "inherit", "inherit", "ipc"] },
    );
    const answers = new Promise<readonly BadAnswer[]>((resolve, reject) => {
      child.once("message", (message: readonly BadAnswer[]) => resolve(message));
      child.once("exit", () => reject(new Error("the bad client ended without answers")));
    });
    const grpc = urls["otlp-grpc-traces"];
    const order: BadOrder = {
      requests: badRequests(urls, token),
      calls: grpc === undefined ? [] : badCalls(grpc, token),
      ca: fs.readFileSync(rehearsal.authorityFile, "utf8"),
    };
    child.send(order);
    for (const { what, said, right } of await answers) {
      note(`${what}: ${said}`);
      if (!right.includes(said))
        complain(`${what} was answered ${said}, not ${right.join(" or ")}`);
    }
  },
};
