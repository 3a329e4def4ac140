import type { StackConfig, StackSettings } from "./schema";

/** What a stack file does not say by itself, but the program needs to know. */
export interface StackFacts {
  /** The stack's name, such as `dev`. */
  readonly stack: string;
  /** `aws:region`. */
  readonly region: string;
  /** Text of `grafana.database.caBundleFile`. */
  readonly caBundlePem?: string;
}

/** Fills in what follows from the settings, and freezes the result down to the last list. */
export function completeConfig(settings: StackSettings, facts: StackFacts): StackConfig {
  return deepFreeze({
    ...structuredClone(settings),
    stack: facts.stack,
    region: facts.region,
    zoneNames: settings.network.zones.map((letter) => `${facts.region}${letter}`),
    bucketName: bucketNameOf(settings),
    protectData: settings.storage.protect ?? settings.environment === "prod",
    ...(facts.caBundlePem === undefined ? {} : { caBundlePem: facts.caBundlePem }),
  });
}

/** Name of the S3 bucket: the one given, or `sys-NAME-s3`. */
export function bucketNameOf(settings: Pick<StackSettings, "name" | "storage">): string {
  return settings.storage.bucketName ?? `sys-${settings.name}-s3`;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
