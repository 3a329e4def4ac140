/** `npm run rehearse:download`: exit code 1 where a server could not be had; the others are downloaded all the same. */
import * as path from "node:path";
import { Command, Option } from "commander";
import { versions } from "../../configs/versions";
import { runCommand } from "../../operate/stackFile";
import { mirrored } from "./download";
import type { Architecture } from "./releases";
import { downloadable, downloadServer, type Downloadable } from "./servers";

interface Options {
  readonly arch: Architecture;
  readonly out: string;
  readonly mirror?: string;
}

async function main(): Promise<void> {
  const command = new Command("npm run rehearse:download --")
    .description(
      "Download the servers' official binaries, in the pinned versions, for LGTM_BIN.\n" +
        "Each is held against the SHA-256 that its project publishes. An interrupted download goes on where it ended.",
    )
    .argument("[servers...]", `some of ${downloadable.join(" ")} (default: all)`)
    .addOption(
      new Option("--arch <arch>", "processor of this machine")
        .choices(["amd64", "arm64"])
        .default(process.arch === "arm64" ? "arm64" : "amd64"),
    )
    .option("--out <dir>", "folder to fill", "plans/servers")
    .option("--mirror <url>", "where to ask instead: URL/github.com/…, URL/grafana.com/…")
    .showHelpAfterError()
    .parse();
  const { arch, out, mirror } = command.opts<Options>();
  const unknown = command.args.filter((name) => !isDownloadable(name));
  if (unknown.length > 0) {
    throw new Error(
      `cannot download ${unknown.join(", ")}: name some of ${downloadable.join(" ")}`,
    );
  }
  const names = command.args.length > 0 ? command.args.filter(isDownloadable) : downloadable;
  const folder = path.resolve(out);
  const failures: string[] = [];
  for (const name of names) {
    const version = versions[name].tag.replace(/^v/, "");
    try {
      const order = { folder, arch, version, locate: mirrored(mirror) };
      const fresh = await downloadServer(name, order);
      process.stdout.write(`${name} ${version} ${arch}: ${fresh ? "downloaded" : "is there"}\n`);
    } catch (error) {
      failures.push(
        `${name} ${version}: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
  if (failures.length > 0) throw new Error(failures.join("\n"));
  process.stdout.write(`use them: LGTM_BIN=${folder} npm run rehearse -- STACK\n`);
}

const isDownloadable = (name: string): name is Downloadable =>
  (downloadable as readonly string[]).includes(name);

runCommand(main);
