import * as http from "node:http";
import type { AddressInfo } from "node:net";

/** What to answer in place of the server behind. */
export interface Reply {
  readonly status: number;
  readonly body: string;
  readonly contentType?: string;
}

type Override = (body: string) => Reply | undefined;

/** A proxy that knows which AWS operation a request is, refuses some, and answers some by itself. */
export interface Interposer {
  readonly url: string;
  /** Operations asked for since the last `clear`, such as `ecs:DescribeServices`. */
  readonly asked: Set<string>;
  /** Answers an operation with "access denied". */
  deny(operation: string): void;
  /** Answers an operation as the function says; where that gives nothing, the server behind does. */
  answer(operation: string, override: Override): void;
  /** Rewrites the server's answer. */
  rewrite(operation: string, edit: (body: string) => string): void;
  clear(): void;
  stop(): Promise<void>;
}

export async function startInterposer(behind: string): Promise<Interposer> {
  const overrides = new Map<string, Override>();
  const edits = new Map<string, (body: string) => string>();
  const asked = new Set<string>();
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks);
      const operation = operationOf(request, body.toString());
      asked.add(operation);
      const reply = overrides.get(operation)?.(body.toString());
      if (reply !== undefined) {
        response.writeHead(reply.status, {
          "content-type": reply.contentType ?? "application/x-amz-json-1.1",
        });
        return response.end(request.method === "HEAD" ? undefined : reply.body);
      }
      const forwarded = http.request(
        `${behind}${request.url}`,
        { method: request.method, headers: request.headers },
        (answer) => {
          const edit = edits.get(operation);
          const parts: Buffer[] = [];
          answer.on("data", (chunk: Buffer) => parts.push(chunk));
          answer.on("end", () => {
            const text = Buffer.concat(parts);
            const sent = edit === undefined ? text : Buffer.from(edit(text.toString()));
            const headers = { ...answer.headers };
            delete headers["transfer-encoding"];
            if (request.method !== "HEAD") headers["content-length"] = String(sent.length);
            response.writeHead(answer.statusCode ?? 502, headers);
            response.end(request.method === "HEAD" ? undefined : sent);
          });
        },
      );
      forwarded.on("error", () => response.writeHead(502).end());
      forwarded.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    deny: (operation) => overrides.set(operation, () => denial(operation)),
    answer: (operation, override) => overrides.set(operation, override),
    rewrite: (operation, edit) => edits.set(operation, edit),
    clear: () => {
      overrides.clear();
      edits.clear();
      asked.clear();
    },
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** `service:Operation`, from the signature's scope and whatever names the operation in the service's protocol. */
function operationOf(request: http.IncomingMessage, body: string): string {
  const scope = /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\/aws4_request/.exec(
    request.headers.authorization ?? "",
  );
  const service = scope?.[1] ?? "unknown";
  const target = request.headers["x-amz-target"];
  if (typeof target === "string") return `${service}:${target.split(".").at(-1)}`;
  const action = /(?:^|&)Action=(\w+)/.exec(body)?.[1];
  if (action !== undefined) return `${service}:${action}`;
  const [path = "", query = ""] = (request.url ?? "").split("?");
  return `${service}:${request.method} ${path}${query === "" ? "" : `?${query.split("&")[0]?.split("=")[0]}`}`;
}

/** "Access denied" as the protocol of the operation's service says it. */
function denial(operation: string): Reply {
  const service = operation.split(":")[0] ?? "";
  const xml = (body: string): Reply => ({ status: 403, body, contentType: "text/xml" });
  if (service === "ec2") {
    return xml(
      "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error></Errors><RequestID>1</RequestID></Response>",
    );
  }
  if (["iam", "sts", "elasticloadbalancing", "route53"].includes(service)) {
    return xml(
      "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error><RequestId>1</RequestId></ErrorResponse>",
    );
  }
  if (service === "s3") return xml("<Error><Code>AccessDenied</Code><Message>no</Message></Error>");
  return { status: 400, body: '{"__type":"AccessDeniedException","message":"no"}' };
}

/** Answer of a JSON service. */
export const json = (value: unknown): Reply => ({ status: 200, body: JSON.stringify(value) });
