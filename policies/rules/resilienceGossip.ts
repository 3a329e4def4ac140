import { ringProducts } from "../data/parts";
import { gossipParts } from "../data/serverSettings";
import type { Resource } from "../resource";
import { stackRule, type Rule } from "../rule";
import { durationSeconds } from "../servers/duration";
import { mostCommon } from "../servers/rings";
import { type Server, serversOf, TASK_DEFINITION, serverReads } from "../servers/server";
import { inFile } from "../servers/setting";

const gossip = stackRule({
  id: "resilience-gossip",
  subject: "resilience",
  rationale:
    "Products share port 7946 and reuse addresses: without a label of their own their rings merge, and without rejoining a ring stays split.",
  source: "S17",
  mend: "Set memberlist.cluster_label to one name per product and memberlist.rejoin_interval to 30s",
  scope: "lgtm",
  reads: serverReads,
  severity: "high",
  judge(stack, judgement) {
    const members: { server: Server; taskDefinition: Resource; label: string }[] = [];
    judgement.each(stack.ofType(TASK_DEFINITION), (taskDefinition) => {
      for (const server of serversOf(taskDefinition)) {
        const gossips = gossipParts[server.product];
        if (gossips === undefined || !server.hasSettings || !server.targets.some(gossips)) continue;
        const what = `${server.product} ${server.targets.join(",")}`;
        const report = (finding: string, says: string) =>
          judgement.report(taskDefinition, { finding, says });
        const rejoin = durationSeconds(inFile(server, "memberlist.rejoin_interval").known()) ?? 0;
        if (rejoin <= 0 || rejoin > MOST_REJOIN_SECONDS) {
          report(
            "memberlist.rejoin_interval",
            `memberlist.rejoin_interval of ${what} is ${rejoin <= 0 ? "not set, so never" : `${rejoin}s`}`,
          );
        }
        if (inFile(server, "memberlist.join_members").texts().length === 0) {
          report("memberlist.join_members", `${what} joins nobody`);
        }
        const label = inFile(server, "memberlist.cluster_label").text() ?? "";
        if (label === "") {
          report("memberlist.cluster_label", `memberlist.cluster_label of ${what} is not set`);
        } else {
          members.push({ server, taskDefinition, label });
        }
      }
    });
    const usual = new Map(
      ringProducts.map((product) => [
        product,
        mostCommon(
          members.filter(({ server }) => server.product === product).map(({ label }) => label),
        ),
      ]),
    );
    for (const { server, taskDefinition, label } of members) {
      const own = usual.get(server.product);
      const others = [...usual].filter(
        ([product, used]) => product !== server.product && used === label,
      );
      if (label === own && others.length === 0) continue;
      judgement.report(taskDefinition, {
        finding: `memberlist.cluster_label:${label}`,
        says:
          others.length > 0
            ? `${server.product} ${server.targets.join(",")} gossips under ${label}, as ${others[0]![0]} does`
            : `${server.product} ${server.targets.join(",")} gossips under ${label}, the others of ${server.product} under ${own}`,
      });
    }
  },
});

/** Longest time that a ring which split at its start stays so. */
const MOST_REJOIN_SECONDS = 120;

export const resilienceGossipRules: readonly Rule[] = [gossip];
