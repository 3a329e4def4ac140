import { addressRows } from "../data/addresses";
import { stackRule, type Rule } from "../rule";
import { NAME, NAMESPACE, namesIn } from "../servers/discovery";
import { serversOf, TASK_DEFINITION } from "../servers/server";
import { desiredCountOf, SERVICE, serversIn, tasksOf, taskReads } from "../servers/services";
import { inFile } from "../servers/setting";
import { SUBNET } from "../topology";
import { zonesOf } from "./resilienceRings";

const subject = "resilience" as const;

const zoneSpread = stackRule({
  id: "resilience-zone-spread",
  subject,
  rationale: "Two tasks in one zone are one task on the day the zone is lost.",
  source: "N2",
  mend: "Give the service the private subnets of all zones",
  scope: "lgtm",
  reads: {
    [SERVICE]: ["desiredCount", "networkConfiguration.subnets", "taskDefinition"],
    ...taskReads,
    [SUBNET]: ["id", "availabilityZone"],
  },
  severity: "medium",
  judge(stack, judgement) {
    if (judgement.environment !== "prod") return;
    judgement.each(tasksOf(stack), (task) => {
      const servers = serversIn(task);
      if (servers.length === 0) return;
      if (servers.some(({ part }) => part.replacement !== "stateless")) return;
      const count = desiredCountOf(task.service);
      const zones = zonesOf(task.service, stack);
      if (count < 2 || zones.length !== 1) return;
      judgement.report(task.service, {
        finding: `one-zone:${zones[0]}`,
        says: `all of its ${count} tasks are in ${zones[0]}`,
      });
    });
  },
});

const addresses = stackRule({
  id: "resilience-addresses-lead-right",
  subject,
  rationale:
    "A name that exists and belongs to somebody else: the server is ready, and its calls are dropped or answered wrongly.",
  source: "S13, S17; measured (minimal edges)",
  mend: "Name the part that the finding names, with its port",
  scope: "lgtm",
  reads: {
    ...taskReads,
    [NAMESPACE]: ["name"],
    [NAME]: ["name", "dnsConfig.namespaceId"],
    [SERVICE]: ["serviceRegistries.registryArn", "taskDefinition"],
  },
  severity: "high",
  judge(stack, judgement) {
    judgement.each(stack.ofType(NAMESPACE), (namespace) => {
      const zone = namespace.at("name").text();
      if (zone === undefined || zone === "") return;
      const names = namesIn(stack, namespace);
      judgement.each(stack.ofType(TASK_DEFINITION), (taskDefinition) => {
        for (const server of serversOf(taskDefinition)) {
          for (const row of addressRows) {
            if (row.product !== server.product) continue;
            if (row.targets?.some((target) => server.targets.includes(target)) === false) continue;
            for (const text of inFile(server, row.key).texts()) {
              const [host = "", port] = text
                .replace(/^(dns(srv)?(noa)?\+|[a-z]+:\/\/)/, "")
                .split(":");
              if (!host.endsWith(`.${zone}`)) continue;
              const found = names.get(host.slice(0, -zone.length - 1));
              // A name without anybody is the finding of `resilience-names-exist`.
              if (found === undefined || found.tasks.length === 0) continue;
              const leadsRight = found.tasks.some((task) =>
                serversIn(task).some(
                  ({ product, targets }) =>
                    product === row.to.product &&
                    (row.to.target === undefined ||
                      targets.includes(row.to.target) ||
                      targets.includes("all")),
                ),
              );
              if (leadsRight && (port === undefined || Number(port) === row.port)) continue;
              const to = [row.to.product, row.to.target].filter((part) => part !== undefined);
              judgement.report(taskDefinition, {
                finding: `${row.key}:${text}`,
                says: `${row.key} of ${server.product} ${server.targets.join(",")} is ${text}, which is not port ${row.port} of ${to.join(" ")}`,
              });
            }
          }
        }
      });
    });
  },
});

export const resiliencePlacementRules: readonly Rule[] = [zoneSpread, addresses];
