import type { StackConfig } from "../configs/stack/schema";
import { needsToken, outputs, snippets, tokenPlaceholder, type SnippetId } from "./snippets";

/**
 * `docs/sending.md`: how to send the first metric, log, trace and profile, then the ready-made client configurations, with
 * the addresses of the given stack. The file in the repository shows a stack with nothing but defaults.
 */
export function sendingGuide(config: StackConfig): string {
  const { push, gateway, grafana } = outputs(config);
  const { retentionDays, infoRetentionDays } = config.loki;
  const header = needsToken(config) ? ` -H "Authorization: Bearer $${tokenPlaceholder}"` : "";
  const json = (url: string, body: unknown) =>
    `curl -f ${url}${header} \\\n  -H "Content-Type: application/json" -d '${withNow(body)}'\n`;
  const resource = { attributes: [attribute("service.name", "first")] };
  const line = (labels: Readonly<Record<string, string>>) =>
    json(push.lokiPush, { streams: [{ stream: labels, values: [[now, "hello"]] }] });

  const metric = json(push.otlpMetrics, {
    resourceMetrics: [
      {
        resource,
        scopeMetrics: [
          {
            metrics: [
              { name: "first_metric", gauge: { dataPoints: [{ timeUnixNano: now, asDouble: 1 }] } },
            ],
          },
        ],
      },
    ],
  });
  const trace = json(push.otlpTraces, {
    resourceSpans: [
      {
        resource,
        scopeSpans: [
          {
            spans: [
              {
                traceId: "5b8efff798038103d269b633813fc60c",
                spanId: "eee19b7ec3c1b174",
                name: "first",
                kind: 2,
                startTimeUnixNano: now,
                endTimeUnixNano: now,
              },
            ],
          },
        ],
      },
    ],
  });
  const profile =
    `printf 'main;work 100\\n' | curl -f --data-binary @- \\\n` +
    `  "${gateway.profiles}/ingest?name=first&from=$(($(date +%s) - 10))&until=$(date +%s)"\n`;

  const by = new Map(snippets(config).map((snippet) => [snippet.id, snippet]));
  const show = (id: SnippetId) => {
    const { title, language, text } = by.get(id)!;
    return `### ${title}\n\n${fence(language, text)}`;
  };

  return [
    "<!-- Written by stacks/sendingGuide.ts: change that, then UPDATE_DOCS=1 npx mocha test/stacks/snippets.test.ts -->",
    "# Sending data",
    `There are two ways in. The **front door** is the load balancer: HTTPS under \`${config.domain}\`, guarded as \`ingress.auth\` says, for metrics, logs and traces. The **gateway** is Alloy inside the VPC: no TLS, no token, for every signal; it lets in the security groups and address blocks of \`collection.clients\`, and its name resolves in the VPCs of \`collection.associateVpcs\`. Prefer the gateway where you can reach it: it buffers, tries again, and labels logs.`,
    ...(needsToken(config)
      ? [
          `Replace \`${tokenPlaceholder}\` by an ingest token: the stack's outputs name the secret in Secrets Manager that holds it.`,
          fence("sh", `export ${tokenPlaceholder}=…\n`),
        ]
      : []),
    "## The first metric, log, trace and profile",
    `Each command sends one item; look for it in Grafana (${grafana}) under Explore.`,
    `Metric \`first_metric\` (data source Mimir):`,
    fence("sh", metric),
    `Log line \`hello\` (data source Loki, \`{job="first"}\`):`,
    fence("sh", line({ job: "first", level: "info" })),
    `Trace \`5b8efff798038103d269b633813fc60c\` (data source Tempo):`,
    fence("sh", trace),
    "Profile `first` (data source Pyroscope), from inside the VPC, because profiles have no front door:",
    fence("sh", profile),
    "(Measured: Alloy takes the whole `name` as the service's name, where Pyroscope itself cuts `first.cpu` down to `first`.)",
    "## The level label decides how long a log line is kept",
    `Loki deletes streams with the label \`level="info"\` after ${infoRetentionDays} days and everything else after ${retentionDays} days. Only a stream label counts: structured metadata, which is where Loki's own OTLP endpoint and its level detection put the severity, does not.`,
    "The gateway finds the level in the line (JSON, logfmt, a word in capitals or brackets) or in the severity of an OTLP record, and sets the label: `trace`, `debug`, `info`, `warn`, `error`, `fatal` or `unknown`. Through the front door nobody does that for you:",
    table([
      ["How the line was sent", "Label", "Kept"],
      ["through the gateway, level info", '`level="info"`', `${infoRetentionDays} days`],
      ["through the gateway, no level found", '`level="unknown"`', `${retentionDays} days`],
      ["Loki push through the front door, `level` among the labels", "as sent", "by that label"],
      ["Loki push through the front door, no `level`", "none", `**${retentionDays} days**`],
      ["OTLP logs through the front door, any severity", "none", `**${retentionDays} days**`],
    ]),
    `So this line, the one above without its level, stays ${retentionDays} days, at the price of ${retentionDays} days of storage:`,
    fence("sh", line({ job: "first" })),
    "## Ready-made client configurations",
    ...[...by.keys()].map(show),
    "FireLens hands over plain lines. Through the gateway each gets the level found in it; through the front door all lines of a container share the level of the snippet.",
  ]
    .map((part) => part.trimEnd())
    .join("\n\n")
    .concat("\n");
}

/** Becomes the time at which the command is run, in nanoseconds. */
const now = "NOW";
/** Leaves the single quotes of the shell for the moment of a date. */
const withNow = (body: unknown): string =>
  JSON.stringify(body).replaceAll(`"${now}"`, `"'$(date +%s)000000000'"`);

const attribute = (key: string, value: string) => ({ key, value: { stringValue: value } });
const fence = (language: string, text: string) => `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;

function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) =>
    Math.max(...rows.map((cells) => cells[column]!.length)),
  );
  const [head, ...body] = rows.map(
    (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`,
  );
  return [head, `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...body].join("\n");
}
