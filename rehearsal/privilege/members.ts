import { expect } from "./patience";
import { urlOf, type Stand } from "./stand";

/**
 * Members of a ring ask each other every 5 s whether they are there, and answer by connections of their own (dskit,
 * kv/memberlist: ProbeInterval, DisableTcpPings). The score of one that gets no answers rises by one each time; one or two
 * are a busy machine.
 */
const REACHES_NOBODY_SCORE = 3;

/** Every member of a ring sees all others, and reaches them. */
export async function ringsAreWhole(stand: Stand): Promise<void> {
  for (const product of [/loki-/, /tempo-/]) {
    const members = stand
      .tasks(product)
      .filter(({ definition }) => definition.containers.some(({ ports }) => ports.includes(7946)));
    await Promise.all(
      members.map(async (task) => {
        const { body } = await stand.ask(stand.collector, `${urlOf(task)}/metrics`);
        const gauge = (name: string) =>
          new RegExp(`^\\w*memberlist_client_cluster_${name} (\\d+)`, "m").exec(body)?.[1];
        const [seen, score] = [gauge("members_count"), gauge("node_health_score")];
        expect(
          Number(seen) === members.length,
          `${task.name} sees ${seen ?? "no"} of ${members.length} members`,
        );
        expect(
          Number(score) < REACHES_NOBODY_SCORE,
          `${task.name} gets no answers from other members, score ${score ?? "unknown"}`,
        );
      }),
    );
  }
}

/** Every service has as many healthy targets as it should have tasks; ECS replaces those that are not, so tasks come and go. */
export async function targetsAreHealthy(stand: Stand): Promise<void> {
  const { scheduler, frontDoor } = stand.rehearsal;
  for (const { name, desiredCount, targets } of scheduler.services) {
    for (const { targetGroupArn, port } of targets) {
      const states = await Promise.all(
        scheduler
          .tasks(name)
          .map(async ({ nic }) => frontDoor?.targetState(targetGroupArn, nic.address, port)),
      );
      const healthy = states.filter((state) => state === "healthy").length;
      expect(
        healthy >= desiredCount,
        `${healthy} of ${desiredCount} targets of ${name}:${port} are healthy`,
      );
    }
  }
}
