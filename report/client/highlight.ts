/** Comments, keys, texts and numbers of YAML, Alloy and JSON: enough to read a file by, and no more. */
const token =
  /(?<comment>(?:^|(?<=\s))#.*$|\/\/.*$)|(?<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\n])*')|(?<key>^[ \t-]*[\w./-]+(?=:(?:\s|$)))|(?<name>^[ \t]*[\w.]+(?=\s+(?:=|\{|"[^"]*"\s*\{)))|(?<number>\b\d+(?:\.\d+)?(?:ms|[smhd]|[KMG]i?B?)?\b)/gm;

/** Colours a file when it is opened for the first time: most never are. */
export function highlightFiles(): void {
  for (const details of document.querySelectorAll<HTMLDetailsElement>("details:has(> pre)")) {
    details.addEventListener(
      "toggle",
      () => {
        for (const code of details.querySelectorAll<HTMLElement>(":scope > pre > code"))
          void show(code);
      },
      { once: true },
    );
  }
}

async function show(code: HTMLElement): Promise<void> {
  const { packed, language } = code.dataset;
  if (packed !== undefined) {
    code.textContent = await unpacked(packed);
    delete code.dataset["packed"];
  }
  if (language !== undefined && language !== "text") colour(code);
}

/** Text that was packed with raw deflate and base64. */
function unpacked(packed: string): Promise<string> {
  const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Response(stream).text();
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
