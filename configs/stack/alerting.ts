import { z } from "zod";
import { arn } from "./fields";

/** D9: whom Grafana's alerts are sent to, besides the topic of `watch`. Secrets are named by ARN, never written down. */
export const alertingSchema = z
  .strictObject({
    topicArns: z
      .array(arn("sns"))
      .max(5)
      .default([])
      .describe("SNS topics that Grafana publishes its alerts to, besides the one of watch."),
    slack: z
      .strictObject({
        webhookSecretArn: arn("secretsmanager").describe(
          "Secret that holds the address of a Slack incoming webhook.",
        ),
      })
      .optional()
      .describe("A Slack channel that Grafana's alerts are posted to."),
    email: z
      .strictObject({
        addresses: z.array(z.email()).min(1).max(10).describe("Recipients."),
        from: z.email().describe("Sender."),
        host: z
          .string()
          .regex(
            /^[a-z0-9.-]+:\d{1,5}$/,
            "HOST:PORT, such as email-smtp.eu-west-1.amazonaws.com:587",
          )
          .describe("SMTP server and port; TLS is required."),
        user: z.string().min(1).optional().describe("SMTP user name."),
        passwordSecretArn: arn("secretsmanager")
          .optional()
          .describe("Secret that holds the SMTP password."),
      })
      .optional()
      .describe("Addresses that Grafana mails its alerts to, through an SMTP server."),
  })
  .prefault({});
