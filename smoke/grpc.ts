import { Client, credentials, Metadata, status, type ServiceError } from "@grpc/grpc-js";
import type { Reach } from "./http";

/** Unary calls with bytes in and out, over one connection per host. */
export class GrpcClients {
  private readonly clients = new Map<string, Client>();

  constructor(private readonly reach: Reach) {}

  /**
   * @param url `https://host:port` for TLS, `http://host:port` for none.
   * @throws Error with gRPC's status name, where the call does not end with OK in time.
   */
  public call(
    url: string,
    method: string,
    request: Uint8Array,
    headers: Readonly<Record<string, string>>,
  ): Promise<Uint8Array> {
    const metadata = new Metadata();
    for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
    const deadline = Date.now() + this.reach.timeoutMs;
    return new Promise((resolve, reject) => {
      this.clientOf(url).makeUnaryRequest(
        method,
        (bytes: Buffer) => bytes,
        (bytes: Buffer) => bytes,
        Buffer.from(request),
        metadata,
        { deadline },
        (error: ServiceError | null, answer?: Buffer) => {
          if (error === null) resolve(answer ?? new Uint8Array());
          else reject(new Error(`gRPC ${status[error.code]}: ${error.details.slice(0, 200)}`));
        },
      );
    });
  }

  public close(): void {
    for (const client of this.clients.values()) client.close();
    this.clients.clear();
  }

  private clientOf(url: string): Client {
    const known = this.clients.get(url);
    if (known !== undefined) return known;
    const { protocol, hostname, port } = new URL(url);
    const secure = protocol === "https:";
    const { ca, resolveTo, resolvePort } = this.reach;
    const number = port === "" ? (secure ? "443" : "80") : port;
    const detour = secure && resolveTo !== undefined;
    const client = new Client(
      detour ? `${resolveTo}:${resolvePort ?? number}` : `${hostname}:${number}`,
      secure
        ? credentials.createSsl(ca === undefined ? null : Buffer.from(ca))
        : credentials.createInsecure(),
      {
        // A server that was away must be found again as soon as it is back, not after grpc-js's two minutes.
        "grpc.max_reconnect_backoff_ms": 1000,
        "grpc.initial_reconnect_backoff_ms": 200,
        "grpc.service_config_disable_resolution": 1,
        ...(detour
          ? { "grpc.ssl_target_name_override": hostname, "grpc.default_authority": hostname }
          : {}),
      },
    );
    this.clients.set(url, client);
    return client;
  }
}
