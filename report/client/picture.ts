/** Pointing at a part, or reaching it by keyboard, shows its calls and steps everything else back. */
export function startPicture(): void {
  const picture = document.querySelector<SVGElement>("svg.picture");
  if (picture === null) return;
  const lines = [...picture.querySelectorAll<SVGGElement>("[data-from]")];
  const parts = [...picture.querySelectorAll<SVGElement>("[data-role]")];
  const show = (role: string | undefined) => {
    const near = new Set([role]);
    for (const line of lines) {
      const from = (line.dataset["from"] ?? "").split(" ");
      const to = line.dataset["to"];
      const lit = role !== undefined && (to === role || from.includes(role));
      line.classList.toggle("lit", lit);
      if (lit && to === role) from.forEach((each) => near.add(each));
      if (lit && to !== role) near.add(to);
    }
    for (const part of parts)
      part.classList.toggle("near", role !== undefined && near.has(part.dataset["role"]));
    picture.classList.toggle("pointing", role !== undefined);
  };
  for (const part of parts) {
    const role = part.dataset["role"];
    part.addEventListener("pointerenter", () => show(role));
    part.addEventListener("pointerleave", () => show(undefined));
    part.addEventListener("focus", () => show(role));
    part.addEventListener("blur", () => show(undefined));
  }
}
