import { type Mistake, shown } from "./mistake";
import { nearest } from "./nearest";
import { secretIn, secretInText, tokenPlaceholder } from "./secrets";
import { type KeyPath, keyName, type Source } from "./source";

/** What stands around the settings in a stack file, and the settings themselves with encrypted values replaced. */
export interface Envelope {
  /** Settings, without `lgtm:`. */
  readonly values: Record<string, unknown>;
  readonly region: string | undefined;
  readonly mistakes: readonly Mistake[];
  /** Dotted paths of settings that were found wrong here already. */
  readonly unusable: readonly string[];
}

/** Keys of a stack file beside `config`; Pulumi writes them (sdk/go/common/workspace/project.go, ProjectStack). */
const pulumiKeys = ["secretsprovider", "encryptedkey", "encryptionsalt", "environment", "config"];

/** Judges all of a stack file that is not the shape of the settings: other keys, secrets, dates without quotes. */
export function checkEnvelope(source: Source): Envelope {
  const mistakes: Mistake[] = [];
  const unusable: string[] = [];
  const add = (keyPath: KeyPath, given: string, allowed: string, mend: string) =>
    mistakes.push({
      file: source.file,
      ...source.locate(keyPath),
      key: keyName(keyPath),
      given,
      allowed,
      mend,
    });

  const root = source.content;
  const config = isRecord(root) ? root["config"] : undefined;
  if (isRecord(root)) {
    for (const key of Object.keys(root).filter((each) => !pulumiKeys.includes(each))) {
      const mend = /^(lgtm|aws):/.test(key) ? "indent it: it belongs below config:" : "remove it";
      add([key], shown(root[key], key), `one of ${pulumiKeys.join(", ")}`, mend);
    }
  }
  if (!isRecord(config)) {
    add(
      ["config"],
      shown(config),
      "a section config: with aws:region and the lgtm: keys",
      "add it",
    );
  }

  const values: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(isRecord(config) ? config : {})) {
    const keyPath = ["config", key];
    const [namespace, ...rest] = key.split(":");
    const name = rest.join(":");
    if (namespace === "lgtm" && name !== "") {
      values[name] = plainOf(value, keyPath, name);
    } else if (name === "") {
      add(
        keyPath,
        shown(value, key),
        "keys that begin with lgtm: or are aws:region",
        `write lgtm:${key}`,
      );
    } else if (namespace === "aws" && name !== "region") {
      add(
        keyPath,
        shown(value, key),
        "aws:region only",
        "remove it: the program's provider takes the region and lgtm:accountId; credentials come from the environment",
      );
    } else if (namespace !== "aws" && namespace !== "pulumi") {
      const meant =
        nearest(namespace ?? "", ["lgtm"]) === undefined
          ? "remove it"
          : `did you mean lgtm:${name}?`;
      add(keyPath, shown(value, key), "keys that begin with lgtm:, and aws:region", meant);
    }
  }
  findSecretsInText(source, mistakes);
  const region = isRecord(config) ? config["aws:region"] : undefined;
  return { values, region: region === undefined ? undefined : shown(region), mistakes, unusable };

  /** The value with encrypted tokens replaced by placeholders; whatever else is wrong is reported and left out. */
  function plainOf(value: unknown, keyPath: KeyPath, setting: string): unknown {
    const isToken = keyPath[1] === "lgtm:ingestTokens";
    if (isRecord(value) && Object.keys(value).length === 1 && typeof value["secure"] === "string") {
      if (isToken && keyPath.length === 3) return tokenPlaceholder(String(keyPath[2]));
      unusable.push(setting);
      add(
        keyPath,
        "an encrypted value",
        "encrypted values at lgtm:ingestTokens.ID only",
        isToken
          ? "encrypt each token by itself: pulumi config set --secret --path lgtm:ingestTokens.ID"
          : "write it in plain: nothing else in this file is a secret",
      );
      return undefined;
    }
    if (Array.isArray(value)) {
      return value.map((item, index) => plainOf(item, [...keyPath, index], setting));
    }
    if (isRecord(value)) {
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [
          key,
          plainOf(item, [...keyPath, key], `${setting}.${key}`),
        ]),
      );
    }
    if (isToken && value !== null && keyPath.length >= 2) {
      unusable.push(setting);
      const id = keyPath.length === 3 ? String(keyPath[2]) : "ID";
      add(
        keyPath,
        "(hidden)",
        "an encrypted value (secure: …)",
        `take it for known to others: make a new token and store it with pulumi config set --secret --path lgtm:ingestTokens.${id}`,
      );
      return undefined;
    }
    const written = source.written(keyPath);
    if (written !== undefined && /^\d{4}-\d{1,2}-\d{1,2}/.test(written)) {
      unusable.push(setting);
      // Measured with the CLI 3.258: `2025-01-01` comes back as `2025-01-01 00:00:00 +0000 UTC`.
      add(
        keyPath,
        written,
        "a date in quotes",
        `put it in quotes: "${written}" (Pulumi rewrites a bare date as a time)`,
      );
    }
    if (typeof value === "string") {
      const what = secretIn(value, String(keyPath.at(-1)).replace(/^lgtm:/, ""));
      if (what !== undefined) {
        unusable.push(setting);
        add(keyPath, `(hidden) ${what}`, "no secret in plain", secretMend);
      }
    }
    return value;
  }
}

const secretMend =
  "take it out and revoke it: it has been in a file; store it in Secrets Manager and give the ARN";

/** Secrets in comments and in places that no setting has. */
function findSecretsInText(source: Source, mistakes: Mistake[]): void {
  source.lines.forEach((text, index) => {
    const what = secretInText(text);
    const line = index + 1;
    if (what === undefined || mistakes.some((mistake) => mistake.line === line)) return;
    mistakes.push({
      file: source.file,
      line,
      column: 1,
      key: "(text)",
      given: `(hidden) ${what}`,
      allowed: "no secret in plain, not even in a comment",
      mend: secretMend,
    });
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
