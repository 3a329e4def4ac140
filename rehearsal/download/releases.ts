/** Where the projects publish their servers, and what proves that a download is theirs. */

export type Architecture = "amd64" | "arm64";

/** One server's release. `{version}` and `{arch}` are filled in. */
export interface Release {
  /** Name in the folder, as `LGTM_BIN` expects it. */
  readonly program: "loki" | "tempo" | "mimir" | "pyroscope" | "alloy";
  /** Folder of the release. */
  readonly base: string;
  readonly asset: string;
  /** File with SHA-256 sums: lines of `sum  name`, or one sum alone. */
  readonly checksums: string;
  readonly packing: "zip" | "tar.gz" | "none";
  /** Path in the archive. */
  readonly member: string;
  readonly source: string;
}

const github = (repository: string, tag: string): string =>
  `https://github.com/grafana/${repository}/releases/download/${tag}`;

export const releases: readonly Release[] = [
  {
    program: "loki",
    base: github("loki", "v{version}"),
    asset: "loki-linux-{arch}.zip",
    checksums: "SHA256SUMS",
    packing: "zip",
    member: "loki-linux-{arch}",
    source: "grafana/loki:Makefile (dist) at v3.7.6",
  },
  {
    program: "tempo",
    base: github("tempo", "v{version}"),
    asset: "tempo_{version}_linux_{arch}.tar.gz",
    checksums: "SHA256SUMS",
    packing: "tar.gz",
    member: "tempo",
    source:
      "grafana/tempo:.goreleaser.yml (GoReleaser's own archive name) and docs/…/deploy/locally/linux.md at v2.10.8",
  },
  {
    program: "mimir",
    base: github("mimir", "mimir-{version}"),
    asset: "mimir-linux-{arch}",
    checksums: "mimir-linux-{arch}-sha-256",
    packing: "none",
    member: "",
    source: "grafana/mimir:Makefile (dist) at 4584085047c0",
  },
  {
    program: "pyroscope",
    base: github("pyroscope", "v{version}"),
    asset: "pyroscope_{version}_linux_{arch}.tar.gz",
    checksums: "checksums.txt",
    packing: "tar.gz",
    member: "pyroscope",
    source: "grafana/pyroscope:.goreleaser.yaml and docs/sources/get-started/_index.md at v2.2.1",
  },
  {
    program: "alloy",
    base: github("alloy", "v{version}"),
    asset: "alloy-linux-{arch}.zip",
    checksums: "SHA256SUMS",
    packing: "zip",
    member: "alloy-linux-{arch}",
    source: "grafana/alloy:scripts/publish-release-artifacts.sh at v1.18.1",
  },
];

/**
 * Grafana's list of packages of a version: `{ items: [{ os, arch, url, sha256 }] }`. Its file names have a build number that
 * only this list knows. Used like that by several installers, read 2026-11-25; Grafana documents it nowhere.
 */
export const grafanaPackages = "https://grafana.com/api/grafana/versions/{version}/packages";

/** A pattern with its version and architecture. */
export const filled = (pattern: string, version: string, arch: Architecture): string =>
  pattern.replaceAll("{version}", version).replaceAll("{arch}", arch);
