import type { Finding, Verdict } from "./judge";

/** The verdict as a page: mandatory findings first, each with resource, rule, value and mend. */
export function verdictText(verdict: Verdict, resources: number): string {
  const mandatory = verdict.findings.filter(({ enforcement }) => enforcement === "mandatory");
  const advisory = verdict.findings.filter(({ enforcement }) => enforcement === "advisory");
  return [
    ...mandatory.map((finding) => entry("forbidden", finding)),
    ...advisory.map((finding) => entry("advice", finding)),
    ...verdict.unjudged.map(({ rule, reason }) => `not judged  ${rule}\n  ${reason}\n`),
    `${resources} resources judged: ${mandatory.length} forbidden, ${advisory.length} to think about.`,
    "",
  ].join("\n");
}

const entry = (word: string, { rule, finding, message, urn }: Finding): string =>
  `${word}  ${rule}  ${finding}\n  ${message}\n  ${urn}\n`;
