import { z } from "zod";

/** D9: alarms that do not depend on what they watch. */
export const watchSchema = z
  .strictObject({
    enabled: z
      .boolean()
      .optional()
      .describe(
        "CloudWatch alarms, AWS events and the heartbeat of Grafana's alerts, sent to an SNS topic. Default: on in prod.",
      ),
    emails: z
      .array(z.email())
      .max(10)
      .default([])
      .describe(
        "Addresses that the alarms are mailed to; each confirms once, by the mail AWS sends.",
      ),
    webhooks: z
      .array(z.string().regex(/^https:\/\/[^\s/]+\/?\S*$/, "an address that begins with https://"))
      .max(10)
      .default([])
      .describe(
        "HTTPS endpoints of SNS messages (PagerDuty, Opsgenie …); each confirms by itself.",
      ),
    monthlyBudgetUsd: z
      .number()
      .positive()
      .max(1_000_000)
      .optional()
      .describe(
        "Monthly AWS budget, in USD: a message at 80 and 100 percent spent and when the forecast exceeds it. Absent = no budget.",
      ),
    budgetScope: z
      .enum(["account", "stack"])
      .default("account")
      .describe(
        "What the budget counts: the whole account, or what carries this stack's tag `lgtm:name`. A tag counts only after it is activated as a cost allocation tag; until then the budget is silent.",
      ),
    runbookUrl: z
      .string()
      .regex(/^[^\s#]+$/, "an address without # and blanks")
      .default("docs/operations.md")
      .describe("Where the runbooks are; every alarm names its section there."),
  })
  .prefault({});
