import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import AxeBuilder from "@axe-core/playwright";
import type { Browser, Page } from "playwright-core";
import type { PlannedStack } from "../../plan/makePlan";
import { costOfPlan } from "../../plan/cost";
import { usageItems } from "../../plan/costItems";
import { pricesOf } from "../../plan/prices";
import { judge } from "../../policies/judge";
import { usd } from "../../report/cost/view";
import { bundleAssets } from "../../report/assets";
import { reportFacts } from "../../report/facts/reportFacts";
import { renderPage, reportPage } from "../../report/page";
import { hostile } from "../fixtures/hostile";
import { devPlan, planFile, prodPlan } from "../fixtures/plans";
import { startChromium } from "./chromium";
import { isQuiet, openReport, type OpenedReport } from "./opened";

const root = path.join(__dirname, "..", "..");
const MOST_BYTES = 1_000_000;

const examples = fs
  .readdirSync(path.join(root, "examples"), { recursive: true })
  .map(String)
  .filter((file) => /Pulumi\.\w+\.ya?ml$/.test(file));

/** The examples whose picture is another one. The others are dev or prod with details: they are opened, no more. */
const pictured = ["office-hours", "existing-vpc"];
const isPictured = (file: string) => pictured.includes(path.dirname(file));
const examplePlan = (file: string) => planFile(path.join(root, "examples", file));

const stacks: readonly (readonly [name: string, planned: () => Promise<PlannedStack>])[] = [
  ["dev", devPlan],
  ["prod", prodPlan],
  ...examples
    .filter(isPictured)
    .map((file) => [`examples/${file}`, () => examplePlan(file)] as const),
];

async function markupOf(planned: PlannedStack): Promise<string> {
  const { environment } = planned.config;
  const found = await judge(planned.plan, { policyConfig: { settings: { environment } } });
  return reportPage(planned, { ...found, judged: planned.plan.resources.length });
}

/** Violations of WCAG A and AA, and of axe's own good practice. */
async function violations(page: Page, part = "html"): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page }).include(part).analyze();
  return found.map(
    ({ id, nodes }) =>
      `${id}: ${nodes
        .map(({ target }) => target.join(" "))
        .slice(0, 3)
        .join("; ")}`,
  );
}

// What is evaluated in the page is text, because this side of the project knows no document.
// Not proven here: other browsers, a real screen reader, and that it looks good.
describe("report in Chromium", () => {
  let browser: Browser;
  before(async function () {
    this.timeout(400_000);
    browser = await startChromium();
  });
  after(() => browser.close());

  it("a plan whose every text is hostile: nothing runs, nothing is asked for", async () => {
    const facts = hostile(reportFacts(await devPlan()));
    const report = await openReport(browser, renderPage(facts, await bundleAssets()));
    for (const part of await report.page.locator("svg.picture a[data-role]").all()) {
      if ((await part.getAttribute("href")) === "#front-door") continue;
      await part.focus();
      await report.page.keyboard.press("Enter");
      await report.page.keyboard.press("Escape");
    }
    await report.page.evaluate(
      "document.querySelectorAll('details').forEach((each) => (each.open = true))",
    );
    assert.equal(await report.page.locator("img, iframe, svg[onload], object, embed").count(), 0);
    isQuiet(report);
    await report.close();
  });

  for (const file of examples.filter((each) => !isPictured(each))) {
    it(`examples/${file} opens without an error and without asking the network, in at most 1 MB`, async () => {
      const markup = await markupOf(await examplePlan(file));
      assert.ok(Buffer.byteLength(markup) <= MOST_BYTES, `${Buffer.byteLength(markup)} bytes`);
      const report = await openReport(browser, markup);
      isQuiet(report);
      await report.close();
    });
  }

  for (const [name, planned] of stacks) {
    describe(name, () => {
      let markup: string;
      let report: OpenedReport;
      before(async () => {
        markup = await markupOf(await planned());
      });
      beforeEach(async () => {
        report = await openReport(browser, markup);
      });
      afterEach(() => report.close());

      it("opens without an error and without asking the network, in at most 1 MB", () => {
        assert.ok(Buffer.byteLength(markup) <= MOST_BYTES, `${Buffer.byteLength(markup)} bytes`);
        isQuiet(report);
      });

      it("every link leads somewhere", async () => {
        const links = await report.page.evaluate<string[]>(
          "[...document.links].concat([...document.querySelectorAll('svg a')]).map((link) => link.getAttribute('href'))",
        );
        assert.ok(links.length > 30);
        for (const link of new Set(links)) {
          assert.match(link, /^#/);
          assert.equal(await report.page.locator(`[id="${link.slice(1)}"]`).count(), 1, link);
        }
      });

      it("every part of the picture opens its details by keyboard, and Escape brings back", async () => {
        const { page } = report;
        const parts = page.locator("svg.picture a[data-role]");
        const count = await parts.count();
        assert.ok(count >= 18);
        for (let index = 0; index < count; index++) {
          const part = parts.nth(index);
          const href = (await part.getAttribute("href")) ?? "";
          if (href === "#front-door") continue;
          await part.focus();
          await page.keyboard.press("Enter");
          const drawer = page.locator("dialog.drawer[open]");
          await drawer.waitFor({ timeout: 2000 });
          assert.equal(
            await drawer.locator("h2").first().textContent(),
            href === "#database" ? "postgres" : href.replace("#service-", ""),
          );
          if (href !== "#database") assert.ok((await drawer.locator("h3").count()) >= 5);
          await page.keyboard.press("Escape");
          await drawer.waitFor({ state: "detached", timeout: 2000 });
          await page
            .locator(`[id="${href.slice(1)}"] .part-body`)
            .waitFor({ state: "attached", timeout: 2000 });
        }
        isQuiet(report);
      });

      it("pointing at a part shows its calls and only those", async () => {
        const { page } = report;
        await page.locator("svg.picture a[data-role='mimir']").hover();
        const lit = await page.evaluate<string[]>(
          "[...document.querySelectorAll('svg.picture .wire.lit')].map(({ dataset }) => dataset.from + ' ' + dataset.to)",
        );
        assert.ok(lit.includes("grafana mimir"));
        assert.ok(lit.every((pair) => pair.split(" ").includes("mimir")));
        await page.mouse.move(0, 0);
        assert.equal(await page.locator("svg.picture .wire.lit").count(), 0);
      });

      it("a zone can be lost and brought back", async () => {
        const { page } = report;
        const buttons = page.locator("[data-lose-zone]");
        for (let index = 0; index < (await buttons.count()); index++) {
          const zone = (await buttons.nth(index).getAttribute("data-lose-zone")) ?? "";
          await buttons.nth(index).click();
          assert.equal(await page.locator(`[data-zone-verdict='${zone}']`).isVisible(), true);
          assert.equal(await page.locator(".zone.lost").count(), 1);
          await buttons.nth(index).click();
          assert.equal(await page.locator(".zone.lost").count(), 0);
        }
        isQuiet(report);
      });

      it("the sliders reckon as the plan does, and come back to the stack file's load", async () => {
        const { page } = report;
        const { plan } = await planned();
        const { workload } = plan;
        assert.ok(workload !== undefined);
        const total = () => page.locator("[data-sum='totalUsd']").textContent();
        const before = await total();
        assert.equal(before, usd(costOfPlan(plan).total));
        const bar = () =>
          page.locator("[data-product='mimir'] .part-usage").getAttribute("width").then(Number);
        const narrow = await bar();
        await page.locator("#load-activeSeries").focus();
        await page.keyboard.press("End");
        const expected = { ...workload.expected, activeSeries: 20_000_000 };
        assert.equal(await total(), usd(costOfPlan(plan, { ...workload, expected }).total));
        assert.equal(
          await page.locator("#load-activeSeries").getAttribute("aria-valuetext"),
          "20,000,000 active series",
        );
        assert.ok((await bar()) > narrow);
        const items = await page.locator("[data-usage] tbody tr").count();
        assert.equal(items, usageItems({ ...workload, expected }, pricesOf(plan.region)).length);
        for (const slider of await page.locator("[data-slider]").all()) {
          await slider.focus();
          await page.keyboard.press("Home");
        }
        assert.notEqual(await total(), before);
        await page.getByRole("button", { name: "Back to the stack file's load" }).click();
        assert.equal(await total(), before);
        isQuiet(report);
      });

      it("a long file is unpacked when it is opened", async () => {
        const { page } = report;
        const { catalog } = await planned();
        const grafana = catalog.products.find((product) => product.name === "grafana");
        const files = grafana?.roles[0]?.instances[0]?.files ?? [];
        await page.locator("svg.picture a[data-role='grafana']").click();
        const [longest] = [...files].sort((a, b) => b.content.length - a.content.length);
        assert.ok(longest !== undefined);
        const file = page.locator("dialog details.file", { hasText: longest.path });
        await file.locator("> summary").click();
        await file.locator("pre span").first().waitFor({ timeout: 5000 });
        assert.equal(await file.locator("pre code").first().textContent(), longest.content);
        isQuiet(report);
      });

      it("a file opens in colour and with its whole content", async () => {
        const { page } = report;
        await page.locator("a[data-role='mimir']").first().click();
        const file = page.locator("dialog details.file").first();
        await file.locator("summary").click();
        await file.locator("pre .token-key").first().waitFor({ timeout: 2000 });
        const shown = await file.locator("pre code").first().textContent();
        const { catalog } = await planned();
        const mimir = catalog.products.find((product) => product.name === "mimir");
        assert.equal(shown, mimir?.roles[0]?.instances[0]?.files[0]?.content);
        isQuiet(report);
      });

      for (const colorScheme of ["light", "dark"] as const) {
        it(`axe finds nothing: ${colorScheme}, everything opened, and with a part beside the picture`, async () => {
          const own = await openReport(browser, markup, { colorScheme });
          try {
            assert.deepEqual(await violations(own.page), []);
            await own.page.locator("[data-lose-zone]").first().click();
            await own.page.evaluate(
              "document.querySelectorAll('main details:not(.file)').forEach((each) => (each.open = true))",
            );
            assert.deepEqual(await violations(own.page), []);
            // Files of each language that the page colours: YAML, Alloy.
            for (const role of ["mimir", "alloy-collector"]) {
              await own.page.locator(`svg.picture a[data-role='${role}']`).click();
              await own.page.locator("dialog details.file > summary").first().click();
              assert.deepEqual(await violations(own.page, "dialog"), []);
              await own.page.keyboard.press("Escape");
            }
            isQuiet(own);
          } finally {
            await own.close();
          }
        });
      }

      it("the reader's choice of colours wins over the system's", async () => {
        const { page } = report;
        const background = () =>
          page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
        const light = await background();
        await page.locator("[data-theme-toggle]").click();
        assert.notEqual(await background(), light);
        await page.locator("[data-theme-toggle]").click();
        assert.equal(await background(), light);
      });

      it("fits 800 pixels without scrolling the page sideways", async () => {
        const own = await openReport(browser, markup, { width: 800 });
        const wider = await own.page.evaluate<number>(
          "document.documentElement.scrollWidth - document.documentElement.clientWidth",
        );
        await own.close();
        assert.equal(wider, 0);
      });

      it("prints every part but the files, on light paper", async () => {
        const pdf = await report.page.pdf({ preferCSSPageSize: true });
        assert.equal(pdf.subarray(0, 5).toString(), "%PDF-");
        isQuiet(report);
      });
    });
  }
});
