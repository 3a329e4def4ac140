import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";

export interface Assets {
  readonly script: string;
  readonly style: string;
}

/** Bundles the page's script and style sheet. esbuild is what the project's commands are started with, so it is there. */
export async function bundleAssets(): Promise<Assets> {
  const { build } = await import("esbuild");
  const room = roomOf(__dirname);
  const bundled = async (entry: string) => {
    const result = await build({
      entryPoints: [path.join(room, entry)],
      bundle: true,
      minify: true,
      write: false,
      // What browsers of the last two years can do; CSS nesting and light-dark() stay as they are.
      target: ["chrome123", "firefox121", "safari17.5"],
      format: "iife",
      charset: "utf8",
      logLevel: "silent",
    });
    return result.outputFiles[0]?.text.trim() ?? "";
  };
  const [script, style] = await Promise.all([bundled("client/main.ts"), bundled("style/page.css")]);
  return { script, style };
}

/** This folder: the code itself may have been bundled into a cache somewhere below the project. */
function roomOf(start: string): string {
  for (let folder = start; ; folder = path.dirname(folder)) {
    const room = path.join(folder, "report");
    if (fs.existsSync(path.join(room, "client", "main.ts"))) return room;
    if (path.dirname(folder) === folder) throw new Error("report/client is not there");
  }
}

/** Hash of an inline element, as a content security policy names it. */
export const cspHash = (content: string): string =>
  `'sha256-${createHash("sha256").update(content).digest("base64")}'`;
