/** Paper cannot be opened: everything but the files is, while it is printed. */
export function startPrinting(): void {
  let opened: HTMLDetailsElement[] = [];
  addEventListener("beforeprint", () => {
    const closed = document.querySelectorAll<HTMLDetailsElement>("details.part:not([open])");
    opened = [...closed];
    for (const details of opened) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of opened) details.open = false;
    opened = [];
  });
}
