/** Comments, keys, texts and numbers of YAML, Alloy and JSON: enough to read a file by, and no more. */
const token =
  /(?<comment>(?:^|(?<=\s))#.*$|\/\/.*$)|(?<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\n])*')|(?<key>^[ \t-]*[\w./-]+(?=:(?:\s|$)))|(?<name>^[ \t]*[\w.]+(?=\s+(?:=|\{|"[^"]*"\s*\{)))|(?<number>\b\d+(?:\.\d+)?(?:ms|[smhd]|[KMG]i?B?)?\b)/gm;

/** Colours a file when it is opened for the first time: most never are. */
export function highlightFiles(): void {
  for (const details of document.querySelectorAll<HTMLDetailsElement>("details:has(> pre)")) {
    details.addEventListener(
      "toggle",
      () => {
        for (const code of details.querySelectorAll<HTMLElement>(":scope > pre > code")) {
          const language = code.dataset["language"];
          if (language !== undefined && language !== "text") colour(code);
        }
      },
      { once: true },
    );
  }
}

function colour(code: HTMLElement): void {
  const text = code.textContent ?? "";
  const pieces: (Node | string)[] = [];
  let at = 0;
  for (const match of text.matchAll(token)) {
    const kind = Object.entries(match.groups ?? {}).find(([, found]) => found !== undefined)?.[0];
    const piece = document.createElement("span");
    piece.className = `token-${kind ?? "text"}`;
    piece.textContent = match[0];
    pieces.push(text.slice(at, match.index), piece);
    at = match.index + match[0].length;
  }
  code.replaceChildren(...pieces, text.slice(at));
}
