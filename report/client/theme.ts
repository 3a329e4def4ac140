const KEY = "lgtm-report-theme";

/** Dark and light: the system's choice, until the reader makes one. */
export function startTheme(): void {
  const button = document.querySelector<HTMLButtonElement>("[data-theme-toggle]");
  if (button === null) return;
  const prefersDark = matchMedia("(prefers-color-scheme: dark)");
  const root = document.documentElement;
  const isDark = () =>
    root.dataset["theme"] === undefined ? prefersDark.matches : root.dataset["theme"] === "dark";
  const label = () => {
    button.textContent = isDark() ? "Light" : "Dark";
    button.setAttribute("aria-label", `Switch to ${isDark() ? "light" : "dark"} colours`);
  };
  const kept = read();
  if (kept !== null) root.dataset["theme"] = kept;
  button.addEventListener("click", () => {
    root.dataset["theme"] = isDark() ? "light" : "dark";
    keep(root.dataset["theme"]);
    label();
  });
  prefersDark.addEventListener("change", label);
  label();
}

/** A page opened from a file may have no storage. */
function read(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function keep(theme: string): void {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Then the choice holds for this visit.
  }
}
