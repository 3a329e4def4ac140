import * as fs from "node:fs";
import * as path from "node:path";
import { ThrowAwayAuthority } from "./cloud/certificates";
import { CredentialsEndpoint } from "./cloud/credentials";
import { unknownOperators } from "./cloud/policy";
import { s3HostNames } from "./cloud/s3/operation";
import { startS3StandIn, type S3StandIn } from "./cloud/s3/standIn";
import { startFrontDoor } from "./frontDoor/frontDoor";
import { fitServices, type LeftOut } from "./fitServices";
import { Journal } from "./journal";
import { NameServer } from "./names/nameServer";
import { Firewall } from "./network/firewall";
import { CREDENTIALS_ADDRESS, Network, type Nic } from "./network/network";
import type { FrontDoor, Place, ThrowAwaySecrets } from "./parts";
import { readPlanView } from "./planView";
import { Scheduler } from "./scheduler/scheduler";
import { makeSecrets, unmaskListeners } from "./secrets";
import { memoryOffer, useNameServer } from "./sandbox";
import type { RehearsalSettings } from "./settings";
import { MemoryLimits, type MemoryOffer } from "./tasks/memory";
import { LocalStarter } from "./tasks/starter";
import type { PlanView, Service } from "./types";

/** A service that is not started, and why. */
export interface NotRehearsed {
  readonly service: Service;
  /** `no binary of mimir`. */
  readonly reason: string;
}

/** The planned stack, running on this machine. Must be made inside the sandbox. */
export class Rehearsal {
  readonly view: PlanView;
  readonly secrets: ThrowAwaySecrets;
  readonly network: Network;
  readonly firewall: Firewall;
  readonly credentials = new CredentialsEndpoint();
  readonly notRehearsed: readonly NotRehearsed[];
  /** Settings that only the deployed version of a server knows, left out here. */
  readonly leftOut: readonly LeftOut[];
  /** Services that are started. */
  readonly rehearsed: readonly Service[];
  /** Whether tasks' memory is limited, or why it is not. */
  readonly memoryOffer: MemoryOffer = memoryOffer();
  /** Absent where this machine cannot. */
  readonly memory: MemoryLimits | undefined;
  /** Folder that vanishes with the sandbox. */
  readonly folder = "/run/rehearsal";
  private readonly addresses = new Map<string, string>();
  private readonly clients = new Map<string, Promise<Nic>>();
  private readonly clientSecurityGroups = new Set<string>();
  private parts:
    | {
        readonly names: NameServer;
        readonly s3: S3StandIn;
        readonly scheduler: Scheduler;
        readonly frontDoor?: FrontDoor;
        readonly authorityFile: string;
      }
    | undefined;

  constructor(
    readonly settings: RehearsalSettings,
    readonly journal: Journal = new Journal(),
  ) {
    const planned = readPlanView(settings.plan);
    const { services, leftOut } = fitServices(planned.services, settings.versions);
    this.view = { ...planned, services };
    this.leftOut = leftOut;
    this.secrets = makeSecrets(settings.plan, this.view);
    this.network = new Network(this.view);
    this.firewall = new Firewall(this.view);
    this.memory =
      "ground" in this.memoryOffer ? new MemoryLimits(this.memoryOffer.ground) : undefined;
    const programs = new Map(Object.entries(settings.programs));
    const missing = (service: Service) =>
      LocalStarter.missingPrograms(service.taskDefinition.containers, programs);
    this.rehearsed = this.view.services.filter((service) => missing(service).length === 0);
    this.notRehearsed = this.view.services.flatMap((service) => {
      const absent = missing(service);
      return absent.length === 0
        ? []
        : [{ service, reason: `no binary of ${[...new Set(absent)].join(", ")}` }];
    });
  }

  get names(): NameServer {
    return this.started.names;
  }

  get s3(): S3StandIn {
    return this.started.s3;
  }

  get scheduler(): Scheduler {
    return this.started.scheduler;
  }

  /** First address of the load balancer; undefined where the plan has none. */
  get frontDoorAddress(): string | undefined {
    return [...this.addresses].find(([, owner]) => owner === "load-balancer")?.[0];
  }

  get frontDoor(): FrontDoor | undefined {
    return this.started.frontDoor;
  }

  /** PEM file with the authority that signed every certificate here. */
  get authorityFile(): string {
    return this.started.authorityFile;
  }

  private get started() {
    if (this.parts === undefined) throw new Error("the rehearsal has not been started");
    return this.parts;
  }

  /** Starts everything and returns; {@link Scheduler.steady} waits until all is ready. */
  async start(): Promise<void> {
    const { view, network, firewall, journal, settings, folder } = this;
    const strange = unknownOperators(this.statements);
    if (strange.length > 0) {
      throw new Error(`conditions that cannot be rehearsed:\n${strange.join("\n")}`);
    }
    fs.mkdirSync(folder, { recursive: true });
    const logFolder = settings.logs ?? path.join(folder, "logs");
    fs.mkdirSync(logFolder, { recursive: true });
    const authority = await ThrowAwayAuthority.make();
    const authorityFile = path.join(folder, "authority.pem");
    fs.writeFileSync(authorityFile, authority.pem);
    await network.start();
    await firewall.start();
    await this.credentials.start(CREDENTIALS_ADDRESS);
    journal.note("network", "up");

    const s3 = await this.startS3(authority);
    const door = await this.startDoor(authority);
    const fixed = new Map<string, readonly string[]>();
    for (const host of this.s3Hosts) fixed.set(host, [s3.place.address]);
    for (const host of this.publicHosts) fixed.set(host, door?.addresses ?? []);
    const names = new NameServer(
      fixed,
      new Set(view.services.flatMap(({ discovery }) => discovery?.name ?? [])),
      `${view.region}.compute.internal`,
    );
    await names.start(network.resolverAddress);
    await useNameServer(network.resolverAddress);
    const scheduler = new Scheduler({
      network,
      firewall,
      names,
      frontDoor: door?.frontDoor,
      starter: new LocalStarter({
        view,
        secrets: this.secrets,
        credentials: this.credentials,
        knowCredentials: (credentials) => s3.call("know", credentials),
        programs: new Map(Object.entries(settings.programs)),
        resolverAddress: network.resolverAddress,
        authorityFile,
        memory: this.memory,
      }),
      journal,
      timing: settings.timing,
      folder: path.join(folder, "tasks"),
      logFolder,
      onPlaced: ({ name, nic }) => {
        this.addresses.set(nic.address, name);
        if (nic.linkLocalAddress) this.addresses.set(nic.linkLocalAddress, `${name} (link-local)`);
      },
    });
    this.parts = { names, s3, scheduler, frontDoor: door?.frontDoor, authorityFile };
    scheduler.start(this.rehearsed);
  }

  /** A client outside the VPC: it reaches what the front door shows, by its public names. */
  internet(): Promise<Place> {
    return this.client("internet", () => this.network.joinOutside("internet"));
  }

  /** A client in a service's place: its security groups and subnets, without its rights. */
  placeOf(serviceName: string): Promise<Place> {
    const service = this.view.services.find(({ name }) => name === serviceName);
    if (service === undefined) throw new Error(`the plan has no service ${serviceName}`);
    return this.client(`client as ${serviceName}`, async () => {
      const nic = await this.network.joinSubnets(
        `client as ${serviceName}`,
        service.subnetIds.slice(0, 1),
      );
      await this.firewall.add(nic.address, service.securityGroupIds);
      for (const id of service.securityGroupIds) this.clientSecurityGroups.add(id);
      return nic;
    });
  }

  /** Security groups of what is started, the front door included, and of clients in the places of what is not. */
  get startedSecurityGroups(): {
    readonly servers: ReadonlySet<string>;
    readonly clients: ReadonlySet<string>;
  } {
    return {
      servers: new Set([
        ...this.rehearsed.flatMap(({ securityGroupIds }) => securityGroupIds),
        ...(this.view.loadBalancer?.securityGroupIds ?? []),
      ]),
      clients: this.clientSecurityGroups,
    };
  }

  /** What had an address in this rehearsal: a task, a client, S3, the load balancer. */
  ownerOf(address: string): string {
    return this.addresses.get(address) ?? address;
  }

  /** Kills everything at once. What is left goes with the sandbox. */
  async stop(): Promise<void> {
    const { parts } = this;
    if (parts === undefined) return;
    await parts.scheduler.stop();
    await parts.frontDoor?.stop();
    parts.s3.stop();
    parts.names.stop();
    this.credentials.stop();
  }

  private client(name: string, join: () => Promise<Nic>): Promise<Nic> {
    const known = this.clients.get(name);
    if (known !== undefined) return known;
    const nic = join().then((joined) => {
      this.addresses.set(joined.address, name);
      return joined;
    });
    this.clients.set(name, nic);
    return nic;
  }

  private get statements() {
    return [
      ...this.view.taskRoles.flatMap(({ statements }) => statements),
      ...this.view.bucketStatements,
    ];
  }

  private get s3Endpoint(): string {
    return `s3.${this.view.region}.amazonaws.com`;
  }

  private get s3Hosts(): string[] {
    return s3HostNames(this.s3Endpoint).flatMap((host) => [host, `*.${host}`]);
  }

  /** Host names of the listener rules. */
  get publicHosts(): string[] {
    const conditions = (this.view.loadBalancer?.listeners ?? [])
      .flatMap(({ rules }) => rules)
      .flatMap((rule) => rule.conditions);
    return [
      ...new Set(
        conditions.flatMap((condition) => (condition.kind === "host" ? condition.values : [])),
      ),
    ];
  }

  private async startS3(authority: ThrowAwayAuthority): Promise<S3StandIn> {
    const { view, settings } = this;
    const place = await this.network.joinOutside("s3");
    this.addresses.set(place.address, "s3");
    const certificate = await authority.issue(this.s3Hosts);
    const s3 = startS3StandIn(place, settings.projectRoot);
    await s3.call("start", {
      front: { ...certificate, endpoint: this.s3Endpoint, region: view.region },
      roles: view.taskRoles,
      bucketStatements: view.bucketStatements,
      buckets: view.buckets,
      program: settings.s3Program,
      folder: path.join(this.folder, "s3"),
    });
    this.journal.note("s3", "up");
    return s3;
  }

  private async startDoor(
    authority: ThrowAwayAuthority,
  ): Promise<{ frontDoor: FrontDoor; addresses: readonly string[] } | undefined> {
    const { view } = this;
    const balancer = view.loadBalancer;
    if (balancer === undefined) return undefined;
    const place = await this.network.joinSubnets("load-balancer", balancer.subnetIds);
    const addresses = [place.address, ...place.otherAddresses];
    for (const address of addresses) {
      this.addresses.set(address, "load-balancer");
      await this.firewall.add(address, balancer.securityGroupIds);
    }
    const hosts = this.publicHosts;
    const frontDoor = await startFrontDoor(
      unmaskListeners(balancer, this.secrets),
      view.targetGroups,
      {
        place,
        folder: path.join(this.folder, "front-door"),
        ...(await authority.issue(hosts.length > 0 ? hosts : ["localhost"])),
      },
    );
    this.journal.note("load-balancer", "up");
    return { frontDoor, addresses };
  }
}
