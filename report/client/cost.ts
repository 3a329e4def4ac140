import {
  barWidth,
  type CostData,
  type CostView,
  costView,
  elsewhereWidth,
  itemCells,
  otherCells,
  usd,
} from "../cost/view";
import { inWords, positionOf, sliders, valueAt } from "../cost/sliders";

type Load = CostData["workload"]["expected"];

/** Turns the sliders of the load into a bill, with the very functions that the plan reckons with. */
export function startCost(): void {
  const source = document.getElementById("cost-data");
  const form = document.querySelector<HTMLFormElement>("form.sliders");
  if (source === null || form === null) return;
  const data = JSON.parse(source.textContent ?? "") as CostData;
  let load: Load = data.workload.expected;
  form.addEventListener("input", (event) => {
    if (!(event.target instanceof HTMLInputElement)) return;
    const { target } = event;
    const slider = sliders.find(({ key }) => key === target.dataset["slider"]);
    if (slider === undefined) return;
    load = { ...load, [slider.key]: valueAt(slider, Number(target.value)) };
    show(data, load);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    load = data.workload.expected;
    for (const slider of sliders) {
      const input = form.querySelector<HTMLInputElement>(`[data-slider="${slider.key}"]`);
      if (input !== null) input.value = String(positionOf(slider, load[slider.key]));
    }
    show(data, load);
  });
}

function show(data: CostData, load: Load): void {
  const view = costView(data, load);
  for (const slider of sliders) {
    const words = inWords(slider, load[slider.key]);
    const output = document.querySelector(`[data-value="${slider.key}"]`);
    if (output !== null) output.textContent = words;
    document.querySelector(`[data-slider="${slider.key}"]`)?.setAttribute("aria-valuetext", words);
  }
  for (const sum of document.querySelectorAll<HTMLElement>("[data-sum]")) {
    const key = sum.dataset["sum"] as "fixedUsd" | "usageUsd" | "insightsUsd" | "totalUsd";
    sum.textContent = usd(view[key]);
  }
  showBars(view);
  showElsewhere(view);
  showRows("[data-usage]", view.usage.map(itemCells));
}

function showBars(view: CostView): void {
  for (const product of view.products) {
    const line = document.querySelector(`[data-product="${product.product}"]`);
    if (line === null) continue;
    const value = line.querySelector(".bar-value");
    if (value !== null) value.textContent = usd(product.totalUsd);
    let x = 0;
    for (const part of ["fixed", "usage", "insights"] as const) {
      const width = barWidth(product[`${part}Usd`], view);
      const rect = line.querySelector(`.part-${part}`);
      rect?.setAttribute("x", String(x));
      rect?.setAttribute("width", String(width));
      x += width;
    }
  }
}

function showElsewhere(view: CostView): void {
  const bills = [{ id: "stack", total: view.totalUsd }, ...view.elsewhere];
  for (const { id, total } of bills) {
    const line = document.querySelector(`[data-alternative="${id}"]`);
    line?.querySelector("rect")?.setAttribute("width", String(elsewhereWidth(total, view)));
    const value = line?.querySelector(".bar-value");
    if (value !== null && value !== undefined) value.textContent = usd(total);
  }
  for (const { id, lines } of view.elsewhere)
    showRows(`[data-bill="${id}"]`, lines.map(otherCells));
}

/** The cells' classes are the columns', so an old row is the pattern of the new ones. */
function showRows(table: string, rows: readonly (readonly string[])[]): void {
  const body = document.querySelector<HTMLTableSectionElement>(`${table} tbody`);
  const pattern = body?.rows[0];
  if (body === null || pattern === undefined) return;
  body.replaceChildren(
    // Without a line there would be no pattern left for the next load.
    ...(rows.length > 0 ? rows : [["none", "", "", "", "", ""]]).map((cells) => {
      const row = pattern.cloneNode(true) as HTMLTableRowElement;
      for (const [at, cell] of [...row.cells].entries()) cell.textContent = cells[at] ?? "";
      return row;
    }),
  );
}
