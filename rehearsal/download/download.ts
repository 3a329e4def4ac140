import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** Where bytes come from: the projects' own addresses, or a mirror that has them below their host names. */
export type Locate = (url: string) => string;

/** `https://github.com/a` is `MIRROR/github.com/a`. */
export const mirrored =
  (mirror: string | undefined): Locate =>
  (url) =>
    mirror === undefined ? url : `${mirror.replace(/\/+$/, "")}/${url.replace(/^https:\/\//, "")}`;

/** @throws Error naming the address, where it does not answer with 200. */
export async function fetchText(url: string): Promise<string> {
  const answer = await ask(url);
  if (!answer.ok) throw new Error(`${url}: HTTP ${answer.status}`);
  return answer.text();
}

/**
 * Downloads to a file, going on where an earlier attempt ended (`FILE.part`), and keeps it only with the given sum.
 *
 * @throws Error where the server refuses, the connection ends early (the part stays), or the sum is another one (the part goes).
 */
export async function downloadVerified(url: string, file: string, sha256: string): Promise<void> {
  const part = `${file}.part`;
  const have = fs.existsSync(part) ? fs.statSync(part).size : 0;
  const answer = await ask(url, have > 0 ? { range: `bytes=${have}-` } : {});
  // 416: the part is whole already, or longer than the file; its sum decides.
  if (answer.status !== 416) {
    if (!answer.ok || answer.body === null) throw new Error(`${url}: HTTP ${answer.status}`);
    const resumed = answer.status === 206;
    const length = Number(answer.headers.get("content-length") ?? NaN);
    const expected = (resumed ? have : 0) + length;
    try {
      await pipeline(
        Readable.fromWeb(answer.body),
        fs.createWriteStream(part, { flags: resumed ? "a" : "w" }),
      );
    } catch (error) {
      throw new Error(
        `${url}: the connection ended after ${sizeOf(part)} of ${expected} bytes (${reasonOf(error)}); the next run goes on from there`,
        { cause: error },
      );
    }
    if (!Number.isNaN(expected) && sizeOf(part) < expected) {
      throw new Error(
        `${url}: ended after ${sizeOf(part)} of ${expected} bytes; the next run goes on from there`,
      );
    }
  }
  const found = await sha256Of(part);
  if (found !== sha256) {
    fs.rmSync(part, { force: true });
    throw new Error(`${url}: its SHA-256 is ${found}, published is ${sha256}; nothing was kept`);
  }
  fs.renameSync(part, file);
}

/**
 * The sum of a file in a project's list of sums.
 *
 * @param list Lines of `sum  name`, or one sum alone.
 * @throws Error where the list does not name the file.
 */
export function publishedSum(list: string, name: string, url: string): string {
  const lines = list.trim().split(/\r?\n/);
  const alone = lines.length === 1 ? /^[0-9a-f]{64}$/.exec(lines[0]?.trim() ?? "") : null;
  if (alone !== null) return alone[0];
  for (const line of lines) {
    const match = /^([0-9a-f]{64})\s+\*?(.+)$/.exec(line.trim());
    if (match?.[1] !== undefined && path.basename(match[2] ?? "") === name) return match[1];
  }
  throw new Error(`${url} has no SHA-256 of ${name}`);
}

export async function sha256Of(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(fs.createReadStream(file), hash);
  return hash.digest("hex");
}

const sizeOf = (file: string): number => (fs.existsSync(file) ? fs.statSync(file).size : 0);

async function ask(url: string, headers: Record<string, string> = {}): Promise<Response> {
  try {
    return await fetch(url, { headers, redirect: "follow" });
  } catch (error) {
    throw new Error(`${url}: ${reasonOf(error)}`, { cause: error });
  }
}

function reasonOf(error: unknown): string {
  const { cause, message } = error as Error;
  return cause instanceof Error && cause.message !== "" ? cause.message : message;
}
