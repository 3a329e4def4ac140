/** A plan as a Compose file: the plan's own images, files, users, health checks and names, with stand-ins for AWS. */
import type { Plan } from "../plan/plan";
import { haproxyConfiguration } from "../rehearsal/frontDoor/configuration";
import type { ThrowAwaySecrets } from "../rehearsal/parts";
import { unmaskListeners } from "../rehearsal/secrets";
import type { LoadBalancer, PlanView, Service, TargetGroup } from "../rehearsal/types";
import type { ComposeFile } from "./composeFile";
import { databaseOf } from "./database";
import {
  databaseStandIn,
  frontDoorCertificatePath,
  frontDoorStandIn,
  objectStore,
  objectStoreHosts,
  standInNames,
} from "./standIns";
import { servicesOf, taskNames, volumesOf, type AwsCredentials } from "./tasks";

/** What a Compose file needs beside the plan. */
export interface ComposeSettings {
  readonly secrets: ThrowAwaySecrets;
  readonly credentials: AwsCredentials;
  /** Port on this machine by the listener's port. */
  readonly listenerPorts: ReadonlyMap<number, number>;
}

/** Files that Compose mounts, relative to compose.yaml. */
export const localFiles = {
  authority: "authority.pem",
  certificate: "certificate.pem",
  key: "key.pem",
  /** Certificate and key in one, as HAProxy reads them. */
  frontDoorCertificate: "front-door.pem",
  haproxy: "haproxy.cfg",
} as const;

const NETWORK = "vpc";

/** What `npm run local` writes, but for the certificates. */
export interface LocalRun {
  readonly compose: ComposeFile;
  /** Content of {@link localFiles.haproxy}; absent where the plan has no load balancer. */
  readonly haproxy?: string;
  /** Host names that the certificate must be good for. */
  readonly certificateHosts: readonly string[];
  /** Public host names, to be looked up as 127.0.0.1. */
  readonly publicHosts: readonly string[];
  /** `4317` … of the gateway, on this machine. */
  readonly gatewayPorts: readonly number[];
}

/**
 * Makes the Compose file of a plan. Nothing of the rendered files changes.
 *
 * @throws Error where the plan has no container that prepares a task (its image makes the buckets).
 */
export function localRunOf(plan: Plan, view: PlanView, settings: ComposeSettings): LocalRun {
  const database = databaseOf(plan, view);
  const { loadBalancer, region, buckets } = view;
  const publicHosts = loadBalancer === undefined ? [] : hostsOf(loadBalancer);
  const gateway = gatewayOf(plan, view);
  const tls = { certificateFile: localFiles.certificate, keyFile: localFiles.key };
  const shared = { network: NETWORK, busyboxImage: preparationImage(view) };
  const stores = objectStore({
    ...shared,
    ...tls,
    region,
    buckets,
    credentials: settings.credentials,
  });
  const objectStores = stores.flatMap(([name, { healthcheck }]) => (healthcheck ? [name] : []));
  const services = [
    ...stores,
    ...(database === undefined
      ? []
      : databaseStandIn({
          ...shared,
          ...tls,
          database,
          password: settings.secrets.valueOf(database.passwordSecretArn),
        })),
    ...view.services.flatMap((service) =>
      servicesOf(service, {
        region,
        secrets: settings.secrets,
        credentials: settings.credentials,
        network: NETWORK,
        authorityFile: localFiles.authority,
        waitsFor: ({ environment }, { taskDefinition }) => [
          ...(taskDefinition.taskRoleArn === undefined ? [] : objectStores),
          ...(database !== undefined && Object.values(environment).includes(database.address)
            ? [standInNames.database]
            : []),
        ],
        published: ({ name }) => (name === gateway?.service.name ? gateway.ports : []),
      }),
    ),
    ...(loadBalancer === undefined
      ? []
      : [
          frontDoorStandIn({
            network: NETWORK,
            hosts: publicHosts,
            configurationFile: localFiles.haproxy,
            certificateFile: localFiles.frontDoorCertificate,
            ports: settings.listenerPorts,
          }),
        ]),
  ];
  const volumes = [
    standInNames.objectStore,
    ...(database === undefined ? [] : [standInNames.database, `${standInNames.database}-tls`]),
    ...view.services.flatMap(volumesOf),
  ];
  return {
    compose: {
      services: Object.fromEntries(services),
      // Nothing of the stack reaches the Internet, AWS with made-up keys least of all.
      networks: { [NETWORK]: { internal: true }, outside: {} },
      volumes: Object.fromEntries(volumes.map((name) => [name, {}])),
    },
    haproxy: loadBalancer && frontDoor(loadBalancer, view, settings.secrets),
    certificateHosts: [
      ...objectStoreHosts(region, buckets),
      ...(database === undefined ? [] : [database.address]),
      ...publicHosts,
    ],
    publicHosts,
    gatewayPorts: gateway?.ports ?? [],
  };
}

function frontDoor(balancer: LoadBalancer, view: PlanView, secrets: ThrowAwaySecrets): string {
  const targetNames = ({ arn }: TargetGroup) =>
    view.services
      .filter(({ targets }) => targets.some(({ targetGroupArn }) => targetGroupArn === arn))
      .flatMap(taskNames);
  return haproxyConfiguration(unmaskListeners(balancer, secrets), view.targetGroups, {
    address: "0.0.0.0",
    certificateFile: frontDoorCertificatePath,
    socketFile: "/tmp/haproxy.sock",
    targetNames,
  });
}

/** Host names of every listener rule, without those that have wildcards. */
const hostsOf = ({ listeners }: LoadBalancer): readonly string[] => [
  ...new Set(
    listeners
      .flatMap(({ rules }) => rules)
      .flatMap(({ conditions }) => conditions)
      .flatMap((condition) => (condition.kind === "host" ? condition.values : []))
      .filter((host) => !/[*?]/.test(host)),
  ),
];

/** The service behind the URLs of the stack output `urls.gateway`, with their ports. */
function gatewayOf(
  plan: Plan,
  view: PlanView,
): { readonly service: Service; readonly ports: readonly number[] } | undefined {
  const { gateway = {} } = (plan.outputs.urls ?? {}) as {
    readonly gateway?: Readonly<Record<string, string>>;
  };
  const urls = Object.values(gateway).map((url) => new URL(url));
  const service = view.services.find(
    ({ discovery, desiredCount }) =>
      desiredCount > 0 && urls.some(({ hostname }) => hostname === discovery?.name),
  );
  return service && { service, ports: urls.map(({ port }) => Number(port)) };
}

function preparationImage({ services }: PlanView): string {
  const preparation = services
    .flatMap(({ taskDefinition }) => taskDefinition.containers)
    .find(({ essential }) => !essential);
  if (preparation === undefined) throw new Error("no task of the plan has an init container");
  return preparation.image;
}
