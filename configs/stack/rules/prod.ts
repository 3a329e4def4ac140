import { settingAt } from "../roles";
import type { Rule } from "./rule";

const teardown =
  "remove the line (it is on in prod); to take a stack down, deploy it once with environment: dev";

/** What prod refuses to have switched off: key → what it would mean. */
const keptOn: Readonly<Record<string, string>> = {
  "ingress.deletionProtection": teardown,
  "ingress.accessLogs": "remove the line: prod keeps the load balancer's access logs",
  "storage.protect": teardown,
  "grafana.database.deletionProtection": teardown,
};

export const prodRules: readonly Rule[] = [
  {
    id: "prod-keeps-protection",
    row: "G7",
    check: (settings) =>
      settings.environment !== "prod"
        ? []
        : Object.entries(keptOn)
            .filter(([key]) => settingAt(settings, key) === false)
            .map(([key, mend]) => ({
              key,
              allowed: "true in prod",
              mend,
              involves: ["environment"],
            })),
  },
  {
    id: "exec-in-prod",
    row: "A4",
    check: ({ environment, execEnabled }) =>
      environment === "prod" && execEnabled
        ? [
            {
              key: "execEnabled",
              allowed: "false in prod",
              mend: "remove the line: a shell into a production task is not part of this design",
              involves: ["environment"],
            },
          ]
        : [],
  },
  {
    id: "schedule-in-prod",
    row: "S19",
    check: ({ environment, schedule }) =>
      environment === "prod" && schedule !== undefined
        ? [
            {
              key: "schedule",
              allowed: "nothing in prod",
              mend: "remove it: a stack that is asleep at night receives nothing",
              involves: ["environment"],
            },
          ]
        : [],
  },
];
