import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { zipSync } from "fflate";
import { mirrored, publishedSum } from "../../rehearsal/download/download";
import { downloadServer, type Downloadable } from "../../rehearsal/download/servers";

const sum = (content: Buffer): string => createHash("sha256").update(content).digest("hex");

// Not proven here: that the projects' servers have these names; `releases.ts` says where each stands.
describe("download of servers", () => {
  let folder: string;
  let server: http.Server;
  let mirror: string;
  /** What is served, by path. */
  const served = new Map<string, Buffer>();
  /** Paths that break off after so many bytes. */
  const breaks = new Map<string, number>();
  const asked: string[] = [];

  before(async () => {
    server = http.createServer((request, response) => {
      const { url = "", headers } = request;
      asked.push(`${url} ${headers.range ?? ""}`.trim());
      const content = served.get(url);
      if (content === undefined) {
        response.writeHead(404).end();
        return;
      }
      const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? "")?.[1] ?? 0);
      const rest = content.subarray(from);
      response.writeHead(from > 0 ? 206 : 200, { "content-length": rest.length });
      const limit = breaks.get(url);
      if (limit === undefined) {
        response.end(rest);
        return;
      }
      response.write(rest.subarray(0, limit), () => setTimeout(() => response.destroy(), 50));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    mirror = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => new Promise((resolve) => server.close(resolve)));
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "lgtm-download-"));
    served.clear();
    breaks.clear();
    asked.length = 0;
  });
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  const get = (name: Downloadable, version: string) =>
    downloadServer(name, {
      folder: path.join(folder, "bin"),
      arch: "arm64",
      version,
      locate: mirrored(mirror),
    });
  const program = (name: string) => path.join(folder, "bin", name);
  const left = () => fs.readdirSync(path.join(folder, "bin")).sort();

  /** An archive with one file in it. */
  function archived(packing: "zip" | "tar.gz", member: string, content: string): Buffer {
    if (packing === "zip") return Buffer.from(zipSync({ [member]: Buffer.from(content) }));
    const where = fs.mkdtempSync(path.join(folder, "pack-"));
    fs.mkdirSync(path.dirname(path.join(where, member)), { recursive: true });
    fs.writeFileSync(path.join(where, member), content);
    const file = path.join(where, "archive.tar.gz");
    execFileSync("tar", ["-czf", file, member], { cwd: where });
    return fs.readFileSync(file);
  }

  const mimir = "/github.com/grafana/mimir/releases/download/mimir-3.1.4/mimir-linux-arm64";
  function serveMimir(content: Buffer, published = sum(content)): void {
    served.set(mimir, content);
    served.set(`${mimir}-sha-256`, Buffer.from(`${published}\n`));
  }

  it("takes what has the published sum, and nothing a second time", async () => {
    serveMimir(Buffer.from("#!/bin/sh\necho mimir\n"));
    assert.equal(await get("mimir", "3.1.4"), true);
    assert.equal(execFileSync(program("mimir"), { encoding: "utf8" }), "mimir\n");
    const before = asked.length;
    assert.equal(await get("mimir", "3.1.4"), false);
    assert.equal(asked.length, before);
    fs.appendFileSync(program("mimir"), "tampered");
    assert.equal(await get("mimir", "3.1.4"), true);
    assert.deepEqual(left(), [".mimir.json", "mimir"]);
  });

  it("unpacks a tar.gz, with sums that name many files", async () => {
    const archive = archived("tar.gz", "tempo", "tempo!");
    const base = "/github.com/grafana/tempo/releases/download/v2.10.8";
    served.set(`${base}/tempo_2.10.8_linux_arm64.tar.gz`, archive);
    const other = `${"0".repeat(64)}  tempo_2.10.8_linux_amd64.tar.gz`;
    served.set(
      `${base}/SHA256SUMS`,
      Buffer.from(`${other}\n${sum(archive)}  tempo_2.10.8_linux_arm64.tar.gz\n`),
    );
    await get("tempo", "2.10.8");
    assert.equal(fs.readFileSync(program("tempo"), "utf8"), "tempo!");
    assert.deepEqual(left(), [".tempo.json", "tempo"]);
  });

  it("unpacks a zip", async () => {
    const archive = archived("zip", "loki-linux-arm64", "loki!");
    const base = "/github.com/grafana/loki/releases/download/v3.7.6";
    served.set(`${base}/loki-linux-arm64.zip`, archive);
    served.set(`${base}/SHA256SUMS`, Buffer.from(`${sum(archive)}  loki-linux-arm64.zip\n`));
    await get("loki", "3.7.6");
    assert.equal(fs.readFileSync(program("loki"), "utf8"), "loki!");
    assert.equal(fs.statSync(program("loki")).mode & 0o111, 0o111);
  });

  it("finds Grafana's file in its list of packages, and keeps its folder", async () => {
    const archive = archived("tar.gz", "grafana-13.2.2/bin/grafana", "grafana!");
    served.set("/dl.grafana.com/grafana_13.2.2_77_linux_arm64.tar.gz", archive);
    const item = {
      os: "linux",
      arch: "arm64",
      url: "https://dl.grafana.com/grafana_13.2.2_77_linux_arm64.tar.gz",
      sha256: sum(archive),
    };
    const items = [
      { ...item, url: "https://dl.grafana.com/a.deb" },
      { ...item, arch: "amd64" },
    ];
    served.set(
      "/grafana.com/api/grafana/versions/13.2.2/packages",
      Buffer.from(JSON.stringify({ items: [...items, item] })),
    );
    await get("grafana", "13.2.2");
    assert.equal(fs.readFileSync(program("grafana"), "utf8"), "grafana!");
    assert.equal(fs.readlinkSync(program("grafana")), "grafana-13.2.2/bin/grafana");
  });

  it("refuses another sum, and keeps nothing of it", async () => {
    serveMimir(Buffer.from("mimir"), "1".repeat(64));
    await assert.rejects(get("mimir", "3.1.4"), /its SHA-256 is [0-9a-f]{64}, published is 1{64}/);
    assert.deepEqual(left(), []);
  });

  it("names the address that does not exist", async () => {
    await assert.rejects(
      get("mimir", "9.9.9"),
      /mimir-9\.9\.9\/mimir-linux-arm64-sha-256: HTTP 404/,
    );
    serveMimir(Buffer.from("mimir"));
    served.delete(mimir);
    await assert.rejects(get("mimir", "3.1.4"), /mimir-linux-arm64: HTTP 404/);
  });

  it("goes on where a connection ended", async () => {
    const content = randomBytes(400_000);
    serveMimir(content);
    breaks.set(mimir, 150_000);
    await assert.rejects(get("mimir", "3.1.4"), /the next run goes on from there/);
    assert.equal(fs.existsSync(program("mimir")), false);
    breaks.clear();
    await get("mimir", "3.1.4");
    assert.deepEqual(fs.readFileSync(program("mimir")), content);
    assert.match(asked.at(-1) ?? "", /bytes=\d+-$/);
    assert.deepEqual(left(), [".mimir.json", "mimir"]);
  });

  it("says where nobody answers", async () => {
    const order = {
      folder,
      arch: "amd64",
      version: "1.0.0",
      locate: mirrored("http://127.0.0.1:1"),
    };
    await assert.rejects(
      downloadServer("loki", { ...order, arch: "amd64" }),
      /^Error: http:\/\/127\.0\.0\.1:1\/github\.com\/grafana\/loki.*(ECONNREFUSED|bad port)/,
    );
  });

  it("refuses a list of sums without the file", () => {
    assert.throws(() => publishedSum("no sums\n", "loki.zip", "URL"), /URL has no SHA-256 of loki/);
  });
});
