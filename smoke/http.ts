import * as http from "node:http";
import * as https from "node:https";
import { isIP, type LookupFunction } from "node:net";

/** How to reach a stack. */
export interface Reach {
  /** PEM of the authorities to trust, besides the system's. */
  readonly ca?: string;
  /** Address to connect to, whatever a public host's name says: where no name points at it yet. */
  readonly resolveTo?: string;
  /** Port to connect to at {@link resolveTo}; default is the URL's. */
  readonly resolvePort?: number;
  /** Longest wait for one answer, in milliseconds. */
  readonly timeoutMs: number;
}

export interface HttpRequest {
  readonly method?: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Asks over kept connections, as the clients of a stack do. */
export class HttpClient {
  private readonly plain = new http.Agent({ keepAlive: true, maxSockets: 64 });
  private readonly tls: https.Agent;

  constructor(private readonly reach: Reach) {
    this.tls = new https.Agent({ keepAlive: true, maxSockets: 64, ca: reach.ca });
  }

  /** @throws Error where no answer comes: refused, cut off, not in time. */
  public request(
    url: string,
    { method = "GET", headers, body }: HttpRequest = {},
  ): Promise<HttpAnswer> {
    const secure = url.startsWith("https:");
    const target = new URL(url);
    const options: https.RequestOptions = {
      method,
      headers: {
        ...headers,
        ...(body === undefined ? {} : { "content-length": Buffer.byteLength(body) }),
      },
      agent: secure ? this.tls : this.plain,
      signal: AbortSignal.timeout(this.reach.timeoutMs),
      ...(secure ? this.detour(target) : {}),
    };
    return new Promise((resolve, reject) => {
      const request = (secure ? https : http).request(target, options, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks),
          }),
        );
      });
      request.on("error", (error) => {
        // Silence: other kept connections may lead to the same dead address, and would each cost as long.
        if (error.name === "AbortError" || error.name === "TimeoutError") this.dropKept();
        reject(new Error(reasonOf(error, this.reach.timeoutMs)));
      });
      request.end(body);
    });
  }

  /** Closes kept connections, so that the process can end. */
  public close(): void {
    this.plain.destroy();
    this.tls.destroy();
  }

  private dropKept(): void {
    for (const { freeSockets } of [this.plain, this.tls])
      for (const socket of Object.values(freeSockets).flatMap((kept) => kept ?? []))
        socket.destroy();
  }

  private detour(target: URL): https.RequestOptions {
    const { resolveTo, resolvePort } = this.reach;
    if (resolveTo === undefined) return {};
    return {
      lookup: lookupTo(resolveTo),
      // The name stays the URL's, for the certificate and the Host header.
      ...(resolvePort === undefined ? {} : { port: resolvePort }),
      servername: target.hostname,
    };
  }
}

/** A name lookup that always gives one address. */
function lookupTo(address: string): LookupFunction {
  const family = isIP(address);
  return (_hostname, options, callback) => {
    if (options.all === true) callback(null, [{ address, family }]);
    else callback(null, address, family);
  };
}

/** What went wrong, in words that a report can show. */
export function reasonOf(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "AbortError" || error.name === "TimeoutError")
    return `no answer within ${timeoutMs} ms`;
  const { code } = error as NodeJS.ErrnoException;
  return error.message !== "" ? error.message : (code ?? error.name);
}
