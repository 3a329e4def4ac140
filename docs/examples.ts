import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parseDocument } from "yaml";
import { costOfPlan, type CostReport } from "../plan/cost";
import type { PlannedStack } from "../plan/makePlan";
import type { PlannedResource } from "../plan/plan";
import { planOfFile, shippedPlan } from "./shippedPlan";

/** One way for a stack to grow: a shipped stack file with a few settings changed. */
interface Example {
  /** Folder below `examples/`. */
  readonly name: string;
  readonly base: "dev" | "prod";
  /** What it is for, as a sentence without its full stop. */
  readonly what: string;
  /** What has to exist first, or what to know before. */
  readonly before: string;
  /** Settings by path below `config:`. */
  readonly settings: readonly (readonly [path: readonly string[], value: unknown])[];
}

const here = "ap-northeast-2:123456789012";

const examples: readonly Example[] = [
  {
    name: "autoscaling",
    base: "prod",
    what: "Queries and the gateway grow with their load: target tracking on CPU owns the count",
    before:
      "Stateless roles only. Cloud Map answers with eight addresses, so 8 tasks are the most; the bill is that of the fewest tasks and of the alarms that the policies keep, load adds to it",
    settings: [
      [["lgtm:loki", "querier", "autoscaling"], { minReplicas: 2, maxReplicas: 6 }],
      [["lgtm:tempo", "querier", "autoscaling"], { minReplicas: 2, maxReplicas: 6 }],
      [["lgtm:alloy", "gateway", "autoscaling"], { minReplicas: 2, maxReplicas: 8 }],
    ],
  },
  {
    name: "postgres",
    base: "dev",
    what: "Grafana keeps its users, dashboards and silences in a database",
    before: "What the SQLite file held is not taken over; export dashboards first",
    settings: [[["lgtm:grafana", "database"], { type: "postgres" }]],
  },
  {
    name: "oidc",
    base: "prod",
    what: "People log in to Grafana through an OpenID Connect provider",
    before:
      "A client at the provider with the redirect address https://grafana.DOMAIN/login/generic_oauth, its secret in Secrets Manager",
    settings: [
      [
        ["lgtm:grafana", "oidc"],
        {
          clientId: "lgtm",
          clientSecretArn: `arn:aws:secretsmanager:${here}:secret:grafana-oidc-AbCdEf`,
          authUrl: "https://id.example.com/authorize",
          tokenUrl: "https://id.example.com/token",
          apiUrl: "https://id.example.com/userinfo",
        },
      ],
    ],
  },
  {
    name: "kms-key",
    base: "prod",
    what: "The bucket is encrypted with a key of your own",
    before:
      "A key whose policy lets the account's roles use it; the key's own price is its owner's. Objects that exist keep their encryption",
    settings: [
      [
        ["lgtm:storage", "kmsKeyArn"],
        `arn:aws:kms:${here}:key/1234abcd-12ab-34cd-56ef-1234567890ab`,
      ],
    ],
  },
  {
    name: "flow-logs",
    base: "prod",
    what: "Every connection of the VPC is written down for seven days",
    before: "Billed by the GB: busy rings talk a lot. The bootstrap has to run again, for the role",
    settings: [[["lgtm:network", "flowLogs"], { enabled: true }]],
  },
  {
    name: "pull-through-cache",
    base: "prod",
    what: "Images are fetched from Docker Hub once, and from the account's own registry from then on",
    before:
      "A secret named ecr-pullthroughcache/… with a Docker Hub user and token; the registry's storage is not in the table",
    settings: [
      [
        ["lgtm:images"],
        {
          pullThroughCache: true,
          credentialsSecretArn: `arn:aws:secretsmanager:${here}:secret:ecr-pullthroughcache/docker-hub-AbCdEf`,
        },
      ],
    ],
  },
  {
    name: "existing-vpc",
    base: "prod",
    what: "The stack moves into a VPC that is there already",
    before:
      "Subnets in three zones, NAT, DNS host names and an S3 gateway endpoint; NAT is then on its owner's bill. Not a change of a running stack: [operations.md](operations.md#moving-out-of-or-into-an-existing-vpc)",
    settings: [
      [
        ["lgtm:network", "existing"],
        {
          vpcId: "vpc-0123456789abcdef0",
          publicSubnetIds: ["subnet-aaaaaaa1", "subnet-aaaaaaa2", "subnet-aaaaaaa3"],
          privateSubnetIds: ["subnet-bbbbbbb1", "subnet-bbbbbbb2", "subnet-bbbbbbb3"],
        },
      ],
    ],
  },
  {
    name: "internal",
    base: "prod",
    what: "Nothing faces the Internet: the load balancer is in the private subnets",
    before: "A way into the VPC (VPN, Direct Connect, peering), and names that resolve there",
    settings: [[["lgtm:ingress", "internal"], true]],
  },
];

/** Text of an example's stack file: the shipped one, comments and all, with the settings changed. */
function stackFile(root: string, { name, base, what, settings }: Example): string {
  const document = parseDocument(fs.readFileSync(path.join(root, `Pulumi.${base}.yaml`), "utf8"));
  for (const [keys, value] of settings) {
    const steps = ["config", ...keys];
    document.setIn(steps, document.createNode(value));
  }
  // The library pads `{ }` and `[ ]` alike; the shipped files pad only the first.
  const text = document.toString({ lineWidth: 0 }).replace(/\[ (.+) \]$/gm, "[$1]");
  const [, ...lines] = text.split("\n");
  return [
    "# yaml-language-server: $schema=../../configs/stack.schema.json",
    `# Generated from Pulumi.${base}.yaml by \`npm run generate\`, see docs/growing.md: ${name}.`,
    `# ${what}.`,
    ...lines,
  ].join("\n");
}

const shortly = ({ type, name }: PlannedResource) => `${type.split(":").at(-1)} ${name}`;
const inputsOf = ({ inputs }: PlannedResource) => inputs as Readonly<Record<string, unknown>>;

/** What an example's plan has that the shipped one's has not, line by line. */
function changes(before: PlannedStack, after: PlannedStack): string[] {
  const key = ({ type, name }: PlannedResource) => `${type} ${name}`;
  const old = new Map(before.plan.resources.map((each) => [key(each), each]));
  const lines: string[] = [];
  for (const resource of after.plan.resources) {
    const was = old.get(key(resource));
    old.delete(key(resource));
    if (was === undefined) {
      lines.push(`+ ${shortly(resource)}`);
      continue;
    }
    const now = inputsOf(resource);
    const then = inputsOf(was);
    const changed = [...new Set([...Object.keys(now), ...Object.keys(then)])]
      .filter((input) => JSON.stringify(now[input]) !== JSON.stringify(then[input]))
      .sort();
    if (changed.length > 0) lines.push(`~ ${shortly(resource)}: ${changed.join(", ")}`);
  }
  for (const gone of old.values()) lines.push(`- ${shortly(gone)}`);
  return lines.sort();
}

const usd = (value: number) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;

/** The lines of the bill that differ, as the bill names them. */
function billChanges(was: CostReport, now: CostReport): string[] {
  const usdOf = ({ items }: CostReport, id: string) =>
    items.find((item) => item.id === id)?.monthlyUsd ?? 0;
  const lines = new Map([...was.items, ...now.items].map(({ id, what }) => [id, what]));
  return [...lines]
    .map(([id, what]) => ({ what, by: usdOf(now, id) - usdOf(was, id) }))
    .filter(({ by }) => Math.abs(by) >= 0.005)
    .map(({ what, by }) => `$ ${what}: ${usd(by)}`);
}

/** The examples' stack files, what they change, and the page that shows them. */
export async function exampleFiles(
  root: string,
): Promise<{ readonly path: string; readonly content: string }[]> {
  const bases = {
    dev: await shippedPlan(root, "Pulumi.dev.yaml"),
    prod: await shippedPlan(root, "Pulumi.prod.yaml"),
  };
  const files: { path: string; content: string }[] = [];
  const rows: string[] = [];
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "lgtm-examples-"));
  try {
    for (const example of examples) {
      const { name, base } = example;
      const content = stackFile(root, example);
      fs.mkdirSync(path.join(folder, name));
      const file = path.join(folder, name, `Pulumi.${base}.yaml`);
      fs.writeFileSync(file, content);
      const after = await planOfFile(file);
      const [was, now] = [costOfPlan(bases[base].plan), costOfPlan(after.plan)];
      const fixed = now.fixedUsd - was.fixedUsd;
      const usage = now.usageUsd - was.usageUsd;
      files.push(
        { path: `examples/${name}/Pulumi.${base}.yaml`, content },
        {
          path: `examples/${name}/plan.txt`,
          content: [
            `Against Pulumi.${base}.yaml: USD a month fixed ${usd(fixed)}, usage ${usd(usage)}`,
            ...billChanges(was, now),
            ...changes(bases[base], after),
            "",
          ].join("\n"),
        },
      );
      const stack = `[${name}](../examples/${name}/Pulumi.${base}.yaml)`;
      const plan = `[plan](../examples/${name}/plan.txt)`;
      rows.push(
        `| ${stack}, ${plan} | ${example.what} | ${example.before} | ${usd(fixed)} | ${usd(usage)} |`,
      );
    }
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
  return [...files, { path: "docs/growing.md", content: page(rows) }];
}

const page = (rows: readonly string[]) =>
  [
    "# Growing",
    "",
    "Generated from `docs/examples.ts` by `npm run generate`: change that file, not this page.",
    "",
    "Each row is a shipped stack file with a few settings changed. `plan.txt` lists what differs: lines of the",
    "bill (`$`), what the plan adds (`+`), changes (`~`, with the inputs) and takes away (`-`). USD a month are by the plan's",
    "own table, as differences. ARNs, addresses and ids in the files are placeholders.",
    "`npm run plan -- examples/NAME/Pulumi.STACK.yaml` prints the whole plan.",
    "",
    "| example | what | before | fixed | usage |",
    "| --- | --- | --- | ---: | ---: |",
    ...rows,
    "",
  ].join("\n");
