import { gunzipSync } from "node:zlib";
import {
  aboutSecret,
  harmlessValue,
  passwordInUrl,
  secretForms,
  secretInFile,
  secretName,
} from "../data/secretPatterns";
import { resourceRule, type Rule } from "../rule";
import { containersOf, environmentOf, serverReads } from "../servers/server";
import type { Value } from "../value";

const secretsByReference = resourceRule({
  id: "compute-secrets-by-reference",
  subject: "compute",
  rationale:
    "What stands in a task definition is read by everybody who may look at ECS, for ever: revisions stay.",
  source: "D2",
  mend: "Keep the value in Secrets Manager, name it in the container's `secrets`, and change it: it is known now",
  scope: "any",
  reads: serverReads,
  severity: "critical",
  judge(taskDefinition, judgement) {
    judgement.each(containersOf(taskDefinition), (container) => {
      const name = container.at("name").text() ?? "?";
      const report = (where: string, what: string) =>
        judgement.report(taskDefinition, {
          finding: `${name}:${where}`,
          // Never the value itself: the message ends in logs.
          says: `${where} of container ${name} holds ${what} in plain text`,
        });
      for (const variable of environmentOf(container)) {
        const what = secretIn(variable.name, variable.value);
        if (what !== undefined) report(variable.name, what);
      }
      for (const [key, what] of wordsAndLabels(container)) report(key, what);
      judgement.each(container.at("secrets").oneOrMore(), (secret) => {
        const from = secret.at("valueFrom").text() ?? "";
        // A name alone is a parameter of the Parameter Store in the same region.
        if (/^(arn:aws[\w-]*:(secretsmanager|ssm):|\/[\w./-]+$|\[secret\]$)/.test(from)) return;
        report(
          secret.at("name").text() ?? "secrets",
          "no reference to a secret but something else",
        );
      });
    });
  },
});

function* wordsAndLabels(container: Value): Generator<[where: string, what: string]> {
  const commands = [
    ["command", container.at("command")],
    ["entryPoint", container.at("entryPoint")],
    ["healthCheck", container.at("healthCheck", "command")],
  ] as const;
  for (const [key, command] of commands) {
    // A shell's words stand in one text.
    const words = command
      .texts()
      .flatMap((text) => (text.length > 2000 ? [text] : [text, ...text.split(/\s+/)]));
    for (const word of new Set(words)) {
      const flag = /^--?([\w.-]+)=([\s\S]+)$/.exec(word);
      const what = flag === null ? secretForm(word) : secretIn(flag[1] ?? "", flag[2] ?? "");
      if (what !== undefined) yield [key, what];
    }
  }
  for (const [label, value] of container.at("dockerLabels").entries()) {
    const what = secretIn(label, value.text() ?? "");
    if (what !== undefined) yield [`dockerLabels.${label}`, what];
  }
}

/** What kind of secret a variable holds; undefined where it holds none. */
export function secretIn(name: string, value: string): string | undefined {
  const file = unpacked(value);
  if (file !== undefined) return secretForm(file) ?? secretOfFile(file);
  const form = secretForm(value);
  if (form !== undefined) return form;
  if (value.includes("\n")) return secretOfFile(value);
  if (secretName.test(name) && !aboutSecret.test(name) && !harmlessValue.test(value)) {
    return "a value whose name says it is secret";
  }
  return looksRandom(value) ? "what looks like a random token" : undefined;
}

function secretForm(text: string): string | undefined {
  const form = secretForms.find(({ pattern }) => pattern.test(text));
  if (form !== undefined) return form.what;
  return passwordInUrl.test(text) ? "a password in a URL" : undefined;
}

const secretOfFile = (text: string): string | undefined =>
  secretInFile.test(withoutComments(text)) ? "a file with a password or key" : undefined;

/** A file larger than this is no configuration. */
const MOST_UNPACKED_BYTES = 8 * 1024 * 1024;

/** The text of a compressed file (gzip in base64, whose magic number reads `H4sI`); undefined where it is none. */
function unpacked(value: string): string | undefined {
  if (!/^H4sI[A-Za-z0-9+/]{16,}={0,2}$/.test(value)) return undefined;
  try {
    return gunzipSync(Buffer.from(value, "base64"), {
      maxOutputLength: MOST_UNPACKED_BYTES,
    }).toString("utf8");
  } catch {
    return undefined;
  }
}

const withoutComments = (text: string) => text.replace(/^\s*(#|\/\/).*$/gm, "");

/** Hexadecimal of 128 bits and more, or base64 of 240 and more that no word, path or host name looks like. */
function looksRandom(value: string): boolean {
  if (value.length > 4096) return false;
  if (/^[0-9a-f]{32,}$/i.test(value)) return true;
  if (!/^[A-Za-z0-9+/_-]{40,}={0,2}$/.test(value)) return false;
  return (
    /[a-z]/.test(value) && /[A-Z]/.test(value) && /\d/.test(value) && bitsPerCharacter(value) > 4.2
  );
}

function bitsPerCharacter(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values())
    bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

export const computeSecretRules: readonly Rule[] = [secretsByReference];
