import type { Resource } from "../resource";
import { resourceRule, stackRule, type Rule } from "../rule";
import { environmentOf, serversOf, TASK_DEFINITION, serverReads } from "../servers/server";

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
    ...serverReads,
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
      const least = group
        .at("parameters")
        .oneOrMore()
        .find((parameter) => parameter.at("name").text() === "ssl_min_protocol_version")
        ?.at("value")
        .text();
      if (least === "TLSv1" || least === "TLSv1.1")
        judgement.report(group, { finding: `least:${least}`, says: `it takes ${least}` });
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

/** D3: RDS ≥ 16. */
const LEAST_POSTGRES = 16;
/** Source: docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html (rds-ca-2019 expired in 2024). */
const EXPIRED_AUTHORITY = "rds-ca-2019";

const databaseCurrent = resourceRule({
  id: "storage-database-current",
  subject,
  rationale: "An old engine gets no fixes, and an expired certificate ends every connection.",
  source:
    "D3; https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-release-calendar.html",
  mend: "PostgreSQL 16 or later, autoMinorVersionUpgrade on, no upgrade of the major version by accident, the default certificate authority",
  scope: "any",
  reads: {
    [DATABASE]: [
      "engine",
      "engineVersion",
      "autoMinorVersionUpgrade",
      "allowMajorVersionUpgrade",
      "caCertIdentifier",
    ],
  },
  severity: "medium",
  judge(instance, judgement) {
    const report = (finding: string, says: string) => judgement.report(instance, { finding, says });
    judgement.each(["engineVersion"], (key) => {
      const version = instance.at(key).text();
      const major = Number(version?.split(".")[0]);
      if (instance.at("engine").text() === "postgres" && major < LEAST_POSTGRES)
        report(`${key}:${version}`, `its PostgreSQL is ${version}`);
    });
    judgement.each(["autoMinorVersionUpgrade"], (key) => {
      if (instance.at(key).boolean() === false) report(key, "it takes no fixes by itself");
    });
    judgement.each(["allowMajorVersionUpgrade"], (key) => {
      if (instance.at(key).boolean() === true && judgement.environment === "prod")
        report(key, "a changed version number upgrades it past the way back");
    });
    judgement.each(["caCertIdentifier"], (key) => {
      if (instance.at(key).text() === EXPIRED_AUTHORITY)
        report(key, `its certificate is of ${EXPIRED_AUTHORITY}, which has expired`);
    });
  },
});

const databaseStandby = resourceRule({
  id: "storage-database-standby",
  subject,
  rationale: "Without a standby nobody can log in to Grafana while the database's zone is away.",
  source: "D3 (Multi-AZ by config, so advisory)",
  mend: "Set multiAz to true in prod (grafana.database.multiAz)",
  scope: "any",
  reads: { [DATABASE]: ["multiAz"] },
  severity: "low",
  enforcement: "advisory",
  judge(instance, judgement) {
    if (judgement.environment !== "prod" || instance.at("multiAz").boolean() === true) return;
    judgement.report(instance, { finding: "multiAz", says: "it has no standby in another zone" });
  },
});

export const storageDatabaseRules: readonly Rule[] = [
  database,
  databaseTls,
  databaseCurrent,
  databaseStandby,
];
