import { isRecord } from "./value";

/** A finding that somebody has looked at and accepts, as the stack's policy config names it. */
export interface Acknowledgement {
  readonly rule: string;
  /** URN or logical name of the resource, exactly. */
  readonly resource: string;
  /** The finding's id, exactly: each finding is accepted one by one. */
  readonly finding: string;
  readonly reason: string;
  /** Last day on which it counts, `YYYY-MM-DD`. */
  readonly expires: string;
}

export interface SessionOptions {
  /** Settings by rule, as `--policy-pack-config` gives them; absent where the engine hands them over. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** `YYYY-MM-DD`; default: the day on which the rules run. */
  readonly today?: string;
}

/** Rule under whose name the settings stand that all rules share. */
export const SETTINGS = "settings";

/**
 * What the rules of one run share: environment, acknowledgements, and which of those were needed.
 *
 * The engine hands every policy its own settings only, so the policy `settings`, the first of the pack, leaves the
 * shared ones here.
 */
export class Session {
  environment: "dev" | "prod" = "prod";
  acknowledgements: readonly Acknowledgement[] = [];
  private readonly needed = new Set<Acknowledgement>();
  private last: unknown;
  private readonly byKey = new Map<string, Acknowledgement>();

  constructor(readonly options: SessionOptions = {}) {}

  get today(): string {
    return this.options.today ?? new Date().toISOString().slice(0, 10);
  }

  /** Settings of a rule: those given to the session, else the engine's. */
  settingsOf(rule: string, fromEngine: unknown): Record<string, unknown> {
    const given = this.options.config === undefined ? fromEngine : this.options.config[rule];
    return isRecord(given) ? given : {};
  }

  /** Takes the shared settings over. Cheap to call for every resource. */
  configure(settings: Record<string, unknown>): void {
    const text = JSON.stringify(settings);
    if (text === this.last) return;
    this.last = text;
    this.environment = settings["environment"] === "dev" ? "dev" : "prod";
    const given = settings["acknowledgements"];
    this.acknowledgements = Array.isArray(given) ? given.filter(isAcknowledgement) : [];
    this.needed.clear();
    this.byKey.clear();
    for (const entry of this.acknowledgements) this.byKey.set(keyOf(entry), entry);
  }

  /** Whether a finding is accepted; remembers that the acknowledgement was needed. */
  accepts(rule: string, resource: { urn: string; name: string }, finding: string): boolean {
    if (this.byKey.size === 0) return false;
    const found =
      this.byKey.get(keyOf({ rule, resource: resource.urn, finding })) ??
      this.byKey.get(keyOf({ rule, resource: resource.name, finding }));
    if (found === undefined) return false;
    this.needed.add(found);
    return found.expires >= this.today;
  }

  /** Acknowledgements that nothing needed. */
  get unused(): readonly Acknowledgement[] {
    return this.acknowledgements.filter((entry) => !this.needed.has(entry));
  }

  /** Acknowledgements that no longer count. */
  get expired(): readonly Acknowledgement[] {
    return this.acknowledgements.filter((entry) => entry.expires < this.today);
  }
}

export function isAcknowledgement(value: unknown): value is Acknowledgement {
  return (
    isRecord(value) &&
    ["rule", "resource", "finding", "reason"].every(
      (key) => typeof value[key] === "string" && value[key].trim() !== "",
    ) &&
    typeof value["expires"] === "string" &&
    /^\d{4}-\d{2}-\d{2}$/.test(value["expires"])
  );
}

const keyOf = (entry: { rule: string; resource: string; finding: string }) =>
  `${entry.rule}\n${entry.resource}\n${entry.finding}`;
