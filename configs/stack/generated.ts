import { Document } from "yaml";
import { allowedBy, type SchemaNode, settingsSchema } from "./describe";

/** Rows of the requirements that a section stands for; the longest matching path counts. */
const rows: Readonly<Record<string, string>> = {
  environment: "B1, G7",
  accountId: "A4",
  name: "S24",
  namespace: "S13",
  domain: "G2–G6",
  tags: "S12",
  cpuArchitecture: "S10",
  containerInsights: "D5",
  logRetentionDays: "S18",
  queryTimeoutSeconds: "S25",
  egress: "N5",
  execEnabled: "A4",
  ingestTokens: "G8",
  network: "N1–N3",
  "network.interfaceEndpoints": "N5",
  "network.flowLogs": "N5",
  "network.existing": "N6",
  ingress: "G1, G7",
  "ingress.auth": "G8",
  "ingress.tokenIds": "G8",
  "ingress.allowedCidrs": "G8",
  images: "S10",
  mimir: "S1",
  loki: "S2",
  memcached: "S3",
  tempo: "S4",
  pyroscope: "S5",
  grafana: "S6",
  "grafana.adminUser": "D2",
  "grafana.oidc": "D2",
  "grafana.database": "D3",
  "grafana.alerting": "D9",
  alloy: "S7",
  storage: "B1",
  "storage.tiering": "B4",
  "storage.metrics": "B3",
  "storage.logs": "B3",
  "storage.traces": "B3",
  "storage.profiles": "B3",
  collection: "D5",
  "collection.scrapeIntervalSeconds": "D7",
  "collection.clients": "D6",
  "collection.associateVpcs": "D6",
  "collection.assumeRoleArns": "A3",
  watch: "D9",
  schedule: "S19",
  expectedLoad: "X3",
};

const editorLine = "# yaml-language-server: $schema=./configs/stack.schema.json";

/** JSON Schema of a whole stack file, for editors: `# yaml-language-server: $schema=./configs/stack.schema.json`. */
export function stackFileSchema(): string {
  const { properties = {}, required = [] } = settingsSchema();
  const settings = Object.entries(properties).map(([key, node]) => [
    `lgtm:${key}`,
    key === "ingestTokens" ? encryptedTokens(node) : node,
  ]);
  const schema = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "A stack file of this project: Pulumi.STACK.yaml",
    type: "object",
    required: ["config"],
    additionalProperties: false,
    properties: {
      config: {
        type: "object",
        required: ["aws:region", ...required.map((key) => `lgtm:${key}`)],
        additionalProperties: false,
        patternProperties: { "^pulumi:": {} },
        properties: {
          "aws:region": {
            type: "string",
            description: "AWS region of the stack.",
            pattern: "^[a-z]{2}(-[a-z]+)+-\\d$",
          },
          ...(Object.fromEntries(settings) as object),
        },
      },
      secretsprovider: { type: "string", description: "Written by `pulumi stack init`." },
      encryptedkey: { type: "string", description: "Written by Pulumi." },
      encryptionsalt: { type: "string", description: "Written by Pulumi." },
      environment: { description: "Pulumi ESC environments." },
    },
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

/** In the file stands what `pulumi config set --secret --path` makes of a token. */
const encryptedTokens = (node: SchemaNode) => ({
  ...node,
  additionalProperties: {
    type: "object",
    required: ["secure"],
    additionalProperties: false,
    properties: { secure: { type: "string" } },
  },
});

/**
 * `Pulumi.yaml`. Its `config:` block lists each key that must be given or has a default: the engine demands every key
 * that is listed without one, so what may be left out altogether is not in it.
 */
export function projectFile(): string {
  const { properties = {}, required = [] } = settingsSchema();
  const config: Record<string, unknown> = {
    // Not awsx: the engine asks for a provider of a remote component too, and this one has nothing to configure; the
    // resources it makes get the explicit AWS provider of the program.
    "pulumi:disable-default-providers": { value: ["aws"] },
  };
  for (const [key, node] of Object.entries(properties)) {
    if (!required.includes(key) && node.default === undefined) continue;
    config[`lgtm:${key}`] = {
      type: typeOf(node),
      description: node.description ?? `Section ${key}: see docs/configuration.md.`,
      ...(node.default === undefined ? {} : { default: node.default }),
    };
  }
  const document = new Document({
    name: "lgtm",
    description: "Loki, Grafana, Tempo, Mimir, Pyroscope and Alloy on AWS ECS Fargate",
    runtime: {
      name: "nodejs",
      // tsx strips types; `npm test` checks them. ts-node would check all of @pulumi/aws at each preview.
      options: { packagemanager: "npm", typescript: false, nodeargs: "--import=tsx" },
    },
    main: "index.ts",
    config,
  });
  document.commentBefore = [
    " The block config: is made from configs/stack/schema.ts by `npm run generate`.",
    ` Settings of a stack are in Pulumi.STACK.yaml; every key is in docs/configuration.md.`,
  ].join("\n");
  return document.toString({ lineWidth: 0 });
}

/** Types of a project's configuration (sdk/go/common/workspace/project.json, simpleConfigType). */
function typeOf(node: SchemaNode): string {
  const literal = node.anyOf?.[0]?.const;
  if (typeof literal === "number") return "integer";
  return node.type ?? "string";
}

/** `docs/configuration.md`: every key with its type, default, meaning and row. */
export function configurationTable(): string {
  const { properties = {}, required = [] } = settingsSchema();
  const lines = [
    "# Configuration of a stack",
    "",
    "Made from `configs/stack/schema.ts` by `npm run generate`; do not edit.",
    "",
    "A stack is one file, `Pulumi.STACK.yaml`. Its settings stand below `config:`, each top-level key with `lgtm:` in",
    "front; `aws:region` is the one key of another namespace. Editors complete and check the file with the line",
    `\`${editorLine}\`. Rules across keys are in`,
    "`configs/stack/rules/`; `npm run plan -- STACK` reports every mistake at once.",
    "",
    "The only secrets in a stack file are `ingestTokens`, each encrypted by",
    "`pulumi config set --secret --path lgtm:ingestTokens.ID`; everything else that is secret is named by its ARN.",
    "Dates and the account id stand in quotes.",
    "",
  ];
  const scalars: string[] = [];
  const sections: string[] = [];
  for (const [key, node] of Object.entries(properties)) {
    const isRequired = required.includes(key);
    if (node.properties === undefined) scalars.push(row(key, key, node, isRequired));
    else
      sections.push(
        "",
        `## lgtm:${key}`,
        "",
        ...sectionNote(node),
        ...header,
        ...table(key, "", node),
      );
  }
  return [...lines, "## The stack", "", ...header, ...scalars, ...sections, ""].join("\n");
}

const header = ["| key | type | default | meaning | row |", "| --- | --- | --- | --- | --- |"];

const sectionNote = (node: SchemaNode) =>
  node.description === undefined ? [] : [node.description, ""];

/** The rows of a section and what is below it, with keys relative to the section. */
function table(section: string, prefix: string, node: SchemaNode): string[] {
  return Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
    const shown = prefix === "" ? key : `${prefix}.${key}`;
    const full = `${section}.${shown}`;
    if (child.properties !== undefined) {
      const optional = child.default === undefined && !(node.required ?? []).includes(key);
      return [
        ...(optional ? [row(shown, full, child, false)] : []),
        ...table(section, shown, child),
      ];
    }
    return [row(shown, full, child, (node.required ?? []).includes(key))];
  });
}

function row(shown: string, full: string, node: SchemaNode, isRequired: boolean): string {
  const type = node.properties === undefined ? allowedBy(node) : "a section";
  const fallback =
    node.default === undefined
      ? isRequired
        ? "**required**"
        : "–"
      : `\`${JSON.stringify(node.default)}\``;
  const cells = [`\`${shown}\``, type, fallback, node.description ?? "", rowOf(full)];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function rowOf(path: string): string {
  const steps = path.split(".");
  for (let length = steps.length; length > 0; length--) {
    const found = rows[steps.slice(0, length).join(".")];
    if (found !== undefined) return found;
  }
  return "";
}
