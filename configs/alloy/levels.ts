import { attr, block, map, type Block } from "./syntax";

/**
 * The `level` label of every log line (D6). Loki's rule that `info` lives for a month selects streams by this label, and
 * structured metadata does not count, so the label must be there, in lower case and with one spelling per level.
 */
export const levels = ["trace", "debug", "info", "warn", "error", "fatal"] as const;
export type Level = (typeof levels)[number];
/** What a line is given whose level is not found or not known. */
export const unknownLevel = "unknown";

/** Spellings of each level: names, the numbers of pino and bunyan, and the four steps of OpenTelemetry (`INFO2`). */
const spellings: Readonly<Record<Level, readonly string[]>> = {
  trace: ["trace", "10", "trace2", "trace3", "trace4"],
  debug: ["debug", "20", "debug2", "debug3", "debug4"],
  info: ["info", "information", "notice", "30", "info2", "info3", "info4"],
  warn: ["warn", "warning", "40", "warn2", "warn3", "warn4"],
  error: ["error", "err", "50", "error2", "error3", "error4"],
  fatal: ["fatal", "critical", "panic", "60", "fatal2", "fatal3", "fatal4"],
};

/** Spelling in lower case → level. */
export const levelOf: Readonly<Record<string, Level>> = Object.fromEntries(
  levels.flatMap((level) => spellings[level].map((spelling) => [spelling, level])),
);

/** Where a level is looked for in the line; of several that are known, the last one wins. */
export const candidates = ["level_bracket", "level_word", "level_logfmt", "level_json"] as const;

/** Keys of a JSON line, as a JMESPath expression; the first that is there counts. */
export const jsonLevelPaths = [
  "level",
  "severity",
  "lvl",
  '"log.level"',
  "attributes.level",
] as const;
/** Keys of a logfmt line; one stage entry per key, the last that is there counts. */
export const logfmtLevelKeys = ["severity", "lvl", "level"] as const;

/** A level in brackets, in any case: `[error]` of nginx and Apache. */
export const bracketPattern =
  "\\[(?P<level_bracket>(?i:trace|debug|info|notice|warn|warning|error|critical|fatal|panic))\\]";
/** A level as a word in capitals. */
export const wordPattern =
  "\\b(?P<level_word>TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRITICAL|FATAL|PANIC)\\b";

/** Lines that are not JSON, of streams with and without the label `app`: a selector of LogQL needs one matcher. */
export const notJsonSelector = '{app=~".*"} !~ "^\\\\s*\\\\{"';

/**
 * The stages that give each line its `level`. Measured: stages of this form gave 19 of 19 lines their level through a
 * running gateway, and exactly these gave every line of `test/configs/alloy/levelCases.json` its level in the stage code
 * of Alloy 1.18.1.
 */
export function levelStages(): Block[] {
  return [
    block("stage.json", [attr("expressions", map({ level_json: jsonLevelPaths.join(" || ") }))]),
    block(
      "stage.match",
      [
        attr("selector", notJsonSelector),
        ...logfmtLevelKeys.map((key) =>
          block("stage.logfmt", [attr("mapping", map({ level_logfmt: key }))]),
        ),
      ],
      "Not for JSON: stage.logfmt would log one failure of its own per JSON line (measured).",
    ),
    block("stage.regex", [attr("expression", bracketPattern)]),
    block("stage.regex", [attr("expression", wordPattern)]),
    block(
      "stage.template",
      [attr("source", "level_found"), attr("template", levelTemplate())],
      "The label that a line brings with it wins; else the last candidate that is a known level.",
    ),
    block("stage.labels", [attr("values", map({ level: "level_found" }))]),
  ];
}

function levelTemplate(): string {
  const dictionary = Object.entries(levelOf)
    .map(([spelling, level]) => `"${spelling}" "${level}"`)
    .join(" ");
  return [
    `{{- $known := dict ${dictionary} -}}`,
    `{{- $found := "${unknownLevel}" -}}`,
    `{{- $given := list ${candidates.map((name) => `.${name}`).join(" ")} -}}`,
    "{{- if .level -}}{{- $given = list .level -}}{{- end -}}",
    "{{- range $given -}}{{- if . -}}{{- with get $known (ToLower .) -}}",
    "{{- $found = . -}}{{- end -}}{{- end -}}{{- end -}}",
    "{{- $found -}}",
  ].join("");
}
