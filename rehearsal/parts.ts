/**
 * The seams between the parts of a rehearsal: what the scheduler tells the front door and the name server, and where
 * clients stand.
 */
import type { ChildProcess, SpawnOptions } from "node:child_process";

/** A network namespace with an address, a name server and security groups of its own. */
export interface Place {
  /** What reports call it: `loki-ingester-0/2`, `internet`, `grafana`. */
  readonly name: string;
  /** Address on the VPC's network. */
  readonly address: string;
  /** Starts a program of this machine there, with the place's names and firewall and this machine's files. */
  spawn(program: string, args: readonly string[], options?: SpawnOptions): ChildProcess;
}

/** State of a target, in AWS's words. */
export type TargetState = "initial" | "healthy" | "unhealthy" | "draining" | "unused";

/** Does what the load balancer of the plan does, with throw-away certificates. */
export interface FrontDoor {
  /** Adds a target: `initial` until its health checks have passed as often as the target group asks. */
  register(targetGroupArn: string, address: string, port: number): Promise<void>;
  /** Sends no new requests to it; resolves at once. The target is `draining` for the deregistration delay. */
  deregister(targetGroupArn: string, address: string, port: number): Promise<void>;
  targetState(targetGroupArn: string, address: string, port: number): Promise<TargetState>;
  stop(): Promise<void>;
}

/** What a {@link FrontDoor} is made of. */
export interface FrontDoorSettings {
  /** Where it runs: an address in each of the load balancer's subnets, its security groups, port 443 free. */
  readonly place: Place;
  /** Empty folder of its own, readable at the place. */
  readonly folder: string;
  /** Throw-away certificate (with key, PEM) for every host of the listener rules. */
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

/** Throw-away values in place of what the plan masks. */
export interface ThrowAwaySecrets {
  /** Value of a secret by its ARN. */
  valueOf(secretArn: string): string;
  /** Ingest tokens by id: `{ a: "…" }`, the values that listener rules compare (`Bearer …`). */
  readonly ingestTokens: Readonly<Record<string, string>>;
}
