import type { StackConfig } from "../../configs/stack/schema";
import { measuredFor, signalText, sourceOf, type Measured } from "../../plan/measured";
import type { PlannedStack } from "../../plan/makePlan";
import { RING_PAUSE_SECONDS } from "../../stacks/rollout";
import type { NetworkFacts } from "./network";
import type { RoleFacts } from "./services";

/** `ok`: nobody notices. `short`: less for a while, or a wait. `down`: something stands still until it is back. */
export type Level = "ok" | "short" | "down";

/** One "what if" row. */
export interface Failure {
  readonly event: string;
  readonly level: Level;
  readonly happens: string;
  readonly lost: string;
  readonly back: string;
  /** How it is known. */
  readonly basis: "measured" | "design" | "not tried";
  /** What the rehearsal saw of it in a stack with as many copies, with date, runs and command; empty: not rehearsed. */
  readonly rehearsed: readonly string[];
}

type Consequence = Omit<Failure, "event" | "rehearsed">;

/** What the loss of one zone means to one role. */
export interface ZoneLoss {
  readonly role: string;
  readonly level: Level;
  readonly happens: string;
}

export interface FailureFacts {
  readonly rows: readonly Failure[];
  readonly zones: readonly { readonly zone: string; readonly roles: readonly ZoneLoss[] }[];
}

/**
 * What fails, and what that means here. Levels follow from the plan's counts, zones and replication factors. Figures are
 * those of docs/operations.md and docs/design.md, measured with the real servers, one network namespace per task.
 */
export function failureFacts(
  { config }: PlannedStack,
  roles: readonly RoleFacts[],
  network: NetworkFacts,
): FailureFacts {
  const measured = measuredFor(config);
  return {
    rows: [
      ...rehearsed(
        measured,
        ["kill", "kill-one"],
        merged(
          roles.filter(isRing).map((role) => [role.id, ringDeath(role, factorOf(config, role))]),
          (ids) => `A task of ${either(ids)} dies uncleanly`,
        ),
      ),
      ...rehearsed([], [], taskDeaths(roles)),
      ...rehearsed(
        measured,
        ["zone"],
        merged(
          network.zones.map(({ name }) => [name, zoneRow(name, roles, config)]),
          (zones) =>
            zones.length === 1
              ? `Zone ${zones.join("")} is lost`
              : `One of the zones ${either(zones)} is lost`,
        ),
      ),
      ...rehearsed(measured, ["s3-away", "s3-away-60"], [s3Away(roles)]),
      ...rehearsed([], [], dependencies(config, network)),
      ...rehearsed(measured, ["roll", "roll-rings"], [ringRolled]),
    ],
    zones: network.zones.map(({ name }) => ({
      zone: name,
      roles: roles.map((role) => zoneLoss(role, name, factorOf(config, role))),
    })),
  };
}

type Row = Omit<Failure, "rehearsed">;

/** Rows with what the first of these experiments showed that has been conducted. */
function rehearsed(
  measured: readonly Measured[],
  experiments: readonly string[],
  rows: readonly Row[],
): Failure[] {
  const [seen] = experiments.flatMap((name) =>
    measured.filter(({ experiment }) => experiment === name),
  );
  const lines = seen === undefined ? [] : [...seen.signals.map(signalText), `(${sourceOf(seen)})`];
  return rows.map((row) => ({ ...row, rehearsed: lines }));
}

/** Rows that say the same become one. */
function merged(
  rows: readonly (readonly [id: string, consequence: Consequence])[],
  event: (ids: readonly string[]) => string,
): Row[] {
  const same = new Map<string, { readonly ids: string[]; readonly consequence: Consequence }>();
  for (const [id, consequence] of rows) {
    const key = JSON.stringify(consequence);
    const known = same.get(key);
    if (known === undefined) same.set(key, { ids: [id], consequence });
    else known.ids.push(id);
  }
  return [...same.values()].map(({ ids, consequence }) => ({ event: event(ids), ...consequence }));
}

const either = (words: readonly string[]): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1) ?? ""}`;

const isRing = (role: RoleFacts) => role.replacement === "ring";

function factorOf(config: StackConfig, role: RoleFacts): number {
  const { product } = role;
  return product === "mimir" || product === "loki" || product === "tempo"
    ? config[product].replicationFactor
    : 1;
}

/** Copies that may be missing before writes and reads find no quorum. */
const spareOf = (factor: number) => factor - (Math.floor(factor / 2) + 1);

function ringDeath(role: RoleFacts, factor: number): Consequence {
  if (spareOf(factor) === 0) {
    return {
      level: "down",
      happens:
        "Writes are refused, and what is recent cannot be read, until the replacement is there.",
      lost: "What it had taken and not yet flushed: there is one copy of each write.",
      back: "By itself, under the same id in the ring.",
      basis: "measured",
    };
  }
  return {
    level: "ok",
    happens: `${role.services.length - 1} of ${role.services.length} replicas answer; writes and reads go on.`,
    lost: "Nothing. But a second unclean death before the survivors have flushed makes reads short without an error: run operate/flush-ring.sh after each one.",
    back: "By itself, under the same id in the ring; ready 15 to 20 s after its start.",
    basis: "measured",
  };
}

function taskDeaths(roles: readonly RoleFacts[]): Row[] {
  const stateless = roles.filter(({ replacement }) => replacement === "stateless");
  const several = stateless.filter(({ tasks }) => tasks > 1);
  const alone = stateless.filter(({ tasks }) => tasks === 1);
  const singletons = roles.filter(({ replacement }) => replacement === "singleton");
  const rows: Row[] = [];
  if (several.length > 0) {
    rows.push({
      event: `A task of ${either(several.map(({ id }) => id))} dies`,
      level: "ok",
      happens:
        "The others take over; requests under way fail, and clients that retry do not notice.",
      lost: several.some(({ holdsData }) => holdsData)
        ? "The gateway's write-ahead log dies with its task: 0.2 to 1 s of data in a measured kill."
        : "Nothing.",
      back: "By itself, as a new task.",
      basis: "measured",
    });
  }
  for (const role of alone) {
    rows.push({
      event: `The task of ${role.id} dies`,
      level: role.id === "memcached" ? "ok" : "short",
      happens: oneTask[role.id] ?? `${role.id} is away until its replacement is healthy.`,
      lost: role.holdsData ? "What it had taken and not yet passed on." : "Nothing.",
      back: "By itself, within about a minute.",
      basis: "design",
    });
  }
  for (const role of singletons) {
    rows.push({
      event: `The task of ${role.id} dies`,
      level: role.id.endsWith("compactor") ? "ok" : "short",
      happens: oneTask[role.id] ?? `${role.id} is away until its replacement is healthy.`,
      lost: role.holdsData ? (singletonLoss[role.id] ?? "What it had not passed on.") : "Nothing.",
      back: "By itself, within about a minute; never two at once.",
      basis: role.id === "pyroscope" ? "measured" : "design",
    });
  }
  return rows;
}

const oneTask: Readonly<Record<string, string>> = {
  memcached: "Queries of logs read chunks from S3 instead: slower, not wrong.",
  grafana: "Nobody can log in or look; alerts that Grafana evaluates pause. Data keeps arriving.",
  "loki-compactor": "Retention and compaction of logs pause.",
  "tempo-compactor": "Retention and compaction of traces pause.",
  "tempo-metrics-generator": "No span metrics and no service map for that time; traces are kept.",
  pyroscope: "Profiles are refused until its replacement is ready; nothing else notices.",
  "alloy-collector":
    "The servers and CloudWatch are not scraped: a gap in the stack's own metrics.",
  "alloy-gateway": "Applications inside the VPC cannot send; their own buffers have to hold it.",
};

const singletonLoss: Readonly<Record<string, string>> = {
  pyroscope: "What it took since its last block was cut.",
  "alloy-collector": "Scrapes of that time.",
  "tempo-metrics-generator": "Span metrics that were not yet written to Mimir.",
};

function zoneLoss(role: RoleFacts, zone: string, factor: number): ZoneLoss {
  if (isRing(role)) {
    const lost = role.services.filter(({ zones }) => zones[0] === zone).length;
    if (lost === 0) return { role: role.id, level: "ok", happens: "stands elsewhere" };
    return lost <= spareOf(factor)
      ? {
          role: role.id,
          level: "ok",
          happens: `${role.services.length - lost} of ${role.services.length} replicas answer`,
        }
      : { role: role.id, level: "down", happens: "no quorum until the zone is back" };
  }
  if (!role.services.some(({ zones }) => zones.includes(zone)))
    return { role: role.id, level: "ok", happens: "stands elsewhere" };
  return role.tasks > 1
    ? {
        role: role.id,
        level: "ok",
        happens: "other tasks take over; ECS starts new ones elsewhere",
      }
    : {
        role: role.id,
        level: "short",
        happens: "if it stood there: away until ECS has started it elsewhere",
      };
}

function zoneRow(zone: string, roles: readonly RoleFacts[], config: StackConfig): Consequence {
  const losses = roles.map((role) => zoneLoss(role, zone, factorOf(config, role)));
  const down = losses.filter(({ level }) => level === "down");
  const short = losses.filter(({ level }) => level === "short");
  return {
    level: down.length > 0 ? "down" : "ok",
    happens:
      down.length > 0
        ? `${down.map(({ role }) => role).join(", ")}: no quorum, writes fail until the zone is back.`
        : `Every ring keeps its quorum; writes and reads go on, with waits of up to 2.3 s for clients that retry.${
            short.length > 0
              ? ` Away for about a minute if they stood there: ${short.map(({ role }) => role).join(", ")}.`
              : ""
          }`,
    lost:
      down.length > 0
        ? "What lay unflushed in its tasks."
        : "Nothing. Flush the survivors when the zone is back.",
    back: "Ring replicas wait for their zone; everything else starts elsewhere.",
    basis: down.length > 0 ? "design" : "measured",
  };
}

function s3Away(roles: readonly RoleFacts[]): Row {
  return {
    event: "S3 cannot be reached",
    level: "short",
    happens:
      "Writes go on: rings keep what they take on their disks and try to flush again. Queries of what is only in the bucket fail.",
    lost: `Nothing, for as long as the disks last: ${roles
      .filter(isRing)
      .map((role) => `${role.id} ${role.diskGb} GB`)
      .join(", ")} per task.`,
    back: "By itself: flushes are tried again.",
    basis: "design",
  };
}

const ringRolled: Row = {
  event: "A deployment replaces a ring",
  level: "ok",
  happens: `One replica after the other, at least ${RING_PAUSE_SECONDS} s apart, so that what one flushed can be read before the next one stops.`,
  lost: "Nothing.",
  back: "A failed step stops the rest, and ECS rolls that service back.",
  basis: "measured",
};

function dependencies(config: StackConfig, network: NetworkFacts): Row[] {
  const nat = network.natGateways;
  const rows: Row[] = [];
  if (nat > 0) {
    const endpoints = network.interfaceEndpoints;
    rows.push({
      event: nat === 1 ? "The NAT gateway (or its zone) is lost" : "One NAT gateway is lost",
      level: nat === 1 ? "short" : "ok",
      happens: `${
        nat === 1
          ? "Running tasks go on; S3 has its own way (gateway endpoint)."
          : "Only its zone is cut off."
      } New tasks there cannot pull images${
        endpoints.includes("secretsmanager") ? "" : " or read secrets"
      }${endpoints.includes("logs") ? "" : ", and the servers' own logs do not arrive"}.`,
      lost: endpoints.includes("logs")
        ? "Nothing."
        : "Lines of the servers' own logs (the log driver does not block).",
      back:
        nat === 1
          ? "When AWS has repaired it; nothing moves by itself."
          : "Tasks start in the other zones.",
      basis: "not tried",
    });
  }
  if (config.grafana.database.type === "postgres") {
    const { multiAz } = config.grafana.database;
    rows.push({
      event: "Grafana's database is lost",
      level: "short",
      happens: multiAz
        ? "RDS switches over to its other zone; Grafana reconnects. Data keeps arriving."
        : "Grafana stands until RDS is back. Data keeps arriving.",
      lost: multiAz ? "Nothing." : "At most what the last backup does not have.",
      back: multiAz ? "By itself." : "By hand, from the last snapshot.",
      basis: "not tried",
    });
  }
  return rows;
}
