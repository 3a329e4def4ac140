import * as fs from "node:fs";
import * as path from "node:path";
import { configurationTable, projectFile, stackFileSchema } from "./generated";

/** Writes what follows from the schema of a stack file: `npm run generate`. A test holds the files equal to it. */
const root = process.cwd();

for (const [file, content] of [
  ["Pulumi.yaml", projectFile()],
  ["configs/stack.schema.json", stackFileSchema()],
  ["docs/configuration.md", configurationTable()],
] as const) {
  const target = path.join(root, file);
  if (fs.existsSync(target) && fs.readFileSync(target, "utf8") === content) continue;
  fs.mkdirSync(path.dirname(target), { recursive: true });
  fs.writeFileSync(target, content);
  process.stdout.write(`wrote ${file}\n`);
}
