/**
 * `npm run bench:report`: how big the report of prod is, and how long a browser needs until it answers. Medians of fresh
 * browser contexts, after one warm-up. Needs Chromium, as `npm run test:report` does.
 */
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { startChromium } from "../test/browser/chromium";
import { median } from "./measure";

const ROUNDS = 9;
const MOST_SECONDS = 1;
const MOST_BYTES = 1_000_000;

async function main() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "lgtm-bench-report-"));
  const out = path.join(folder, "prod");
  const started = performance.now();
  execFileSync(process.execPath, ["run.js", "plan/main.ts", "prod", "--html", "--out", out]);
  const planSeconds = (performance.now() - started) / 1000;
  const file = path.join(out, "report.html");
  const browser = await startChromium();
  const seconds: number[] = [];
  try {
    for (let round = 0; round <= ROUNDS; round++) {
      const context = await browser.newContext();
      const page = await context.newPage();
      const opened = performance.now();
      await page.goto(pathToFileURL(file).href, { waitUntil: "commit" });
      await page.waitForSelector("html[data-ready]", { state: "attached" });
      // Interactive is when it answers: a zone is taken away and the verdict is on the screen.
      await page.evaluate("document.querySelector('[data-lose-zone]').click()");
      await page.waitForSelector("[data-zone-verdict]:not([hidden])", { state: "attached" });
      if (round > 0) seconds.push((performance.now() - opened) / 1000);
      await context.close();
    }
  } finally {
    await browser.close();
  }
  const bytes = fs.statSync(file).size;
  fs.rmSync(folder, { recursive: true });
  console.log(`plan of prod with --html: ${planSeconds.toFixed(1)} s`);
  let failed = 0;
  const bar = (what: string, value: number, most: number, unit: string) => {
    if (value > most) failed += 1;
    console.log(`  ${value <= most ? "ok  " : "OVER"} ${what}: ${value} ${unit} (at most ${most})`);
  };
  bar("report of prod", bytes, MOST_BYTES, "bytes");
  bar("opened and answering", Number(median(seconds).toFixed(2)), MOST_SECONDS, "s");
  process.exitCode = failed === 0 ? 0 : 1;
}

void main();
