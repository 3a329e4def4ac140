import type { PlannedResource } from "./plan";
import type { PropertyChange } from "./diffProperties";

/** A kind of resource whose loss loses something that no `pulumi up` brings back. */
interface DataHolder {
  readonly type: RegExp;
  /** Physical or logical names that are meant; default all. */
  readonly name?: RegExp;
  /** Names that are not meant. */
  readonly notName?: RegExp;
  readonly holds: string;
}

/**
 * What holds data. Judged from the plan alone and not from the catalog: a mistake there must not make a bucket
 * expendable.
 */
const dataHolders: readonly DataHolder[] = [
  { type: /^aws:s3\/bucket(V2)?:/, holds: "every object in it" },
  { type: /^aws:rds\/(instance|cluster):/, holds: "Grafana's database" },
  { type: /^aws:kms\/key:/, holds: "the only way to read what it encrypted" },
  { type: /^aws:(efs\/fileSystem|dynamodb\/table):/, holds: "everything stored in it" },
  { type: /^aws:cloudwatch\/logGroup:/, holds: "the logs of the servers themselves" },
  {
    type: /^aws:secretsmanager\/secret:/,
    // A token comes and goes with its id; its clients switch before.
    notName: /-ingest-token-/,
    holds: "a generated secret (Grafana's key also decrypts what its database holds)",
  },
  {
    type: /^random:index\/random(Password|Bytes|Id|Uuid):/,
    notName: /-ingest-token-/,
    holds: "a generated value: a new one locks out whoever has the old one",
  },
  {
    type: /^aws:ecs\/service:/,
    name: /-(mimir|loki-ingester|tempo-ingester)-\d+$|-pyroscope$/,
    holds: "what it has not flushed yet, and its ring's copy of that",
  },
];

/** What is lost with the resource; undefined where nothing is. */
export function dataHeldBy(resource: Pick<PlannedResource, "type" | "name">): string | undefined {
  return dataHolders.find(
    ({ type, name, notName }) =>
      type.test(resource.type) &&
      (name?.test(resource.name) ?? true) &&
      !(notName?.test(resource.name) ?? false),
  )?.holds;
}

/** How an update in place, which no engine warns of, loses data; undefined where it does not. */
export function lossInPlace(
  type: string,
  { path, before, after }: PropertyChange,
): string | undefined {
  if (type.startsWith("aws:s3/bucketLifecycleConfiguration")) {
    const days = lifecycleDays(path, after);
    const earlier = lifecycleDays(path, before);
    if (days === undefined) return undefined;
    if (earlier === undefined) return `objects now expire after ${days} days`;
    return days < earlier ? `objects expire after ${days} days instead of ${earlier}` : undefined;
  }
  if (type.startsWith("aws:cloudwatch/logGroup") && path === "retentionInDays") {
    // 0 is "for ever".
    const [old, now] = [Number(before ?? 0) || Infinity, Number(after ?? 0) || Infinity];
    return now < old ? `logs end after ${now} days` : undefined;
  }
  if (type.startsWith("aws:s3/bucketVersioning") && path.endsWith("status") && before === "Enabled")
    return "an overwritten object can no longer be restored";
  if (type.startsWith("aws:rds/instance") && path === "backupRetentionPeriod")
    return Number(after ?? 0) < Number(before ?? 0)
      ? `backups are kept ${Number(after ?? 0)} days instead of ${Number(before)}`
      : undefined;
  return undefined;
}

/** Days until a lifecycle rule deletes, whether the change is the number, the rule or what is around it. */
function lifecycleDays(path: string, value: unknown): number | undefined {
  if (/(^|\.)(expiration\.days|noncurrentVersionExpiration\.noncurrentDays)$/.test(path))
    return typeof value === "number" ? value : undefined;
  if (typeof value !== "object" || value === null) return undefined;
  const found = Object.entries(value as Record<string, unknown>)
    .map(([key, inner]) =>
      typeof inner === "object" && inner !== null
        ? lifecycleDays(`${path}.${key}`, inner)
        : lifecycleDays(`${path}.${key}`, inner),
    )
    .filter((days) => days !== undefined);
  return found.length > 0 ? Math.min(...found) : undefined;
}

/** A guard of the engine that a change takes away. */
export const guards = ["protect", "retainOnDelete"] as const;
