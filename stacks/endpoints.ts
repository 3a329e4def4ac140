import type { Port, RoleId } from "./types";

/**
 * Where each role listens and under which name it is found. The one place that knows a port number: server
 * configurations, security groups, target groups and health checks all read it here.
 */
export const portNumbers = {
  grpc: 9095,
  gossip: 7946,
  mimirHttp: 9009,
  lokiHttp: 3100,
  memcached: 11211,
  tempoHttp: 3200,
  otlpGrpc: 4317,
  otlpHttp: 4318,
  pyroscopeHttp: 4040,
  grafanaHttp: 3000,
  grafanaAlerting: 9094,
  postgres: 5432,
  https: 443,
  http: 80,
  dns: 53,
  alloyHttp: 12345,
  gatewayRemoteWrite: 9999,
  gatewayLoki: 3500,
  gatewayProfiles: 4041,
  /** The gateway's receivers also open a gRPC server each: on loopback, and on a number that is not random. */
  gatewayRemoteWriteGrpc: 9998,
  gatewayLokiGrpc: 3501,
  gatewayProfilesGrpc: 4042,
} as const;

const http = (number: number): Port => ({ name: "http", number });
const grpc: Port = { name: "grpc", number: portNumbers.grpc };
const gossip: Port = { name: "gossip", number: portNumbers.gossip };
const otlp: readonly Port[] = [
  { name: "otlp-grpc", number: portNumbers.otlpGrpc },
  { name: "otlp-http", number: portNumbers.otlpHttp },
];
const loki = http(portNumbers.lokiHttp);
const tempo = http(portNumbers.tempoHttp);

interface Endpoint {
  /** Name in Cloud Map, without the namespace (S13). */
  readonly dnsName: string;
  readonly ports: readonly Port[];
}

/**
 * A role gossips exactly where it lists the port `gossip` (measured: the query-frontends of Loki and Tempo have no
 * memberlist, and a single Tempo compactor, Pyroscope and memcached need none).
 */
export const endpoints: Readonly<Record<RoleId, Endpoint>> = {
  mimir: { dnsName: "mimir", ports: [http(portNumbers.mimirHttp), grpc, gossip] },
  "loki-distributor": { dnsName: "loki", ports: [loki, grpc, gossip] },
  "loki-ingester": { dnsName: "loki-ingester", ports: [loki, grpc, gossip] },
  "loki-querier": { dnsName: "loki-querier", ports: [loki, grpc, gossip] },
  "loki-query-frontend": { dnsName: "loki-query-frontend", ports: [loki, grpc] },
  "loki-compactor": { dnsName: "loki-compactor", ports: [loki, grpc, gossip] },
  memcached: {
    dnsName: "memcached",
    ports: [{ name: "memcached", number: portNumbers.memcached }],
  },
  "tempo-distributor": { dnsName: "tempo-distributor", ports: [tempo, grpc, gossip, ...otlp] },
  "tempo-ingester": { dnsName: "tempo-ingester", ports: [tempo, grpc, gossip] },
  "tempo-querier": { dnsName: "tempo-querier", ports: [tempo, grpc, gossip] },
  "tempo-query-frontend": { dnsName: "tempo", ports: [tempo, grpc] },
  "tempo-compactor": { dnsName: "tempo-compactor", ports: [tempo, grpc] },
  "tempo-metrics-generator": { dnsName: "tempo-metrics-generator", ports: [tempo, grpc, gossip] },
  pyroscope: { dnsName: "pyroscope", ports: [http(portNumbers.pyroscopeHttp), grpc] },
  grafana: { dnsName: "grafana", ports: [http(portNumbers.grafanaHttp)] },
  "alloy-collector": { dnsName: "alloy-collector", ports: [http(portNumbers.alloyHttp)] },
  "alloy-gateway": {
    dnsName: "alloy",
    ports: [
      http(portNumbers.alloyHttp),
      ...otlp,
      { name: "remote-write", number: portNumbers.gatewayRemoteWrite },
      { name: "loki-push", number: portNumbers.gatewayLoki },
      { name: "profiles", number: portNumbers.gatewayProfiles },
    ],
  },
};

/** The number of a role's port. @throws Error where the role has no port of that name. */
export function portOf(role: RoleId, name: string): number {
  const port = endpoints[role].ports.find((candidate) => candidate.name === name);
  if (port === undefined) throw new Error(`role ${role} has no port named ${name}`);
  return port.number;
}

/** Full name of a role in Cloud Map, such as `loki.lgtm.local`. */
export function hostOf(config: { readonly namespace: string }, role: RoleId): string {
  return `${endpoints[role].dnsName}.${config.namespace}`;
}

/** `host:port` of a role, such as `memcached.lgtm.local:11211`. */
export function addressOf(
  config: { readonly namespace: string },
  role: RoleId,
  port: string,
): string {
  return `${hostOf(config, role)}:${portOf(role, port)}`;
}
