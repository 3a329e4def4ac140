import { createHash, createHmac, type BinaryLike } from "node:crypto";
import * as http from "node:http";
import * as https from "node:https";
import { SignatureV4 } from "@smithy/signature-v4";
import type { TaskCredentials } from "../credentials";
import type { Gate } from "./gate";
import { operationOf, type S3Operation } from "./operation";

/** What S3 can be made to suffer from. */
export type S3Fault =
  | { readonly kind: "none" }
  /** Each answer comes so much later. */
  | { readonly kind: "slow"; readonly milliseconds: number }
  /** One in so many requests is answered with 503 SlowDown. */
  | { readonly kind: "errors"; readonly oneIn: number };

export interface S3FrontSettings {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
  /** S3's host name in the plan's region. */
  readonly endpoint: string;
  readonly region: string;
  /** The S3 server behind, which knows one key only. */
  readonly server: {
    readonly port: number;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
  };
}

/** Headers that belong to the caller's signature or to one hop. */
const DROPPED = new Set([
  ...["authorization", "x-amz-security-token", "x-amz-date", "host", "connection", "expect"],
  ...["transfer-encoding", "keep-alive"],
]);

/**
 * S3 as the tasks see it: TLS, S3's own name, and IAM's decisions. What is allowed goes on, signed anew, to an S3 server
 * that knows nothing of policies.
 */
export class S3Front {
  fault: S3Fault = { kind: "none" };
  private requests = 0;
  private readonly agent = new http.Agent({ keepAlive: true, maxSockets: 128 });
  private readonly signer: SignatureV4;

  constructor(
    private readonly settings: S3FrontSettings,
    private readonly gate: Gate,
  ) {
    this.signer = new SignatureV4({
      service: "s3",
      region: settings.region,
      credentials: settings.server,
      sha256: NodeHash,
      uriEscapePath: false,
      // The payload's hash is the caller's own.
      applyChecksum: false,
    });
  }

  listen(address: string, port: number): Promise<void> {
    const { certificatePem, privateKeyPem } = this.settings;
    const server = https.createServer(
      { cert: certificatePem, key: privateKeyPem },
      (ask, answer) => {
        this.handle(ask, answer).catch((error: unknown) => {
          fail(
            answer,
            500,
            "InternalError",
            error instanceof Error ? error.message : String(error),
          );
        });
      },
    );
    server.keepAliveTimeout = 60_000;
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, address, resolve);
    });
  }

  private async handle(ask: http.IncomingMessage, answer: http.ServerResponse): Promise<void> {
    const turn = ++this.requests;
    const { fault } = this;
    if (fault.kind === "slow") {
      await new Promise((resolve) => setTimeout(resolve, fault.milliseconds));
    } else if (fault.kind === "errors" && turn % fault.oneIn === 0) {
      ask.resume();
      return fail(answer, 503, "SlowDown", "Please reduce your request rate.");
    }
    const accessKeyId = /Credential=([^/]+)\//.exec(ask.headers.authorization ?? "")?.[1];
    const caller = this.gate.callerOf(accessKeyId);
    if (caller === undefined) {
      ask.resume();
      return fail(
        answer,
        403,
        accessKeyId === undefined ? "AccessDenied" : "InvalidAccessKeyId",
        "The AWS Access Key Id you provided does not exist in our records.",
      );
    }
    const operation = operationOf(
      ask.method ?? "GET",
      ask.url ?? "/",
      ask.headers,
      this.settings.endpoint,
    );
    if (operation.deletesMany) return this.deleteMany(caller, operation, ask, answer);
    if (!this.gate.allows(caller, operation.needs, operation.context)) {
      ask.resume();
      return fail(answer, 403, "AccessDenied", accessDenied(caller, operation));
    }
    const back = await this.forward(ask, operation.path, ask);
    if (back.statusCode === 404 && operation.key !== "" && !this.mayList(caller, operation)) {
      back.resume();
      // S3 does not tell who may not list whether a key exists.
      return fail(answer, 403, "AccessDenied", accessDenied(caller, operation));
    }
    pass(back, answer);
  }

  private mayList(caller: TaskCredentials, { bucket, context }: S3Operation): boolean {
    const needs = [{ action: "s3:ListBucket", resource: `arn:aws:s3:::${bucket}` }];
    return this.gate.allows(caller, needs, context, false);
  }

  /** The answer is 200 all the same, with an error for each key that may not be deleted. */
  private async deleteMany(
    caller: TaskCredentials,
    operation: S3Operation,
    ask: http.IncomingMessage,
    answer: http.ServerResponse,
  ): Promise<void> {
    const body = (await readAll(ask)).toString();
    const objects = [...body.matchAll(/<Object>.*?<\/Object>/gs)].map(([text]) => ({
      text,
      key: unescapeXml(/<Key>(.*?)<\/Key>/s.exec(text)?.[1] ?? ""),
    }));
    const judged = objects.map((object) => ({
      ...object,
      allowed: this.gate.allows(
        caller,
        [{ action: "s3:DeleteObject", resource: `arn:aws:s3:::${operation.bucket}/${object.key}` }],
        operation.context,
      ),
    }));
    const errors = judged
      .filter(({ allowed }) => !allowed)
      .map(
        ({ key }) =>
          `<Error><Key>${escapeXml(key)}</Key><Code>AccessDenied</Code><Message>Access Denied</Message></Error>`,
      )
      .join("");
    const allowed = judged.filter((object) => object.allowed);
    if (allowed.length === 0) {
      answer
        .writeHead(200, { "content-type": "application/xml" })
        .end(`<?xml version="1.0" encoding="UTF-8"?>\n<DeleteResult>${errors}</DeleteResult>`);
      return;
    }
    const kept = Buffer.from(`<Delete>${allowed.map(({ text }) => text).join("")}</Delete>`);
    const back = await this.forward(ask, operation.path, kept);
    const result = (await readAll(back))
      .toString()
      .replace("</DeleteResult>", `${errors}</DeleteResult>`);
    answer.writeHead(back.statusCode ?? 500, { "content-type": "application/xml" }).end(result);
  }

  private async forward(
    ask: http.IncomingMessage,
    path: string,
    body: http.IncomingMessage | Buffer,
  ): Promise<http.IncomingMessage> {
    const { port } = this.settings.server;
    const host = `127.0.0.1:${port}`;
    const [pathname = "/", query = ""] = path.split(/\?(.*)/s);
    const hash = Buffer.isBuffer(body)
      ? createHash("sha256").update(body).digest("hex")
      : String(ask.headers["x-amz-content-sha256"] ?? "UNSIGNED-PAYLOAD");
    const signed = await this.signer.sign({
      method: ask.method ?? "GET",
      protocol: "http:",
      hostname: "127.0.0.1",
      port,
      path: pathname,
      query: queryOf(query),
      headers: { host, "x-amz-content-sha256": hash },
    });
    const headers: http.OutgoingHttpHeaders = { ...signed.headers };
    for (const [name, value] of Object.entries(ask.headers)) {
      if (!DROPPED.has(name) && !(name in headers)) headers[name] = value;
    }
    if (Buffer.isBuffer(body)) {
      headers["content-length"] = body.length;
      headers["content-md5"] = createHash("md5").update(body).digest("base64");
    }
    return new Promise((resolve, reject) => {
      const onward = http.request(
        { agent: this.agent, host: "127.0.0.1", port, method: ask.method, path, headers },
        resolve,
      );
      onward.once("error", reject);
      if (Buffer.isBuffer(body)) onward.end(body);
      else body.pipe(onward);
    });
  }
}

/** The signer's hash, on Node's own. */
class NodeHash {
  private readonly parts: BinaryLike[] = [];

  constructor(private readonly secret?: string | ArrayBuffer | ArrayBufferView) {}

  update(chunk: Uint8Array): void {
    this.parts.push(chunk);
  }

  digest(): Promise<Uint8Array> {
    const { secret } = this;
    const key =
      secret === undefined || typeof secret === "string"
        ? secret
        : ArrayBuffer.isView(secret)
          ? new Uint8Array(secret.buffer, secret.byteOffset, secret.byteLength)
          : new Uint8Array(secret);
    const hash = key === undefined ? createHash("sha256") : createHmac("sha256", key);
    for (const part of this.parts) hash.update(part);
    return Promise.resolve(hash.digest());
  }

  reset(): void {
    this.parts.length = 0;
  }
}

function queryOf(text: string): Record<string, string | string[]> {
  const query: Record<string, string | string[]> = {};
  for (const [name, value] of new URLSearchParams(text)) query[name] = value;
  return query;
}

function pass(back: http.IncomingMessage, answer: http.ServerResponse): void {
  const headers = { ...back.headers };
  delete headers.connection;
  delete headers["keep-alive"];
  answer.writeHead(back.statusCode ?? 500, headers);
  back.pipe(answer);
}

async function readAll(stream: NodeJS.ReadableStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

const accessDenied = (caller: TaskCredentials, { needs }: S3Operation) =>
  `${caller.roleArn} is not authorized to perform: ${needs.map(({ action, resource }) => `${action} on ${resource}`).join(", ")}`;

/** S3's form of an error. */
function fail(answer: http.ServerResponse, status: number, code: string, message: string): void {
  if (answer.headersSent) {
    answer.destroy();
    return;
  }
  answer
    .writeHead(status, { "content-type": "application/xml" })
    .end(
      `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error>`,
    );
}

const escapeXml = (text: string) =>
  text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");

const unescapeXml = (text: string) =>
  text
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&quot;/g, '"')
    .replace(/&#x?\w+;/g, (entity) => {
      const code = entity.startsWith("&#x")
        ? parseInt(entity.slice(3), 16)
        : Number(entity.slice(2, -1));
      return String.fromCodePoint(code);
    })
    .replace(/&amp;/g, "&");
