/** Asks servers from the place in which it runs; every question over a connection of its own. */
import * as http from "node:http";
import * as https from "node:https";
import { Pusher, type PushResult } from "../../smoke/push";
import { Reader } from "../../smoke/read";
import type { Door, ReadingRoom } from "../../smoke/doors";
import type { Item, Stream } from "../../smoke/items";
import { serveCalls } from "../remoteProcess";

export interface Question {
  readonly url: string;
  readonly method?: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** PEM of an authority to trust. */
  readonly ca?: string;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

export interface ProbeCalls {
  /** @throws Error where no answer comes. */
  ask: (question: Question) => Promise<Answer>;
  push: (
    door: Door,
    stream: Stream,
    items: readonly Item[],
    reach: { readonly ca: string; readonly timeoutMs: number },
  ) => Promise<PushResult>;
  /** Sequences of the items that are there. @throws Error where the read fails. */
  read: (
    room: ReadingRoom,
    stream: Stream,
    items: readonly Item[],
    reach: { readonly ca: string; readonly timeoutMs: number },
  ) => Promise<readonly number[]>;
  /** Opens a WebSocket and closes it. @throws Error where it does not open. */
  openSocket: (url: string, timeoutMs: number) => Promise<void>;
}

function ask({ url, method = "GET", headers, timeoutMs, ca }: Question): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = (url.startsWith("https:") ? https : http).request(
      url,
      { method, headers, agent: false, ca, signal: AbortSignal.timeout(timeoutMs) },
      (response) => {
        let body = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => (body += chunk));
        response.on("error", reject);
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
      },
    );
    request.once("error", reject);
    request.end();
  });
}

async function push(...[door, stream, items, reach]: Parameters<ProbeCalls["push"]>) {
  const pusher = new Pusher(door, reach);
  try {
    return await pusher.push(stream, items);
  } finally {
    pusher.close();
  }
}

async function read(...[room, stream, items, reach]: Parameters<ProbeCalls["read"]>) {
  const reader = new Reader(room, reach);
  try {
    return [...(await reader.read(stream, items))];
  } finally {
    reader.close();
  }
}

function openSocket(url: string, timeoutMs: number): Promise<void> {
  const socket = new WebSocket(url);
  return new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("it does not open")), timeoutMs);
    socket.addEventListener("open", () => {
      clearTimeout(timer);
      resolve();
    });
    socket.addEventListener("error", () => {
      clearTimeout(timer);
      reject(new Error("it does not open"));
    });
  }).finally(() => socket.close());
}

serveCalls<ProbeCalls>({ ask, push, read, openSocket });
