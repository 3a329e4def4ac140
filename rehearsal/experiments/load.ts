import { parse } from "yaml";
import * as fs from "node:fs";
import { frontDoorOf, type Door, type ReadingRoom } from "../../smoke/doors";
import { signalOf, type Signal, type Way } from "../../smoke/items";
import type { Rehearsal } from "../rehearsal";
import { Traffic, type Sender } from "../traffic/traffic";

/** Which signals the parts that are started can take and give back. */
function signalsOf(rehearsal: Rehearsal): ReadonlySet<Signal> {
  const signals: Readonly<Record<Signal, string>> = {
    metrics: "mimir",
    logs: "loki",
    traces: "tempo",
    profiles: "pyroscope",
  };
  const started = (product: string) =>
    rehearsal.rehearsed.some(({ name }) => new RegExp(`-${product}(-|$)`).test(name));
  return new Set((Object.keys(signals) as Signal[]).filter((signal) => started(signals[signal])));
}

/** The way in from outside: the front door, with a token of this run, for what is started. */
export function doorOf(rehearsal: Rehearsal): Door {
  const [token] = Object.values(rehearsal.secrets.ingestTokens);
  const door = frontDoorOf(rehearsal.settings.plan.outputs, token);
  const signals = signalsOf(rehearsal);
  const ways = (Object.keys(door.urls) as Way[]).filter((way) => signals.has(signalOf[way]));
  return { ...door, urls: Object.fromEntries(ways.map((way) => [way, door.urls[way]])) };
}

/** What Grafana's data sources ask, from Grafana's place: the URLs of the plan's own provisioning file. */
export function roomOf(rehearsal: Rehearsal): ReadingRoom {
  const signals = signalsOf(rehearsal);
  const types: Readonly<Record<string, Signal>> = {
    prometheus: "metrics",
    loki: "logs",
    tempo: "traces",
    "grafana-pyroscope-datasource": "profiles",
  };
  const environments = rehearsal.view.services.flatMap(({ taskDefinition }) =>
    taskDefinition.containers.map(({ environment }) => environment),
  );
  const file = environments
    .flatMap((environment) => Object.entries(environment))
    .find(([name]) => name === "FILE_PROVISIONING_DATASOURCES_LGTM_YAML")?.[1];
  if (file === undefined) throw new Error("the plan has no data sources for Grafana");
  const { datasources } = parse(file) as { datasources: { type: string; url: string }[] };
  return {
    urls: Object.fromEntries(
      datasources.flatMap(({ type, url }) => {
        const signal = types[type];
        return signal !== undefined && signals.has(signal) ? [[signal, url]] : [];
      }),
    ),
  };
}

/**
 * Profiles have no way through the front door; they are pushed as the gateway pushes them, from its place to Pyroscope.
 * None where Pyroscope is not started.
 */
async function profilesSender(rehearsal: Rehearsal): Promise<readonly Sender[]> {
  const pyroscope = rehearsal.rehearsed.find(({ name }) => name.endsWith("-pyroscope"));
  const gateway = rehearsal.view.services.find(({ name }) => name.endsWith("-alloy-gateway"));
  const url = roomOf(rehearsal).urls.profiles;
  if (pyroscope === undefined || gateway === undefined || url === undefined) return [];
  const door: Door = { name: "the gateway's place", urls: { profiles: `${url}/ingest` } };
  return [{ client: await rehearsal.placeOf(gateway.name), door }];
}

/** Constant load from outside the VPC, read from Grafana's place. */
export async function startLoad(rehearsal: Rehearsal, times = 1): Promise<Traffic> {
  const grafana = rehearsal.view.services.find(({ name }) => name.endsWith("grafana"));
  if (grafana === undefined) throw new Error("the plan has no Grafana to read from");
  return Traffic.start({
    senders: [
      { client: await rehearsal.internet(), door: doorOf(rehearsal) },
      ...(await profilesSender(rehearsal)),
    ],
    grafana: await rehearsal.placeOf(grafana.name),
    room: roomOf(rehearsal),
    ca: fs.readFileSync(rehearsal.authorityFile, "utf8"),
    projectRoot: rehearsal.settings.projectRoot,
    times,
  });
}
