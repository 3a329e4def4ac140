import type { ReportFacts } from "../facts/reportFacts";
import type { PrefixFacts } from "../facts/storage";
import { html, type Html } from "../html";
import { type Section, table } from "./section";

const classes: Readonly<Record<string, { readonly name: string; readonly key: string }>> = {
  STANDARD: { name: "Standard", key: "standard" },
  STANDARD_IA: { name: "Infrequent Access", key: "ia" },
  GLACIER_IR: { name: "Glacier Instant Retrieval", key: "glacier" },
  INTELLIGENT_TIERING: { name: "Intelligent-Tiering", key: "ia" },
};
const nameOf = (storageClass: string) => classes[storageClass]?.name ?? storageClass;

/** What becomes of an object, day by day, against how long its server keeps it. */
export function storage({ storage: facts, region }: ReportFacts): Section {
  return {
    id: "storage",
    title: "What becomes of the data",
    short: "Storage",
    body: html` <p>
        Bucket ${facts.bucket} in ${region}, encrypted with ${facts.encryption}. The servers delete
        by themselves; S3's own end lies behind theirs and only catches what they miss. Nothing
        moves to a class that has to be restored before it can be read.
      </p>
      <figure>
        <div class="scroll" tabindex="0" role="region" aria-label="Timeline of the bucket">
          ${timeline(facts.prefixes)}
        </div>
        <figcaption class="legend">
          ${["STANDARD", "STANDARD_IA", "GLACIER_IR"].map(
            (each) =>
              html`<span
                ><svg class="swatch" viewBox="0 0 36 12" aria-hidden="true">
                  <rect class="class-${classes[each]?.key ?? ""}" width="36" height="12" rx="2" />
                </svg>
                ${nameOf(each)}</span
              >`,
          )}
          <span
            ><svg class="swatch" viewBox="0 0 36 16" aria-hidden="true">
              <path class="server-end" d="M18 0 V16" />
            </svg>
            the server's own deletion</span
          >
          <span>The scale is a square root, so that weeks can be seen beside years.</span>
        </figcaption>
      </figure>
      ${table(
        "The same in numbers",
        ["prefix", "owner", "server keeps", "moves to", "S3's own end", "can be undeleted for"],
        facts.prefixes.map((each) => [
          html`<code>${each.prefix}</code>`,
          each.product,
          each.serverKeeps,
          each.transitions
            .map(({ afterDays, storageClass }) => `${nameOf(storageClass)} on day ${afterDays}`)
            .join(", ") || "stays in Standard",
          each.expiresAfterDays === undefined ? "never" : `day ${each.expiresAfterDays}`,
          each.undeleteDays === undefined ? "–" : `${each.undeleteDays} days`,
        ]),
      )}`,
  };
}

const LEFT = 130;
const WIDTH = 1300;
const ROW = 46;

function timeline(prefixes: readonly PrefixFacts[]): Html {
  const known = prefixes.flatMap((each) => [
    ...each.serverKeepsDays,
    each.expiresAfterDays ?? 0,
    ...each.transitions.map(({ afterDays }) => afterDays),
  ]);
  const last = Math.max(30, ...known);
  const x = (days: number) => LEFT + Math.sqrt(days / last) * (WIDTH - LEFT - 70);
  const height = prefixes.length * ROW + 40;
  const ticks = [0, 7, 30, 90, 180, 365, 730, 1095].filter((day) => day <= last);
  return html`<svg
    class="timeline"
    viewBox="0 0 ${WIDTH} ${height}"
    role="img"
    aria-label="Storage classes of each prefix over time; the table below has the same in numbers"
  >
    ${ticks.map(
      (day) =>
        html`<path class="tick" d="M${x(day)} 22 V${height - 12}" /><text
            class="tick-label"
            x="${x(day)}"
            y="14"
            text-anchor="middle"
            >${day === 0 ? "written" : `day ${day}`}</text
          >`,
    )}
    ${prefixes.map((each, index) => bar(each, 30 + index * ROW, x, last))}
  </svg>`;
}

function bar(facts: PrefixFacts, y: number, x: (days: number) => number, last: number): Html {
  const end = facts.expiresAfterDays ?? last;
  const steps = [{ afterDays: 0, storageClass: "STANDARD" }, ...facts.transitions];
  const parts = steps.map(({ afterDays, storageClass }, index) => {
    const until = steps[index + 1]?.afterDays ?? end;
    const width = x(until) - x(afterDays);
    const label = nameOf(storageClass);
    return html`<rect
        class="class-${classes[storageClass]?.key ?? "standard"}"
        x="${x(afterDays)}"
        y="${y}"
        width="${Math.max(0, width)}"
        height="22"
      />${
        width > label.length * 6.6 + 12 &&
        html`<text
          class="class-label class-label-${classes[storageClass]?.key ?? "standard"}"
          x="${x(afterDays) + 8}"
          y="${y + 15}"
          >${label}</text
        >`
      }`;
  });
  const ends = facts.serverKeepsDays.map(
    (days) => html`<path class="server-end" d="M${x(days)} ${y - 5} V${y + 27}" />`,
  );
  return html`<text class="row-label" x="${LEFT - 12}" y="${y + 15}" text-anchor="end"
      >${facts.prefix}</text
    >${parts}${ends}
    <text class="end-label" x="${x(end) + 6}" y="${y + 15}"
      >${facts.expiresAfterDays === undefined ? "for ever" : `day ${end}`}</text
    >`;
}
