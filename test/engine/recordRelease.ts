/**
 * `npx tsx test/engine/recordRelease.ts`: deploys the shipped production stack into an empty account and keeps what it
 * left behind as a fixture, named by the version in package.json. Every later version must be able to take it over.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { gzipSync } from "node:zlib";
import { version } from "../../package.json";
import { Lane } from "./lane";

async function main(): Promise<void> {
  const lane = await Lane.open("release");
  try {
    await (await lane.stack("prod")).up();
    const file = path.join(__dirname, "fixtures", `prod-${version}.json.gz`);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, gzipSync(JSON.stringify(await lane.snapshot("prod")), { level: 9 }));
    process.stdout.write(`${file}: ${fs.statSync(file).size} bytes\n`);
  } finally {
    lane.close();
  }
}

void main();
