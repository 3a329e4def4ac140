import { peerCoverage, peerSources, type Peer } from "./peers";
import { peersRun } from "./peersRun";
import type { Rule, Subject } from "./rule";

const titles: Readonly<Record<Subject, string>> = {
  "security-groups": "Security groups",
  iam: "IAM",
  storage: "Storage",
  compute: "Compute",
  ingress: "Ingress",
  network: "Network",
  resilience: "Resilience",
  hygiene: "Hygiene",
  watch: "Watch from outside",
  acknowledgements: "Acknowledgements",
};

/** `docs/policies.md`: what the pack judges, made from the rules themselves. */
export function policiesPage(rules: readonly Rule[]): string {
  const subjects = (Object.keys(titles) as Subject[]).filter((subject) =>
    rules.some((rule) => rule.subject === subject),
  );
  return [
    "# The policy pack",
    "",
    "Generated from `policies/rules/` by `npm run generate`: change the rule, not this page.",
    "",
    `The pack \`lgtm\` has ${rules.length} rules. They judge resources and never the program that makes them, so a mistake`,
    "in the program's own description of the system is caught and not copied.",
    "",
    ...usage,
    ...subjects.flatMap((subject) => section(subject, rules)),
    ...others(),
  ].join("\n");
}

const usage = [
  "## Use",
  "",
  "| where | how |",
  "|---|---|",
  "| preview and deployment | `pulumi preview --policy-pack policies --policy-pack-config policies/config.prod.json` |",
  "| a plan | `npm run policy -- --plan plans/prod/plan.json --config policies/config.prod.json` |",
  "| what runs | `pulumi stack export --file state.json`, then `npm run policy -- --state state.json --config policies/config.prod.json` |",
  "",
  "A finding names the resource, the rule, the value and the mend. `npm run policy` ends with exit code 2 where a",
  "mandatory rule found something.",
  "",
  "A preview of a new stack does not know ids, ARNs and documents yet. The rules judge what it does know with full",
  "force and report what they could not see; the plan knows everything, so judge both.",
  "",
  "Rules marked *LGTM* keep to resources of an LGTM system: task definitions whose images are its servers (the last part",
  "of the repository's name, so mirrors change nothing), the services and roles that use them, and what is connected to",
  "those. All others judge every resource of the stack.",
  "",
  "### Settings",
  "",
  "What all rules share stands under `settings`; each rule may be set to `advisory` or `disabled` by its id.",
  "",
  "```json",
  JSON.stringify(
    {
      settings: {
        environment: "prod",
        acknowledgements: [
          {
            rule: "sg-internet-meets-load-balancer-only",
            resource: "lgtm-alloy-gateway-from-203.0.113.0-24-4317",
            finding: "203.0.113.0/24:4317",
            reason: "Agents of the old data centre, until it is closed",
            expires: "2027-03-31",
          },
        ],
      },
      "sg-described": "advisory",
    },
    undefined,
    2,
  ),
  "```",
  "",
  "An acknowledgement takes away one finding of one rule on one resource (logical name or URN), until the day it names.",
  "One that matches nothing, or has expired, is a finding itself.",
  "",
];

function section(subject: Subject, rules: readonly Rule[]): string[] {
  return [
    `## ${titles[subject]}`,
    "",
    ...rules.filter((rule) => rule.subject === subject).flatMap(entry),
  ];
}

function entry(rule: Rule): string[] {
  const reads = Object.entries(rule.reads).map(
    ([type, paths]) =>
      `\`${type.split(":").pop() ?? type}\`${paths.length === 0 ? "" : ` (${paths.join(", ")})`}`,
  );
  const kind = rule.judges === "stack" ? "the stack as a whole" : "each resource";
  return [
    `### ${rule.id}`,
    "",
    rule.rationale,
    "",
    `- ${rule.enforcement ?? "mandatory"}, ${rule.severity}; judges ${kind}${rule.scope === "lgtm" ? "; *LGTM*" : ""}`,
    `- from: ${rule.source}`,
    ...(reads.length === 0 ? [] : [`- reads: ${reads.join(", ")}`]),
    `- mend: ${rule.mend}.`,
    ...Object.entries(rule.configSchema ?? {}).map(
      ([name, schema]) =>
        `- setting \`${name}\`: ${schema.description ?? ""}${schema.default === undefined ? "" : ` Default: \`${JSON.stringify(schema.default)}\`.`}`,
    ),
    "",
  ];
}

/** What the packs of others see of the same mistakes: by name, and by running those that can be run. */
function others(): string[] {
  const names = Object.keys(peerSources) as Peer[];
  const runOf = (peer: Peer) => peersRun.peers.find((each) => each.peer === peer);
  const summary = names.map((peer) => {
    const run = runOf(peer);
    const rules = new Set(
      peerCoverage
        .flatMap(({ peers }) => peers)
        .flatMap((each) => (each.peer === peer ? [each.rule] : [])),
    ).size;
    return run === undefined
      ? `| [${peer}](${peerSources[peer]}) | ${rules} | read, not run: it judges CDK's constructs | | |`
      : `| [${peer}](${peerSources[peer]}) | ${rules} | all ${run.rules} were run | ${Object.keys(run.seen).length} of ${peersRun.mutants} | ${run.onShipped.dev} and ${run.onShipped.prod} |`;
  });
  const rows = peerCoverage.map(({ rule, findings, peers }) => {
    const cell = (peer: Peer) => {
      const mine = peers.filter((each) => each.peer === peer);
      return mine
        .map((each) => {
          const seen = Object.values(runOf(peer)?.seen ?? {}).filter((found) =>
            found.includes(each.rule),
          );
          const count = runOf(peer) === undefined ? "" : `, found ${seen.length}`;
          return `\`${each.rule}\`${count}${each.limits === undefined ? "" : ` (${each.limits})`}`;
        })
        .join("; ");
    };
    const what = findings === undefined ? "" : ` \`${findings.source.replace(/\|/g, "\\|")}\``;
    return `| ${rule}${what} | ${names.map(cell).join(" | ")} |`;
  });
  return [
    "## Against others",
    "",
    `The mutants of \`npm run test:mutants\` were given to the packs of others that judge Pulumi's resources, with all their`,
    `rules (${peersRun.date}; \`test/policies/peers/README.md\` says how to repeat it). A mutant counts as found where a rule says something`,
    "about it that it does not say about the plan it was made from. This pack finds all of them and says nothing about",
    "the shipped plans.",
    "",
    "| pack | rules about such mistakes, by name | run | mutants found | findings on shipped dev and prod |",
    "|---|---|---|---|---|",
    ...summary,
    "",
    "Which rules those are; `found` counts mutants of any kind on which the rule said something new.",
    "",
    `| mistake, by our rule | ${names.join(" | ")} |`,
    `|---|${names.map(() => "---|").join("")}`,
    ...rows,
    "",
  ];
}
