import type { ReportFacts } from "../facts/reportFacts";
import { html, type Html } from "../html";
import { counted, type Section, table } from "./section";

/** What the policy pack says. A plan that breaks a mandatory rule is not written, so what stands here is advice. */
export function policy({ verdict }: ReportFacts): Section {
  return {
    id: "policy",
    title: "Policy pack",
    short: "Policy",
    body:
      verdict === undefined
        ? html`<p>Not asked (<code>--no-policy</code>).</p>`
        : verdictOf(verdict),
  };
}

function verdictOf(verdict: NonNullable<ReportFacts["verdict"]>): Html {
  return html` <p>
      ${verdict.judged} resources judged with every value known; nothing forbidden,
      ${counted(verdict.findings.length, "finding")} to think
      about${
        verdict.unjudged.length > 0 &&
        `, ${counted(verdict.unjudged.length, "question")} that could not be judged`
      }.
    </p>
    ${
      verdict.findings.length > 0 &&
      table(
        "Findings",
        ["rule", "finding", "what to do", "resource"],
        verdict.findings.map(({ rule, finding, message, urn }) => [
          rule,
          finding,
          message,
          html`<code>${urn.split("::").pop() ?? urn}</code>`,
        ]),
      )
    }
    ${
      verdict.unjudged.length > 0 &&
      table(
        "Not judged",
        ["rule", "why"],
        verdict.unjudged.map(({ rule, reason }) => [rule, reason]),
      )
    }`;
}
