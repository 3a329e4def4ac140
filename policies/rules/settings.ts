import { resourceRule, stackRule, type Rule } from "../rule";
import { type Session, SETTINGS } from "../session";

/** First rule of the pack: takes the shared settings over. */
export const settingsRule = resourceRule({
  id: SETTINGS,
  subject: "acknowledgements",
  rationale: "Environment and acknowledgements of the stack, shared by all rules.",
  source: "https://github.com/cdklabs/cdk-nag#suppressing-a-rule",
  mend: "Correct the settings of the rule `settings` in the stack's policy config",
  scope: "any",
  everyType: true,
  reads: {},
  severity: "medium",
  configSchema: {
    environment: {
      type: "string",
      enum: ["dev", "prod"],
      default: "prod",
      description: "Which environment the stack is; several rules are milder in dev.",
    },
    acknowledgements: {
      type: "array",
      description: "Findings that were looked at and are accepted, one by one.",
      items: {
        type: "object",
        required: ["rule", "resource", "finding", "reason", "expires"],
        additionalProperties: false,
        properties: {
          rule: { type: "string", minLength: 1, description: "Id of the rule." },
          resource: {
            type: "string",
            minLength: 1,
            description: "URN or logical name of the resource, exactly.",
          },
          finding: { type: "string", minLength: 1, description: "Id of the finding, exactly." },
          reason: { type: "string", minLength: 1, description: "Why it is right here." },
          expires: {
            type: "string",
            pattern: "^\\d{4}-\\d{2}-\\d{2}$",
            description: "Last day on which it counts.",
          },
        },
      },
    },
  },
  judge: () => undefined,
});

/** Last rule of the pack: what the session knows about acknowledgements after all others ran. */
export const acknowledgementRule = (session: Session): Rule =>
  stackRule({
    id: "acknowledgements-are-needed",
    subject: "acknowledgements",
    rationale: "An acknowledgement that matches nothing, or has expired, hides the next mistake.",
    source: "https://github.com/cdklabs/cdk-nag#suppressing-a-rule",
    mend: "Remove the acknowledgement, or renew it with a new reason and day",
    scope: "any",
    everyType: true,
    reads: {},
    severity: "medium",
    judge(stack, judgement) {
      const [first] = stack.resources;
      if (first === undefined) return;
      const byPlace = new Map(
        stack.resources.flatMap((resource) => [
          [resource.name, resource] as const,
          [resource.urn, resource] as const,
        ]),
      );
      for (const [entries, what] of [
        [session.unused, "unused"],
        [session.expired, "expired"],
      ] as const) {
        for (const entry of entries) {
          judgement.report(byPlace.get(entry.resource) ?? first, {
            finding: `${what}:${entry.rule}:${entry.finding}`,
            says: `the acknowledgement of ${entry.rule} ${entry.finding} on "${entry.resource}" ${
              what === "unused" ? "matches no finding" : `expired on ${entry.expires}`
            }`,
          });
        }
      }
    },
  });
