import type { ReportFacts } from "../facts/reportFacts";
import { html } from "../html";
import { type Section, table } from "./section";

const words = { ok: "goes on", short: "short or slow", down: "stands still" } as const;

/** What fails, what that means, and how it is known. */
export function whatIf({ failures }: ReportFacts): Section {
  return {
    id: "what-if",
    title: "What if",
    body: html` <p>
        Levels follow from this plan's counts, zones and replication factors. “Measured” was seen
        with the real servers outside AWS, “rehearsed” with them in a stack with as many copies of
        each write; “design” follows from how it is built; “not tried” is what AWS and the servers
        document.
      </p>
      ${table(
        "Failures and what follows",
        ["event", "then", "what happens", "what is lost", "how it comes back", "known from"],
        failures.rows.map(({ event, level, happens, lost, back, basis, rehearsed }) => [
          event,
          html`<span class="level level-${level}">${words[level]}</span>`,
          happens,
          lost,
          back,
          rehearsed.length === 0
            ? basis
            : html`rehearsed:
              ${rehearsed.map((line) => html`<span class="rehearsed">${line}</span>`)}`,
        ]),
        { className: "what-if" },
      )}`,
  };
}
