/** `npm run generate`: writes every file that follows from another, and says which ones changed. */
import * as fs from "node:fs";
import * as path from "node:path";
import { dashboardFiles } from "../dashboards/files";
import { type GeneratedFile, generatedFiles, strayGoldenFiles } from "./generated";

async function main() {
  const root = process.cwd();
  // The program reads the dashboards, and other files follow from what it makes of them.
  write(root, dashboardFiles());
  const files = await generatedFiles(root);
  write(root, files);
  for (const file of strayGoldenFiles(root, files)) {
    fs.rmSync(path.join(root, file));
    console.log(`removed ${file}`);
  }
}

function write(root: string, files: readonly GeneratedFile[]): void {
  for (const { path: file, content } of files) {
    const absolute = path.join(root, file);
    const before = fs.existsSync(absolute) ? fs.readFileSync(absolute, "utf8") : undefined;
    if (before === content) continue;
    fs.mkdirSync(path.dirname(absolute), { recursive: true });
    fs.writeFileSync(absolute, content);
    console.log(`wrote ${file}`);
  }
}

void main();
