import type { PlannedStack } from "../plan/makePlan";
import { type Assets, bundleAssets, cspHash } from "./assets";
import { type ReportFacts, reportFacts, type ReportVerdict } from "./facts/reportFacts";
import { html, trusted } from "./html";
import { access } from "./sections/access";
import { capacity } from "./sections/capacity";
import { cost } from "./sections/cost";
import { firewall } from "./sections/firewall";
import { architecture, overview } from "./sections/overview";
import { policy } from "./sections/policy";
import { renderSection } from "./sections/section";
import { services } from "./sections/services";
import { storage } from "./sections/storage";
import { whatIf } from "./sections/whatIf";
import { zones } from "./sections/zones";

/** The report of a plan: one page with everything in it, which asks the network for nothing. */
export async function reportPage(planned: PlannedStack, verdict?: ReportVerdict): Promise<string> {
  return renderPage(reportFacts(planned, verdict), await bundleAssets());
}

export function renderPage(facts: ReportFacts, { script, style }: Assets): string {
  const sections = [
    architecture,
    zones,
    whatIf,
    cost,
    capacity,
    storage,
    firewall,
    access,
    policy,
    services,
  ].map((section) => section(facts));
  const title = `${facts.name} (${facts.stack}): what would be deployed`;
  // The two elements are put together outside of the markup: a formatter's blank in them would change their hashes.
  // Hashes instead of 'unsafe-inline': whatever else gets into the page cannot run, and nothing can be fetched.
  const policyText = `default-src 'none'; script-src ${cspHash(script)}; style-src ${cspHash(style)}; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>\n${
    html`<html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policyText}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        ${trusted(`<style>${style}</style>`)}
      </head>
      <body>
        <a class="skip" href="#picture">Skip to the report</a>
        <header class="top">
          <div>
            <h1>
              ${facts.name}
              <span class="quiet"
                >${facts.environment === facts.stack ? facts.stack : `${facts.stack}, ${facts.environment}`}</span
              >
            </h1>
            <p class="quiet">
              ${facts.resources} resources in account ${facts.accountId}, ${facts.region}. Made from
              the plan; no cloud was asked.
            </p>
          </div>
          <button type="button" class="theme" data-theme-toggle>Dark</button>
        </header>
        <nav class="parts" aria-label="Parts of the report">
          <ul>
            ${sections.map(
              ({ id, title: label, short }) =>
                html`<li><a href="#${id}">${short ?? label}</a></li>`,
            )}
          </ul>
        </nav>
        <main>${overview(facts)} ${sections.map(renderSection)}</main>
        <dialog class="drawer" aria-labelledby="drawer-title">
          <div class="drawer-head">
            <h2 id="drawer-title" tabindex="-1"></h2>
            <button type="button" data-close>Close</button>
          </div>
          <div class="drawer-body"></div>
        </dialog>
        ${trusted(`<script>${script}</script>`)}
      </body>
    </html>`.markup
  }\n`;
}
