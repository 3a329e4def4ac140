import type { Plan } from "../../plan/plan";
import {
  changeFile,
  changeRingPause,
  changeSuccessorWait,
  changeTaskRole,
  keepIngressPorts,
  remove,
} from "./planChanges";

/** A mistake that a stack of this kind has been seen to make, put back into the plan: the rehearsal must notice. */
export interface Trap {
  readonly name: string;
  /** The mistake, in one line. */
  readonly title: string;
  /** The stack in whose shape it bites. */
  readonly stack: "dev" | "prod";
  /** The experiment that brings it to light. */
  readonly experiment: string;
  /** Seconds of load after it, where the mistake shows later than the experiment waits. */
  readonly afterSeconds?: number;
  readonly change: (plan: Plan) => Plan;
  /** What the rehearsal must say. */
  readonly says: RegExp;
  /** Program that it takes, where not everybody has it. */
  readonly needs?: string;
}

const LOKI = "FILE_LOKI_YAML";
const TEMPO = "FILE_TEMPO_YAML";

export const traps: readonly Trap[] = [
  {
    name: "random-ring-ids",
    title:
      "ring members without fixed ids: the second death stops Tempo's writes and look-ups for good",
    stack: "prod",
    experiment: "kill-two",
    change: (plan) =>
      changeFile(plan, TEMPO, (file) => remove(file, ["ingester", "lifecycler", "id"])),
    says: /^traces: pushes refused for ([3-9]\d|\d{3,}) s .*/,
  },
  {
    name: "rf-2",
    title:
      "replication factor 2: one dead ingester stops Loki's pushes, or reads are silently short",
    stack: "prod",
    experiment: "kill-one",
    change: (plan) =>
      changeFile(plan, LOKI, (file) => file.setIn(["common", "replication_factor"], 2)),
    says: /^logs: (pushes refused for ([3-9]|\d{2,}) s|\d+ of \d+ reads lack acknowledged data)/,
  },
  {
    name: "zones-with-autoforget",
    title:
      "zone awareness together with autoforget: Loki forgets the dead zone, and one of two is enough to read",
    stack: "prod",
    experiment: "restart-in-loss",
    change: (plan) =>
      changeFile(plan, LOKI, (file, name) => {
        const replica = /-ingester-(\d+)$/.exec(name)?.[1];
        const lifecycler = ["ingester", "lifecycler"];
        file.setIn([...lifecycler, "ring", "kvstore", "store"], "memberlist");
        file.setIn([...lifecycler, "ring", "replication_factor"], 3);
        file.setIn([...lifecycler, "ring", "zone_awareness_enabled"], true);
        if (replica !== undefined)
          file.setIn([...lifecycler, "availability_zone"], `zone-${replica}`);
        // So that the stop's flush is not found before the empty newcomer is asked, which answers half of the time at most. By
        // itself that hides something only when chunks are no longer retained, three minutes after the stop.
        remove(file, ["storage_config", "tsdb_shipper", "resync_interval"]);
      }),
    says: /^logs: \d+ of \d+ reads lack acknowledged data, from 1\d\d(\.\d)? to/,
  },
  {
    name: "fast-swaps",
    title: "ring replicas swapped faster than a flush can be seen",
    stack: "prod",
    experiment: "roll-rings",
    change: (plan) => changeSuccessorWait(changeRingPause(plan, 0), 0),
    says: /^(logs|traces): \d+ of \d+ reads lack acknowledged data/,
  },
  {
    name: "query-hole",
    title:
      "Loki's index resync and Tempo's blocklist poll at their defaults: what a stop flushed cannot be found for minutes",
    stack: "dev",
    experiment: "roll-one",
    afterSeconds: 90,
    change: (plan) =>
      changeFile(
        changeFile(plan, LOKI, (file) =>
          remove(file, ["storage_config", "tsdb_shipper", "resync_interval"]),
        ),
        TEMPO,
        (file) => remove(file, ["storage", "trace", "blocklist_poll"]),
      ),
    says: /^(logs|traces): \d+ of \d+ reads lack acknowledged data, from -?[\d.]+ to (9\d|[1-9]\d\d)/,
  },
  {
    name: "link-local-ring",
    title:
      "Tempo's default interfaces: the metrics generator registers eth0's link-local address, and all is green",
    stack: "prod",
    experiment: "cold-start",
    change: (plan) =>
      changeFile(plan, TEMPO, (file) => {
        remove(file, ["metrics_generator", "ring", "instance_interface_names"]);
        remove(file, ["distributor", "ring", "instance_interface_names"]);
      }),
    says: /^refused: connection \S+tempo-distributor\S* \(link-local\) -> \S+tempo-metrics-generator\S* \(link-local\)/,
  },
  {
    name: "ring-health-readiness",
    title:
      "readiness_check_ring_health: while one Tempo ingester is dead, a healthy one that restarts does not get ready",
    stack: "prod",
    experiment: "restart-in-loss",
    change: (plan) =>
      changeFile(plan, TEMPO, (file) => {
        const lifecycler = ["ingester", "lifecycler"];
        file.setIn([...lifecycler, "readiness_check_ring_health"], true);
        // Tempo's default is 5 minutes (modules/ingester/config.go, v2.9.0): the trap would bite no earlier.
        file.setIn([...lifecycler, "ring", "heartbeat_timeout"], "1m");
      }),
    says: /^\S+tempo-ingester-1: not ready \d+ s after its restart, while another is away/,
  },
  {
    name: "design-security-groups",
    title: "the source design's own security groups: everything is ready and nothing works",
    stack: "prod",
    experiment: "cold-start",
    // shared table of the design: 3000, 9009, 3100, 3200, 4317, 4318 and gossip; nothing for gRPC or the cache.
    change: (plan) =>
      keepIngressPorts(plan, [80, 443, 3000, 9009, 3100, 3200, 4317, 4318, 5432, 7946]),
    says: /^refused: connection \S+loki-distributor -> \S+loki-ingester-\d tcp 9095/,
  },
  {
    name: "wrong-role",
    title: "Loki's tasks with Tempo's role: it may not touch its own prefix",
    stack: "prod",
    experiment: "cold-start",
    change: (plan) => changeTaskRole(plan, /-loki-/, "lgtm-tempo-task"),
    says: /^refused: request \S*tempo-task\S* s3:\w+ on \S+\/ftt-loki\//,
  },
  {
    name: "pyroscope-v2",
    title: "Pyroscope's storage v2: its index goes with the task",
    stack: "prod",
    experiment: "roll-one",
    needs: "pyroscope",
    change: (plan) =>
      changeFile(plan, "FILE_PYROSCOPE_YAML", (file) => {
        file.setIn(["architecture_storage"], "v2");
        // Its default, the way into v2.
        remove(file, ["limits", "write_path"]);
        // The index on the task's disk, the only place that can be written to.
        file.setIn(["metastore", "data_dir"], "/data/metastore");
        file.setIn(["metastore", "raft", "dir"], "/data/raft");
        file.setIn(["metastore", "raft", "snapshots_dir"], "/data/raft");
      }),
    says: /^profiles: \d+ of \d+ acknowledged items are lost/,
  },
];

/** @throws Error naming all of them, where there is none of that name. */
export function trapNamed(name: string): Trap {
  const found = traps.find((trap) => trap.name === name);
  if (found === undefined)
    throw new Error(`no trap ${name}; there are ${traps.map((trap) => trap.name).join(", ")}`);
  return found;
}
