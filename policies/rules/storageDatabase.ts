import type { Resource } from "../resource";
import { resourceRule, stackRule, type Rule } from "../rule";
import { environmentOf, serversOf, TASK_DEFINITION } from "../servers/server";

const subject = "storage" as const;

const DATABASE = "aws:rds/instance:Instance";
const CLUSTER_INSTANCE = "aws:rds/clusterInstance:ClusterInstance";
const PARAMETERS = "aws:rds/parameterGroup:ParameterGroup";

const database = resourceRule({
  id: "storage-database",
  subject,
  rationale:
    "Grafana's users and dashboards live in one database: readable on its disk, reachable, or gone with one `destroy`.",
  source: "D3",
  mend: "Encrypt it, keep it private, back it up for 7 days, and in prod leave a final snapshot and protect it from deletion",
  scope: "any",
  reads: {
    [DATABASE]: [
      "storageEncrypted",
      "publiclyAccessible",
      "backupRetentionPeriod",
      "deletionProtection",
      "skipFinalSnapshot",
      "manageMasterUserPassword",
    ],
    [CLUSTER_INSTANCE]: ["publiclyAccessible"],
  },
  severity: "high",
  judge(instance, judgement) {
    const report = (finding: string, says: string) => judgement.report(instance, { finding, says });
    const prod = judgement.environment === "prod";
    judgement.each(["publiclyAccessible"], (key) => {
      if (instance.at(key).boolean() === true) report(key, "it has a public address");
    });
    if (instance.type === CLUSTER_INSTANCE) return;
    judgement.each(["storageEncrypted"], (key) => {
      if (instance.at(key).boolean() !== true) report(key, "its storage is not encrypted");
    });
    judgement.each(["backupRetentionPeriod"], (key) => {
      const days = instance.at(key).number() ?? 0;
      if (days < LEAST_BACKUP_DAYS) report(`${key}:${days}`, `its backups are kept ${days} days`);
    });
    judgement.each(["deletionProtection"], (key) => {
      if (prod && instance.at(key).boolean() !== true) report(key, "AWS may delete it in prod");
    });
    judgement.each(["skipFinalSnapshot"], (key) => {
      if (prod && instance.at(key).boolean() === true)
        report(key, "it leaves no snapshot behind in prod");
    });
    // ECS reads secrets only when a task starts: a password that RDS rotates weekly locks Grafana out.
    judgement.each(["manageMasterUserPassword"], (key) => {
      if (instance.at(key).boolean() === true)
        report(key, "RDS rotates its password every week, and ECS never learns of it");
    });
  },
});

const LEAST_BACKUP_DAYS = 7;

const databaseTls = stackRule({
  id: "storage-database-tls",
  subject,
  rationale: "Without rds.force_ssl PostgreSQL takes passwords and dashboards in plain text.",
  source: "D3",
  mend: "Give the instance a parameter group with rds.force_ssl 1, and Grafana GF_DATABASE_SSL_MODE require or stricter",
  scope: "any",
  reads: {
    [DATABASE]: ["engine", "parameterGroupName"],
    [PARAMETERS]: ["name", "parameters"],
    [TASK_DEFINITION]: ["containerDefinitions"],
  },
  severity: "high",
  judge(stack, judgement) {
    const byName = new Map<string, Resource>();
    for (const group of stack.ofType(PARAMETERS)) {
      const name = group.at("name");
      if (!name.isUnknown) byName.set(name.text() ?? "", group);
    }
    judgement.each(stack.ofType(DATABASE), (instance) => {
      if (instance.at("engine").text() !== "postgres") return;
      const named = instance.at("parameterGroupName");
      const group =
        (named.isUnknown ? undefined : byName.get(named.text() ?? "")) ??
        stack.referenced(instance, "parameterGroupName", PARAMETERS)[0];
      if (group === undefined) {
        judgement.report(instance, {
          finding: "no-group",
          says: "no parameter group of the stack forces TLS",
        });
        return;
      }
      const forced = group
        .at("parameters")
        .oneOrMore()
        .some(
          (parameter) =>
            parameter.at("name").text() === "rds.force_ssl" && parameter.at("value").number() === 1,
        );
      if (forced) return;
      judgement.report(group, { finding: "rds.force_ssl", says: "rds.force_ssl is not 1" });
    });
    judgement.each(stack.ofType(TASK_DEFINITION), (taskDefinition) => {
      for (const server of serversOf(taskDefinition)) {
        if (server.product !== "grafana" || !server.targets.includes("postgres")) continue;
        const mode = environmentOf(server.container).find(
          ({ name }) => name === "GF_DATABASE_SSL_MODE",
        )?.value;
        // Grafana's default is disable: grafana/grafana conf/defaults.ini, [database] ssl_mode.
        if (mode !== undefined && ["require", "verify-ca", "verify-full"].includes(mode)) continue;
        judgement.report(taskDefinition, {
          finding: `ssl-mode:${mode ?? "default"}`,
          says: `Grafana connects to its database with ssl_mode ${mode ?? "disable, its default"}`,
        });
      }
    });
  },
});

export const storageDatabaseRules: readonly Rule[] = [database, databaseTls];
