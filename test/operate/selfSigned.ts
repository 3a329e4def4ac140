import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

/** A certificate for the names that ends in ten days, and its key (PEM). */
export function selfSigned(names: readonly string[]): { certificate: string; key: string } {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "lgtm-certificate-"));
  try {
    const [certificate, key] = [path.join(folder, "c.pem"), path.join(folder, "k.pem")];
    execFileSync(
      "openssl",
      [
        ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "10"],
        ...["-subj", `/CN=${names[0]}`, "-addext"],
        `subjectAltName=${names.map((name) => `DNS:${name}`).join(",")}`,
        ...["-keyout", key, "-out", certificate],
      ],
      { stdio: "ignore" },
    );
    return { certificate: fs.readFileSync(certificate, "utf8"), key: fs.readFileSync(key, "utf8") };
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}
