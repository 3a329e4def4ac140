/** The folder of a local run: compose.yaml, what it mounts, and the secrets, which outlive a new compose.yaml. */
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { stringify } from "yaml";
import type { Plan } from "../plan/plan";
import type { ThrowAwayAuthority } from "../rehearsal/cloud/certificates";
import type { ThrowAwaySecrets } from "../rehearsal/parts";
import { makeSecrets } from "../rehearsal/secrets";
import type { PlanView } from "../rehearsal/types";
import { localFiles, type LocalRun } from "./compose";
import type { AwsCredentials } from "./tasks";

export const COMPOSE_FILE = "compose.yaml";
const SECRETS_FILE = "secrets.json";

/** Values that a local run makes up once. */
export interface LocalSecrets {
  readonly secrets: ThrowAwaySecrets;
  readonly credentials: AwsCredentials;
  /** What {@link writeRun} keeps for the next time. */
  readonly kept: KeptSecrets;
}

interface KeptSecrets {
  readonly credentials: AwsCredentials;
  /** By the secret's name in the plan. */
  readonly values: Readonly<Record<string, string>>;
}

/**
 * The values of an earlier run in the folder, and new ones for the rest: the database and Grafana keep theirs in volumes.
 *
 * @throws Error where the folder's secrets cannot be read.
 */
export function localSecrets(folder: string, plan: Plan, view: PlanView): LocalSecrets {
  const earlier = readKept(path.join(folder, SECRETS_FILE));
  const secrets = makeSecrets(plan, view, earlier?.values);
  const credentials = earlier?.credentials ?? {
    accessKeyId: `LOCAL${randomBytes(8).toString("hex").toUpperCase()}`,
    secretAccessKey: randomBytes(20).toString("hex"),
  };
  const values = Object.fromEntries(
    view.secrets.map(({ name, arn }) => [name, secrets.valueOf(arn)]),
  );
  return { secrets, credentials, kept: { credentials, values } };
}

function readKept(file: string): KeptSecrets | undefined {
  if (!fs.existsSync(file)) return undefined;
  try {
    return JSON.parse(fs.readFileSync(file, "utf8")) as KeptSecrets;
  } catch {
    throw new Error(`${file} is no JSON: remove it together with the volumes that know its values`);
  }
}

/**
 * Writes a local run. Only the owner can look into the folder; the files in it can be read by any user, because the
 * containers' users are others.
 */
export async function writeRun(
  folder: string,
  run: LocalRun,
  kept: KeptSecrets,
  authority: ThrowAwayAuthority,
): Promise<void> {
  const { certificatePem, privateKeyPem } = await authority.issue(run.certificateHosts);
  const files: Readonly<Record<string, string>> = {
    [localFiles.authority]: `${authority.pem}\n`,
    [localFiles.certificate]: `${certificatePem}\n`,
    [localFiles.key]: `${privateKeyPem}\n`,
    ...(run.haproxy !== undefined && {
      [localFiles.frontDoorCertificate]: `${certificatePem}\n${privateKeyPem}\n`,
      [localFiles.haproxy]: run.haproxy,
    }),
    [SECRETS_FILE]: `${JSON.stringify(kept, null, 2)}\n`,
    // Last: where it is, the rest is.
    [COMPOSE_FILE]:
      "# A plan on this machine, written by `npm run local`. Has made-up secrets in it: do not commit.\n" +
      // Compose 1 reads YAML 1.1, in which a bare `no` is false.
      stringify(run.compose, { version: "1.1", lineWidth: 0, aliasDuplicateObjects: false }),
  };
  fs.mkdirSync(folder, { recursive: true });
  fs.chmodSync(folder, 0o700);
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name);
    // In place: a file that a running container has mounted must stay the same file.
    fs.writeFileSync(file, content, { mode: 0o644 });
  }
}
