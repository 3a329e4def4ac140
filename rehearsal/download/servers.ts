/** Official binaries of the servers in a folder for `LGTM_BIN`. */
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { unzipSync } from "fflate";
import { downloadVerified, fetchText, publishedSum, sha256Of, type Locate } from "./download";
import { filled, grafanaPackages, releases, type Architecture, type Release } from "./releases";

const run = promisify(execFile);

/** Names of what can be downloaded. */
export const downloadable = [...releases.map(({ program }) => program), "grafana"] as const;
export type Downloadable = (typeof downloadable)[number];

export interface DownloadOrder {
  readonly folder: string;
  readonly arch: Architecture;
  readonly version: string;
  readonly locate: Locate;
}

/**
 * Brings one server into the folder, unless it is there in that version.
 *
 * @returns Whether anything was downloaded.
 * @throws Error where it cannot be had or its sum is not the published one; nothing half done is left under its name.
 */
export async function downloadServer(name: Downloadable, order: DownloadOrder): Promise<boolean> {
  const { folder, arch, version } = order;
  const program = path.join(folder, name);
  const mark = path.join(folder, `.${name}.json`);
  if (fs.existsSync(program) && fs.existsSync(mark)) {
    const kept = JSON.parse(fs.readFileSync(mark, "utf8")) as Partial<Record<string, string>>;
    if (
      kept.version === version &&
      kept.arch === arch &&
      kept.sha256 === (await sha256Of(program))
    ) {
      return false;
    }
  }
  fs.mkdirSync(folder, { recursive: true });
  fs.rmSync(mark, { force: true });
  if (name === "grafana") await grafana(order, program);
  else {
    const release = releases.find((each) => each.program === name);
    if (release === undefined) throw new Error(`no release of ${name} is known`);
    await released(release, order, program);
  }
  const sha256 = await sha256Of(program);
  fs.writeFileSync(mark, `${JSON.stringify({ version, arch, sha256 })}\n`);
  return true;
}

async function released(release: Release, order: DownloadOrder, program: string): Promise<void> {
  const fill = (pattern: string) => filled(pattern, order.version, order.arch);
  const asset = fill(release.asset);
  const sums = order.locate(`${fill(release.base)}/${fill(release.checksums)}`);
  const sum = publishedSum(await fetchText(sums), asset, sums);
  const archive = path.join(order.folder, archiveName(release.program, order, asset));
  await downloadVerified(order.locate(`${fill(release.base)}/${asset}`), archive, sum);
  const unpacked = path.join(order.folder, `.unpacked-${release.program}`);
  fs.rmSync(unpacked, { recursive: true, force: true });
  fs.mkdirSync(unpacked);
  try {
    const member = release.packing === "none" ? asset : fill(release.member);
    if (release.packing === "none") fs.renameSync(archive, path.join(unpacked, member));
    else if (release.packing === "zip") unzip(archive, member, path.join(unpacked, member));
    else await unpack("tar", ["-xzf", archive, "-C", unpacked, member]);
    const file = path.join(unpacked, member);
    fs.chmodSync(file, 0o755);
    fs.renameSync(file, program);
  } finally {
    fs.rmSync(unpacked, { recursive: true, force: true });
    fs.rmSync(archive, { force: true });
  }
}

/** Grafana is a folder: its program is a link into it. */
async function grafana(order: DownloadOrder, program: string): Promise<void> {
  const { arch, version, folder, locate } = order;
  const list = locate(filled(grafanaPackages, version, arch));
  const { items = [] } = JSON.parse(await fetchText(list)) as {
    items?: readonly Partial<Record<"os" | "arch" | "url" | "sha256", string>>[];
  };
  const found = items.find(
    (item) => item.os === "linux" && item.arch === arch && item.url?.endsWith(".tar.gz") === true,
  );
  if (found?.url === undefined || !/^[0-9a-f]{64}$/.test(found.sha256 ?? "")) {
    throw new Error(`${list} has no linux ${arch} tar.gz with a SHA-256`);
  }
  const archive = path.join(folder, archiveName("grafana", order, path.basename(found.url)));
  await downloadVerified(locate(found.url), archive, found.sha256 ?? "");
  const home = path.join(folder, `grafana-${version}`);
  fs.rmSync(home, { recursive: true, force: true });
  fs.mkdirSync(home);
  await unpack("tar", ["-xzf", archive, "-C", home, "--strip-components=1"]);
  fs.rmSync(archive);
  fs.rmSync(program, { force: true });
  fs.symlinkSync(path.join(path.basename(home), "bin", "grafana"), program);
}

/** The same in every run, so that a later one goes on with what an earlier one left. */
const archiveName = (name: string, { version, arch }: DownloadOrder, asset: string): string =>
  `.${name}-${version}-${arch}-${asset}`;

function unzip(archive: string, member: string, file: string): void {
  const content = unzipSync(fs.readFileSync(archive), { filter: ({ name }) => name === member });
  const bytes = content[member];
  if (bytes === undefined) throw new Error(`${path.basename(archive)} has no ${member}`);
  fs.writeFileSync(file, bytes);
}

async function unpack(program: string, args: readonly string[]): Promise<void> {
  try {
    await run(program, args);
  } catch (error) {
    const { code, stderr, message } = error as { code?: unknown; stderr?: string; message: string };
    if (code === "ENOENT")
      throw new Error(`\`${program}\` is missing: install it`, { cause: error });
    throw new Error(`${program}: ${(stderr ?? message).trim()}`, { cause: error });
  }
}
