import { contains } from "../network/addresses";
import type { Experiment, ExperimentContext } from "./experiment";

/** The packets of some addresses vanish for a while, without an answer. */
async function dark(
  { rehearsal, note, pause }: ExperimentContext,
  what: string,
  addresses: readonly string[],
  seconds: number,
): Promise<void> {
  note(`${what} goes away`);
  await rehearsal.firewall.darken(addresses);
  await pause(seconds);
  await rehearsal.firewall.lighten(addresses);
  note(`${what} is back`);
}

const s3Away = (name: string, seconds: number): Experiment => ({
  name,
  title: `S3 away for ${seconds} s`,
  afterSeconds: 60,
  // What lies in the bucket only cannot be read while the bucket is away.
  promises: { failedReadSeconds: seconds + 30, shortReads: ["logs", "traces"] },
  run: (context) => dark(context, "S3", [context.rehearsal.s3.place.address], seconds),
});

export const s3AwayLong = s3Away("s3-away", 180);
export const s3AwayShort = s3Away("s3-away-60", 60);

export const s3Slow: Experiment = {
  name: "s3-slow",
  title: "each answer of S3 2 s late, for 120 s",
  promises: {},
  run: async ({ rehearsal, note, pause }) => {
    note("S3 is slow");
    await rehearsal.s3.call("fault", { kind: "slow", milliseconds: 2000 });
    await pause(120);
    await rehearsal.s3.call("fault", { kind: "none" });
    note("S3 is itself again");
  },
};

export const s3Errors: Experiment = {
  name: "s3-503",
  title: "S3 answers 503 to a third of the requests, for 120 s",
  promises: {},
  run: async ({ rehearsal, note, pause }) => {
    note("S3 answers 503 to a third");
    await rehearsal.s3.call("fault", { kind: "errors", oneIn: 3 });
    await pause(120);
    await rehearsal.s3.call("fault", { kind: "none" });
    note("S3 is itself again");
  },
};

export const memcachedAway: Experiment = {
  name: "memcached-away",
  title: "memcached away for 90 s",
  promises: {},
  notFor: ({ rehearsed }) =>
    rehearsed.some(({ name }) => name.endsWith("memcached")) ? undefined : "no memcached",
  run: (context) => {
    const addresses = context.rehearsal.scheduler
      .tasks()
      .filter(({ service }) => service.name.endsWith("memcached"))
      .map(({ nic }) => nic.address);
    return dark(context, "memcached", addresses, 90);
  },
};

export const dnsAway: Experiment = {
  name: "dns-away",
  title: "the resolver away for 60 s",
  // Who reads looks names up too: over the connections that it has it goes on, new ones cannot be made.
  promises: { failedReadSeconds: 60 },
  run: async ({ rehearsal, note, pause }) => {
    note("the resolver goes away");
    // A client outside the VPC has a resolver of its own.
    const { vpcCidr } = rehearsal.view;
    rehearsal.names.awayFor = (asker) => contains(vpcCidr, asker);
    await pause(60);
    rehearsal.names.awayFor = () => false;
    note("the resolver is back");
  },
};

export const coldStart: Experiment = {
  name: "cold-start",
  title: "everything started at once, from nothing",
  beforeSeconds: 0,
  afterSeconds: 20,
  promises: {},
  run: () => Promise.resolve(),
};
