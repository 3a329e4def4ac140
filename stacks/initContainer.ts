import { gzipSync, strToU8 } from "fflate";
import { startFrom, startFromCommand } from "../configs/alloy/startFrom";
import type { RenderedFile } from "./types";

/** Where every server finds its files, and the tools of its health check. Mounted read-only in the server. */
export const CONFIG_DIRECTORY = "/etc/lgtm";
/** The init container's own static binary, left for the health check: server images have neither shell nor wget (S20). */
export const BUSYBOX_PATH = `${CONFIG_DIRECTORY}/bin/busybox`;
/** Where the busybox image has it. */
const BUSYBOX_IN_IMAGE = "/bin/busybox";

/** A pause before the server starts, as long as nobody needs it. */
export interface SuccessorWait {
  /** Name in DNS of the ring's healthy replicas. */
  readonly name: string;
  /** Replicas besides this one: with fewer of them up, it starts at once. */
  readonly others: number;
  readonly seconds: number;
}

/** What the init container prepares for one server. */
export interface InitSpec {
  readonly files: readonly RenderedFile[];
  /** Directories that the server writes to: made, and given to it. */
  readonly writablePaths: readonly string[];
  /** Numeric `uid:gid` of the server. */
  readonly user: string;
  /**
   * What a ring replica's successor waits for, at the end.
   *
   * @default - it starts at once
   */
  readonly wait?: SuccessorWait;
  /** Where the static binary is copied from; tests give their own. */
  readonly busyboxSource?: string;
  /** Put before every path; tests write into a directory of their own. */
  readonly root?: string;
}

/**
 * S11: the script of the init container. It writes each file from an environment variable (so that
 * `pulumi preview --diff` shows it line by line), makes the server's directories and leaves busybox behind. It stops
 * at the first failure, and the server then never starts; run twice, it does the same.
 */
export function initScript(spec: InitSpec): string {
  const root = spec.root ?? "";
  return [
    "set -eu",
    "umask 022",
    // Written beside and renamed: a file is there whole or not at all.
    `write() { mkdir -p "$(dirname "$1")"; printf '%s' "$2" > "$1.new"; mv -f "$1.new" "$1"; }`,
    ...unpackScript(spec.files.filter(isPacked), root),
    ...spec.files.filter(isPlain).flatMap((file) => {
      const path = `${root}${file.path}`;
      const write = `write ${quoted(path)} "$${variableOf(file)}"`;
      return file.content.includes(startFrom.token)
        ? [write, startFromCommand(quoted(path))]
        : [write];
    }),
    `mkdir -p ${quoted(`${root}${CONFIG_DIRECTORY}/bin`)}`,
    `cp ${quoted(spec.busyboxSource ?? BUSYBOX_IN_IMAGE)} ${quoted(`${root}${BUSYBOX_PATH}.new`)}`,
    `chmod 0755 ${quoted(`${root}${BUSYBOX_PATH}.new`)}`,
    `mv -f ${quoted(`${root}${BUSYBOX_PATH}.new`)} ${quoted(`${root}${BUSYBOX_PATH}`)}`,
    ...spec.writablePaths.flatMap((path) => [
      `mkdir -p ${quoted(`${root}${path}`)}`,
      // An empty task volume belongs to root, and no server runs as root.
      `chown ${spec.user} ${quoted(`${root}${path}`)}`,
      `chmod 0750 ${quoted(`${root}${path}`)}`,
    ]),
    ...(spec.wait === undefined ? [] : waitScript(spec.wait)),
    "",
  ].join("\n");
}

/**
 * S22: a successor waits until what its predecessor flushed is found. At a first start nobody is up, so nobody waits; a
 * name that nobody answers for counts as nobody.
 */
function waitScript({ name, others, seconds }: SuccessorWait): string[] {
  return [
    `up() { nslookup ${quoted(name)} 2>/dev/null | sed -n '/^Name:/,$p' | grep -c '^Address' || true; }`,
    "said=",
    `end=$(($(date +%s) + ${seconds}))`,
    `while [ "$(up)" -ge ${others} ] && [ "$(date +%s)" -lt "$end" ]; do`,
    `  [ "$said" ] || echo 'all ${others} others of the ring are up: waits ${seconds} s, until what the predecessor flushed is found'`,
    "  said=yes",
    "  sleep 5",
    "done",
  ];
}

const isPacked = (file: RenderedFile) => file.packed === true;
const isPlain = (file: RenderedFile) => !isPacked(file);

/** The variable with every packed file, a line each. */
export const PACKED_VARIABLE = "PACKED_FILES";
/** Where the lines lie while the files are made of them. */
const LINES_PATH = `${CONFIG_DIRECTORY}/.packed`;

/** Each packed file is a line of what {@link PACKED_VARIABLE} holds; a broken text stops the script. */
function unpackScript(files: readonly RenderedFile[], root: string): string[] {
  if (files.length === 0) return [];
  const lines = quoted(`${root}${LINES_PATH}`);
  return [
    `mkdir -p ${quoted(`${root}${CONFIG_DIRECTORY}`)}`,
    // The shell has no pipefail; what base64 can't read makes gunzip fail, which comes last.
    `printf '%s' "$${PACKED_VARIABLE}" | base64 -d | gunzip -c > ${lines}`,
    `unpack() { mkdir -p "$(dirname "$1")"; sed -n "$2p" ${lines} > "$1.new"; [ -s "$1.new" ]; mv -f "$1.new" "$1"; }`,
    ...files.map((file, index) => `unpack ${quoted(`${root}${file.path}`)} ${index + 1}`),
    `rm -f ${lines}`,
  ];
}

/**
 * The files as environment variables of the init container: one each, and one for all packed ones.
 *
 * @throws Error where two files would share a variable or lie outside {@link CONFIG_DIRECTORY}.
 */
export function fileVariables(files: readonly RenderedFile[]): { name: string; value: string }[] {
  const owners = new Map<string, string>();
  for (const file of files) {
    const name = variableOf(file);
    const other = owners.get(name);
    if (other !== undefined) {
      throw new Error(`files ${other} and ${file.path} would share the variable ${name}`);
    }
    owners.set(name, file.path);
  }
  const packed = files.filter(isPacked);
  return [
    ...files.filter(isPlain).map((file) => ({ name: variableOf(file), value: file.content })),
    ...(packed.length === 0 ? [] : [{ name: PACKED_VARIABLE, value: compressed(packed) }]),
  ];
}

const compressedBefore = new Map<string, string>();

/**
 * A line for each file; gzip; base64. Not Node's zlib: its output differs between versions of Node, and a task definition
 * must be the same wherever it is made.
 */
function compressed(files: readonly RenderedFile[]): string {
  const lines = files.map(({ content }) => `${JSON.stringify(JSON.parse(content))}\n`).join("");
  const known = compressedBefore.get(lines);
  if (known !== undefined) return known;
  const text = Buffer.from(gzipSync(strToU8(lines), { level: 9, mtime: 0 })).toString("base64");
  compressedBefore.set(lines, text);
  return text;
}

/** `/etc/lgtm/provisioning/datasources/lgtm.yaml` → `FILE_PROVISIONING_DATASOURCES_LGTM_YAML`. */
function variableOf(file: RenderedFile): string {
  const inside = `${CONFIG_DIRECTORY}/`;
  if (!file.path.startsWith(inside)) {
    throw new Error(
      `file ${file.path} is outside ${CONFIG_DIRECTORY}, which is all the server sees`,
    );
  }
  return `FILE_${file.path
    .slice(inside.length)
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, "_")}`;
}

const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
