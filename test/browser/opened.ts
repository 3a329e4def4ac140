import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";

export interface OpenedReport {
  readonly page: Page;
  /** What the console, the page's errors and the network had to say. Must stay empty. */
  readonly complaints: string[];
  readonly close: () => Promise<void>;
}

export interface Look {
  readonly colorScheme?: "dark" | "light";
  readonly width?: number;
}

/** Opens a report from a file, as a reader does, and notes everything that is not quiet. */
export async function openReport(
  browser: Browser,
  markup: string,
  look: Look = {},
): Promise<OpenedReport> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "lgtm-report-"));
  const file = path.join(folder, "report.html");
  fs.writeFileSync(file, markup);
  const address = pathToFileURL(file).href;
  const context = await browser.newContext({
    colorScheme: look.colorScheme ?? "light",
    viewport: { width: look.width ?? 1440, height: 900 },
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    if (request.url().split("#")[0] !== address) complaints.push(`request: ${request.url()}`);
  });
  await page.goto(address);
  await page.waitForSelector("html[data-ready]", { state: "attached", timeout: 10_000 });
  return {
    page,
    complaints,
    close: async () => {
      await context.close();
      fs.rmSync(folder, { recursive: true });
    },
  };
}

export const isQuiet = ({ complaints }: OpenedReport) => assert.deepEqual(complaints, []);
