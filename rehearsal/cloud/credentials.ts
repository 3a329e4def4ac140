import { randomBytes, randomUUID } from "node:crypto";
import * as http from "node:http";

/** Keys of one task, made up; S3's stand-in knows by them who asks. */
export interface TaskCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly roleArn: string;
  /** Name of the task. */
  readonly owner: string;
}

const LIFETIME_MILLISECONDS = 6 * 3600 * 1000;

/**
 * The credentials endpoint of ECS, `http://169.254.170.2$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI`.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
 */
export class CredentialsEndpoint {
  private readonly byPath = new Map<string, TaskCredentials>();
  private server: http.Server | undefined;

  async start(address: string, port = 80): Promise<void> {
    const server = http.createServer((request, response) => {
      const credentials = this.byPath.get(request.url ?? "");
      if (credentials === undefined) {
        response.writeHead(404).end("no such credentials\n");
        return;
      }
      response.writeHead(200, { "content-type": "application/json" }).end(
        JSON.stringify({
          RoleArn: credentials.roleArn,
          AccessKeyId: credentials.accessKeyId,
          SecretAccessKey: credentials.secretAccessKey,
          Token: credentials.sessionToken,
          Expiration: new Date(Date.now() + LIFETIME_MILLISECONDS).toISOString(),
        }),
      );
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, address, resolve);
    });
    this.server = server;
  }

  stop(): void {
    this.server?.close();
  }

  /** Makes keys for a task and the path at which it gets them. */
  issue(roleArn: string, owner: string): { path: string; credentials: TaskCredentials } {
    const credentials: TaskCredentials = {
      accessKeyId: `ASIA${randomBytes(8).toString("hex").toUpperCase()}`,
      secretAccessKey: randomBytes(20).toString("hex"),
      sessionToken: randomBytes(32).toString("base64"),
      roleArn,
      owner,
    };
    const path = `/v2/credentials/${randomUUID()}`;
    this.byPath.set(path, credentials);
    return { path, credentials };
  }
}
