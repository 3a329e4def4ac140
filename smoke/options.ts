import * as fs from "node:fs";
import { isIP } from "node:net";
import type { Reach } from "./http";
import { signalOf, type Signal, type Way } from "./items";

/** The flags of `npm run smoke`, as they were typed. */
export interface SmokeFlags {
  readonly plan?: string;
  readonly outputs?: string;
  readonly url?: readonly string[];
  readonly read?: readonly string[];
  readonly door: "front-door" | "gateway" | "both";
  readonly tokenFile?: string;
  readonly grafanaPasswordFile?: string;
  readonly ca?: string;
  readonly resolveTo?: string;
  readonly resolvePort?: string;
  readonly items: string;
  readonly batches: string;
  readonly timeout: string;
  readonly readTimeout: string;
  readonly force?: true;
  readonly json?: true;
}

/** What they mean. */
export interface SmokeSettings {
  /** Stack outputs from a file; undefined: none was given. */
  readonly outputs?: unknown;
  readonly urls: Readonly<Partial<Record<Way, string>>>;
  readonly grafanaUrl?: string;
  readonly read: Readonly<Partial<Record<Signal, string>>>;
  readonly token?: string;
  readonly grafanaPassword?: string;
  readonly reach: Reach;
  readonly items: number;
  readonly batches: number;
  readonly readTimeoutMs: number;
}

const signals: readonly string[] = [...new Set(Object.values(signalOf))];

/**
 * Reads flags and environment (`INGEST_TOKEN`, `GRAFANA_PASSWORD`).
 *
 * @throws Error with every mistake, one a line.
 */
export function readOptions(
  stack: string | undefined,
  flags: SmokeFlags,
  environment: Readonly<Record<string, string | undefined>>,
): SmokeSettings {
  const mistakes: string[] = [];
  const fileOf = (option: string, name: string | undefined): string | undefined => {
    if (name === undefined) return undefined;
    try {
      return fs.readFileSync(name, "utf8");
    } catch (error) {
      mistakes.push(`--${option}: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  };
  const jsonOf = (option: string, name: string | undefined): unknown => {
    const text = fileOf(option, name);
    if (text === undefined) return undefined;
    try {
      return JSON.parse(text) as unknown;
    } catch {
      mistakes.push(`--${option}: ${name} is no JSON`);
      return undefined;
    }
  };
  const number = (option: string, text: string, least: number, most: number): number => {
    const value = Number(text);
    if (Number.isFinite(value) && value >= least && value <= most) return value;
    mistakes.push(`--${option}: ${text} is no number from ${least} to ${most}`);
    return least;
  };
  const pairsOf = (option: string, given: readonly string[] = [], known: readonly string[]) =>
    Object.fromEntries(
      given.flatMap((pair) => {
        const [, key = "", url = ""] = /^([^=]+)=(.+)$/.exec(pair) ?? [];
        if (!known.includes(key) || !/^https?:\/\//.test(url) || !URL.canParse(url)) {
          const wanted = `NAME=http(s)://…, with a name of ${known.join(", ")}`;
          mistakes.push(`--${option}: ${pair} is not ${wanted}`);
          return [];
        }
        return [[key, url] as const];
      }),
    );

  const plan = jsonOf("plan", flags.plan) as { outputs?: unknown } | undefined;
  if (plan !== undefined && plan.outputs === undefined)
    mistakes.push(`--plan: ${flags.plan} has no outputs, so it is no plan.json`);
  const outputs = plan?.outputs ?? jsonOf("outputs", flags.outputs);
  const { grafana, ...urls } = pairsOf("url", flags.url, [...Object.keys(signalOf), "grafana"]);
  const sources = [stack, flags.plan, flags.outputs].filter((given) => given !== undefined);
  if (sources.length === 0 && flags.url === undefined)
    mistakes.push("nowhere to send: give a stack, --plan, --outputs or --url");
  if (sources.length > 1) mistakes.push("give one of a stack, --plan and --outputs");
  if (flags.resolveTo !== undefined && isIP(flags.resolveTo) === 0)
    mistakes.push(`--resolve-to: ${flags.resolveTo} is no IP address`);

  const settings: SmokeSettings = {
    outputs,
    urls,
    grafanaUrl: grafana,
    read: pairsOf("read", flags.read, signals),
    token: fileOf("token-file", flags.tokenFile)?.trim() ?? environment["INGEST_TOKEN"],
    grafanaPassword:
      fileOf("grafana-password-file", flags.grafanaPasswordFile)?.trim() ??
      environment["GRAFANA_PASSWORD"],
    reach: {
      ca: fileOf("ca", flags.ca),
      resolveTo: flags.resolveTo,
      resolvePort:
        flags.resolvePort === undefined
          ? undefined
          : number("resolve-port", flags.resolvePort, 1, 65535),
      timeoutMs: number("timeout", flags.timeout, 0.1, 600) * 1000,
    },
    items: Math.floor(number("items", flags.items, 1, 5000)),
    batches: Math.floor(number("batches", flags.batches, 1, 5000)),
    readTimeoutMs: number("read-timeout", flags.readTimeout, 0, 3600) * 1000,
  };
  if (mistakes.length > 0) throw new Error(mistakes.join("\n"));
  return settings;
}
