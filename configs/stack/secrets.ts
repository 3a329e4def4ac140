/** What a value in a stack file looks like when it should have been a secret. */
interface SecretShape {
  readonly what: string;
  readonly pattern: RegExp;
}

/**
 * Shapes that are secrets wherever they stand. Sources: docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
 * (AKIA, ASIA), docs.github.com (ghp_, gho_, ghs_, github_pat_), docs.docker.com (dckr_pat_), grafana.com (glsa_, glc_).
 */
const shapes: readonly SecretShape[] = [
  { what: "an AWS access key id", pattern: /\b(AKIA|ASIA)[0-9A-Z]{16}\b/ },
  { what: "a private key", pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----/ },
  { what: "a GitHub token", pattern: /\b(gh[opsu]_[0-9A-Za-z]{30,}|github_pat_[0-9A-Za-z_]{30,})/ },
  { what: "a Docker Hub token", pattern: /\bdckr_(pat|oat)_[0-9A-Za-z_-]{20,}/ },
  { what: "a Grafana token", pattern: /\b(glsa|glc)_[0-9A-Za-z+/=_-]{20,}/ },
];

/** Names of keys whose value is a secret unless it is an ARN. */
const secretName =
  /(password|passwd|passphrase|secret|token|api_?key|access_?key|private_?key|credential)s?$/i;
const notASecret = /^(arn:|https?:\/\/)/;
/** A secret access key: 40 characters of base64, with digits and both cases, unlike a hash in hex. */
const secretAccessKey = /^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[A-Za-z0-9/+]{40}$/;

/** What kind of secret a value looks like, or undefined. `key` is the last step of its path. */
export function secretIn(value: string, key: string): string | undefined {
  const shape = shapes.find(({ pattern }) => pattern.test(value));
  if (shape !== undefined) return shape.what;
  if (secretAccessKey.test(value)) return "an AWS secret access key";
  if (secretName.test(key) && value !== "" && !notASecret.test(value)) return "a password or token";
  return undefined;
}

/** What kind of secret a line of text contains, wherever it stands in it. */
export function secretInText(line: string): string | undefined {
  return shapes.find(({ pattern }) => pattern.test(line))?.what;
}

/** The text with whatever looks like a secret hidden. */
export function maskSecrets(text: string, key: string): string {
  const last = key.split(".").at(-1) ?? key;
  const hidden = key.split(".").some((step) => step === "lgtm:ingestTokens");
  return hidden || secretIn(text, last) !== undefined || secretInText(text) !== undefined
    ? "(hidden)"
    : text;
}

const placeholderPrefix = "encryptedinthestackfile";

/** Stands for an ingest token that is encrypted and cannot be read without the stack's key. */
export function tokenPlaceholder(tokenId: string): string {
  return `${placeholderPrefix}${tokenId}`.padEnd(64, "0");
}

/** True for what `tokenPlaceholder` made: the real token is known only where the stack's key is. */
export function isTokenPlaceholder(token: string): boolean {
  return token.startsWith(placeholderPrefix) && token.length === 64;
}
