/** What AWS provides in the plan, as containers: S3, the database, the load balancer. */
import { s3HostNames } from "../rehearsal/cloud/s3/operation";
import { literal, type ComposeService } from "./composeFile";
import type { AwsCredentials, NamedService } from "./tasks";
import type { Database } from "./database";

/**
 * Images that the plan does not name.
 *
 * - versitygw: seen as `ghcr.io/versity/versitygw:v1.7.0` in TryGhost/Ghost:compose.dev.storage.yaml; its entry point and base
 *   (Alpine) are in versity/versitygw:Dockerfile. Read 2026-11-25.
 * - haproxy, postgres: docker-library/official-images library/haproxy, library/postgres at 37079fb336f5. HAProxy of the
 *   line that the front door's tests run.
 */
export const standInImages = {
  objectStore: "ghcr.io/versity/versitygw:v1.7.0",
  frontDoor: "public.ecr.aws/docker/library/haproxy:2.6.32-alpine",
  database: (major: string) => `public.ecr.aws/docker/library/postgres:${major}-alpine`,
} as const;

/** Names of the stand-ins' Compose services. */
export const standInNames = {
  objectStore: "object-store",
  frontDoor: "front-door",
  database: "database",
} as const;

/** User `postgres` of the Alpine image (docker-library/postgres:Dockerfile-alpine.template). */
const POSTGRES_UID = 70;

/** S3's host names that clients ask for, in a region: with the bucket in the path, and with it in the name. */
export const objectStoreHosts = (region: string, buckets: readonly string[]): readonly string[] =>
  s3HostNames(endpointOf(region)).flatMap((host) => hostsBelow(host, buckets));

const endpointOf = (region: string): string => `s3.${region}.amazonaws.com`;

const hostsBelow = (host: string, buckets: readonly string[]): readonly string[] => [
  host,
  ...buckets.map((bucket) => `${bucket}.${host}`),
];

/** S3: a folder per bucket in a volume of its own, so that data outlives the containers. IAM is not enforced. */
export function objectStore(settings: {
  readonly region: string;
  readonly buckets: readonly string[];
  readonly credentials: AwsCredentials;
  readonly network: string;
  /** Any image with busybox as its shell. */
  readonly busyboxImage: string;
  readonly certificateFile: string;
  readonly keyFile: string;
}): readonly NamedService[] {
  const { region, buckets, credentials } = settings;
  const folders = buckets.map((bucket) => `/buckets/${bucket}`);
  return [
    [
      `${standInNames.objectStore}-init`,
      {
        image: settings.busyboxImage,
        command: ["mkdir", "-p", ...folders],
        volumes: [`${standInNames.objectStore}:/buckets`],
        network_mode: "none",
        restart: "no",
      },
    ],
    // The gateway knows buckets below one host name only: one for each of S3's names, on the same folder.
    ...s3HostNames(endpointOf(region)).map((host, index): NamedService => [
      index === 0 ? standInNames.objectStore : `${standInNames.objectStore}-dualstack`,
      {
        image: standInImages.objectStore,
        command: [
          ...["--port", ":443", "--cert", "/tls/certificate.pem", "--key", "/tls/key.pem"],
          ...["--region", region, "--virtual-domain", host],
          ...["--quiet", "posix", "/buckets"],
        ],
        environment: {
          ROOT_ACCESS_KEY: credentials.accessKeyId,
          ROOT_SECRET_KEY: credentials.secretAccessKey,
        },
        volumes: [
          `${standInNames.objectStore}:/buckets`,
          `./${settings.certificateFile}:/tls/certificate.pem:ro`,
          `./${settings.keyFile}:/tls/key.pem:ro`,
        ],
        networks: { [settings.network]: { aliases: hostsBelow(host, buckets) } },
        depends_on: {
          [`${standInNames.objectStore}-init`]: { condition: "service_completed_successfully" },
        },
        healthcheck: healthcheck("nc -z 127.0.0.1 443"),
        restart: "unless-stopped",
      },
    ]),
  ];
}

/** RDS: PostgreSQL of the plan's major version, at the plan's address, with TLS as the plan's Grafana asks for it. */
export function databaseStandIn(settings: {
  readonly database: Database;
  readonly password: string;
  readonly network: string;
  readonly busyboxImage: string;
  readonly certificateFile: string;
  readonly keyFile: string;
}): readonly NamedService[] {
  const { database } = settings;
  const name = standInNames.database;
  // PostgreSQL refuses a key that anybody else may read.
  const prepare =
    "cp /given/certificate.pem /given/key.pem /tls/ && " +
    `chown ${POSTGRES_UID}:${POSTGRES_UID} /tls/* && chmod 0600 /tls/key.pem`;
  return [
    [
      `${name}-init`,
      {
        image: settings.busyboxImage,
        command: ["sh", "-c", prepare],
        volumes: [
          `${name}-tls:/tls`,
          `./${settings.certificateFile}:/given/certificate.pem:ro`,
          `./${settings.keyFile}:/given/key.pem:ro`,
        ],
        network_mode: "none",
        restart: "no",
      },
    ],
    [
      name,
      {
        image: standInImages.database(database.majorVersion),
        command: [
          ...["postgres", "-c", "ssl=on", "-c", "ssl_cert_file=/tls/certificate.pem"],
          ...["-c", "ssl_key_file=/tls/key.pem", "-c", `port=${database.port}`],
        ],
        environment: {
          POSTGRES_USER: literal(database.user),
          POSTGRES_DB: literal(database.name),
          POSTGRES_PASSWORD: literal(settings.password),
        },
        volumes: [`${name}:/var/lib/postgresql/data`, `${name}-tls:/tls:ro`],
        networks: { [settings.network]: { aliases: [database.address] } },
        depends_on: { [`${name}-init`]: { condition: "service_completed_successfully" } },
        healthcheck: healthcheck(
          `pg_isready -h 127.0.0.1 -p ${database.port} -U ${database.user} -d ${database.name}`,
        ),
        stop_grace_period: "30s",
        restart: "unless-stopped",
      },
    ],
  ];
}

/** The load balancer: HAProxy with the plan's listener rules, on this machine's loopback only. */
export function frontDoorStandIn(settings: {
  readonly network: string;
  readonly hosts: readonly string[];
  readonly configurationFile: string;
  readonly certificateFile: string;
  /** Port on this machine by the listener's port. */
  readonly ports: ReadonlyMap<number, number>;
}): NamedService {
  const service: ComposeService = {
    image: standInImages.frontDoor,
    volumes: [
      `./${settings.configurationFile}:/usr/local/etc/haproxy/haproxy.cfg:ro`,
      `./${settings.certificateFile}:${frontDoorCertificatePath}:ro`,
    ],
    networks: { [settings.network]: { aliases: settings.hosts }, outside: {} },
    ports: [...settings.ports].map(([inside, outside]) => `127.0.0.1:${outside}:${inside}`),
    restart: "unless-stopped",
  };
  return [standInNames.frontDoor, service];
}

/** Where the front door's certificate lies in its container. */
export const frontDoorCertificatePath = "/usr/local/etc/haproxy/certificate.pem";

const healthcheck = (command: string): ComposeService["healthcheck"] => ({
  test: ["CMD-SHELL", command],
  interval: "2s",
  timeout: "5s",
  retries: 30,
  start_period: "10s",
});
