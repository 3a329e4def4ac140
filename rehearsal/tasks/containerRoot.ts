/** The file system that a container sees. */
import * as fs from "node:fs";
import * as path from "node:path";
import type { Container } from "../types";
import { interpreterOf } from "./images";

export interface ContainerRoot {
  /** Folder that becomes `/`. */
  readonly folder: string;
  /** Shell script that mounts it in a mount namespace of its own, and runs what follows it. */
  readonly script: string;
}

export interface RootSettings {
  readonly container: Container;
  /** Empty folder for it. */
  readonly folder: string;
  /** Folder of each of the task's volumes. */
  readonly volumeFolders: Readonly<Record<string, string>>;
  /** Program of this machine, and the path at which the container finds it. */
  readonly program: string;
  readonly programPath: string;
  readonly hostName: string;
  readonly address: string;
  readonly resolverAddress: string;
  readonly region: string;
  /** PEM file with the authority to trust. */
  readonly authorityFile: string;
}

/** Where a container finds the throw-away authority. */
export const AUTHORITY_PATH = "/etc/ssl/certs/rehearsal-authority.pem";

/** Lays a container's files out and says how they are mounted. */
export async function makeContainerRoot(settings: RootSettings): Promise<ContainerRoot> {
  const { container, folder, volumeFolders, program, programPath } = settings;
  const at = (inside: string) => path.join(folder, inside);
  const write = (inside: string, content: string) => {
    fs.mkdirSync(path.dirname(at(inside)), { recursive: true });
    fs.writeFileSync(at(inside), content);
  };
  for (const inside of ["/proc", "/dev", "/tmp", "/root", path.dirname(programPath)]) {
    fs.mkdirSync(at(inside), { recursive: true });
  }
  fs.chmodSync(at("/tmp"), 0o1777);
  const { hostName, address, resolverAddress, region } = settings;
  write("/etc/hostname", `${hostName}\n`);
  write("/etc/hosts", `127.0.0.1 localhost\n${address} ${hostName}\n`);
  write("/etc/resolv.conf", `nameserver ${resolverAddress}\nsearch ${region}.compute.internal\n`);
  write("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n");
  fs.mkdirSync(path.dirname(at(AUTHORITY_PATH)), { recursive: true });
  fs.copyFileSync(settings.authorityFile, at(AUTHORITY_PATH));
  fs.writeFileSync(at(programPath), "");

  const binds: [source: string, inside: string, readOnly: boolean][] = [
    [program, programPath, true],
    ...(await librariesOf(program)).map((library): [string, string, boolean] => [
      library,
      library,
      true,
    ]),
    ...container.mounts.map(({ volume, path: inside, readOnly }): [string, string, boolean] => {
      const source = volumeFolders[volume];
      if (source === undefined) throw new Error(`${container.name} mounts no volume ${volume}`);
      return [source, inside, readOnly];
    }),
  ];
  for (const [source, inside] of binds) {
    if (fs.statSync(source).isDirectory()) fs.mkdirSync(at(inside), { recursive: true });
  }
  const mounts = [
    `mount --bind ${quote(folder)} ${quote(folder)}`,
    ...binds.flatMap(([source, inside, readOnly]) => [
      `mount --bind ${quote(source)} ${quote(at(inside))}`,
      ...(readOnly ? [`mount -o remount,bind,ro ${quote(at(inside))}`] : []),
    ]),
    `mount --rbind /dev ${quote(at("/dev"))}`,
    `mount -t proc proc ${quote(at("/proc"))}`,
    `echo ${quote(hostName)} > /proc/sys/kernel/hostname`,
    ...(container.readonlyRootFilesystem ? [`mount -o remount,bind,ro ${quote(folder)}`] : []),
  ];
  return { folder, script: ["set -eu", ...mounts].join("\n") };
}

/** Folders of this machine's libraries, for a program that is linked to them. */
async function librariesOf(program: string): Promise<string[]> {
  if ((await interpreterOf(program)) === undefined) return [];
  return ["/lib", "/lib64", "/usr/lib"].filter((folder) => fs.existsSync(folder));
}

const quote = (text: string) => `'${text.replace(/'/g, `'\\''`)}'`;
