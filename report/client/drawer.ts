/**
 * A part's details beside the picture. They are the very elements of the list below, moved here and back, so that nothing
 * is there twice; without this script the links lead to the list.
 */
export function startDrawer(): void {
  const drawer = document.querySelector<HTMLDialogElement>("dialog.drawer");
  const title = drawer?.querySelector<HTMLElement>("h2") ?? null;
  const room = drawer?.querySelector<HTMLElement>(".drawer-body") ?? null;
  if (drawer === null || title === null || room === null) return;
  let home: HTMLElement | undefined;

  const open = (part: HTMLElement) => {
    const body = part.querySelector<HTMLElement>(".part-body");
    if (body === null) return;
    home = part;
    title.textContent = part.dataset["part"] ?? "";
    room.replaceChildren(body);
    drawer.showModal();
    room.scrollTop = 0;
    title.focus();
  };
  drawer.addEventListener("close", () => {
    const body = room.querySelector<HTMLElement>(":scope > .part-body");
    if (home !== undefined && body !== null) home.append(body);
    home = undefined;
  });
  drawer.querySelector("[data-close]")?.addEventListener("click", () => drawer.close());
  // The dialog's own box is its content: a click on the dialog itself is one beside it.
  drawer.addEventListener("click", (event) => {
    if (event.target === drawer) drawer.close();
  });
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[href^='#']") : null;
    if (link === null) return;
    const target = document.getElementById(link.getAttribute("href")?.slice(1) ?? "");
    if (target === null) return;
    if (drawer.contains(link)) drawer.close();
    if (target instanceof HTMLDetailsElement) {
      if (link.closest("main") === null) target.open = true;
      else {
        event.preventDefault();
        open(target);
      }
    }
  });
  const arrived = document.getElementById(location.hash.slice(1));
  if (arrived instanceof HTMLDetailsElement) {
    arrived.open = true;
    arrived.scrollIntoView();
  }
}
