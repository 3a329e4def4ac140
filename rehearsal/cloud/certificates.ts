import "reflect-metadata";
import type { webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

export interface Certificate {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

const ALGORITHM: webcrypto.EcKeyGenParams & webcrypto.EcdsaParams = {
  name: "ECDSA",
  namedCurve: "P-256",
  hash: "SHA-256",
};
const DAY_MILLISECONDS = 24 * 3600 * 1000;

/** A certificate authority that lives as long as the rehearsal; its key never leaves the process. */
export class ThrowAwayAuthority {
  private constructor(
    private readonly certificate: x509.X509Certificate,
    private readonly keys: webcrypto.CryptoKeyPair,
  ) {}

  static async make(): Promise<ThrowAwayAuthority> {
    const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      name: "CN=Rehearsal, throw-away",
      keys,
      signingAlgorithm: ALGORITHM,
      ...validity(),
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      ],
    });
    return new ThrowAwayAuthority(certificate, keys);
  }

  /** What clients have to trust. */
  get pem(): string {
    return this.certificate.toString("pem");
  }

  /** A server's certificate for host names (`*.` is allowed). */
  async issue(hosts: readonly string[]): Promise<Certificate> {
    const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
    const certificate = await x509.X509CertificateGenerator.create({
      subject: `CN=${hosts[0] ?? "nobody"}`,
      issuer: this.certificate.subject,
      publicKey: keys.publicKey,
      signingKey: this.keys.privateKey,
      signingAlgorithm: ALGORITHM,
      ...validity(),
      extensions: [
        new x509.SubjectAlternativeNameExtension(
          hosts.map((value) => ({ type: "dns" as const, value })),
        ),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      ],
    });
    const key = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
    return {
      certificatePem: certificate.toString("pem"),
      privateKeyPem: x509.PemConverter.encode(key, "PRIVATE KEY"),
    };
  }
}

/** From yesterday, so that no clock is too early. */
const validity = () => ({
  notBefore: new Date(Date.now() - DAY_MILLISECONDS),
  notAfter: new Date(Date.now() + 7 * DAY_MILLISECONDS),
});
