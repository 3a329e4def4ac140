/** Takes a zone away in the grid and says what that means; a second press brings it back. */
export function startZones(): void {
  const buttons = [...document.querySelectorAll<HTMLButtonElement>("[data-lose-zone]")];
  const all = (name: string) => [...document.querySelectorAll<HTMLElement>(`[data-zone-${name}]`)];
  for (const verdict of all("verdict")) verdict.hidden = true;
  for (const button of buttons) {
    button.addEventListener("click", () => {
      const lost =
        button.getAttribute("aria-pressed") === "true" ? undefined : button.dataset["loseZone"];
      for (const each of buttons)
        each.setAttribute("aria-pressed", String(each.dataset["loseZone"] === lost));
      for (const column of all("column"))
        column.classList.toggle("lost", column.dataset["zoneColumn"] === lost);
      for (const verdict of all("verdict"))
        verdict.hidden = verdict.dataset["zoneVerdict"] !== lost;
    });
  }
}
