import * as fs from "node:fs";
import * as path from "node:path";
import { loadStackFile, stacksIn } from "../configs/stack/load";
import { configurationTable, projectFile, stackFileSchema } from "../configs/stack/generated";
import { dashboardFiles, GENERATED as DASHBOARDS } from "../dashboards/files";
import { renderedFiles } from "../plan/files";
import { pluginSchema } from "../plugin/schema";
import { rules } from "../policies/index";
import { policiesPage } from "../policies/page";
import { buildCatalog } from "../stacks/catalog";
import { sendingGuide } from "../stacks/sendingGuide";
import { dashboardsPage } from "./dashboardsPage";
import { billsElsewhere, capacityPageWith, costPageWith, worthIt } from "./costAndCapacity";
import { readRequirements, requirementsPage } from "./requirements";
import { exampleFiles } from "./examples";
import { measuredFile } from "./measured";
import { readmeWith } from "./readme";
import { rehearsalPage } from "./experiments";

export interface GeneratedFile {
  /** Relative to the project's root. */
  readonly path: string;
  readonly content: string;
}

/** Every file of the repository that follows from another one. A test holds them equal. */
export async function generatedFiles(root: string): Promise<GeneratedFile[]> {
  // The SDK notes a stack trace on every promise it makes: most of the time that the plans of these pages take.
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return await allFiles(root);
  } finally {
    Error.stackTraceLimit = limit;
  }
}

async function allFiles(root: string): Promise<GeneratedFile[]> {
  const page = (file: string) => fs.readFileSync(path.join(root, file), "utf8");
  const bills = await billsElsewhere(root);
  return [
    ...dashboardFiles(),
    measuredFile(root),
    { path: "Pulumi.yaml", content: projectFile() },
    { path: "configs/stack.schema.json", content: stackFileSchema() },
    { path: "plugin/schema.json", content: await pluginSchema() },
    { path: "docs/configuration.md", content: configurationTable() },
    { path: "docs/requirements.md", content: requirementsPage(readRequirements(root)) },
    { path: "docs/policies.md", content: policiesPage(rules) },
    {
      path: "docs/dashboards.md",
      content: dashboardsPage(loadStackFile(path.join(root, "Pulumi.prod.yaml"))),
    },
    {
      path: "docs/sending.md",
      content: sendingGuide(loadStackFile(path.join(root, "Pulumi.prod.yaml"))),
    },
    {
      path: "README.md",
      content: await readmeWith(root, page("README.md"), { elsewhere: worthIt(bills) }),
    },
    {
      path: "docs/cost.md",
      content: costPageWith(page("docs/cost.md"), bills),
    },
    {
      path: "docs/capacity.md",
      content: capacityPageWith(root, page("docs/capacity.md")),
    },
    {
      path: "docs/rehearsal.md",
      content: rehearsalPage(root, page("docs/rehearsal.md")),
    },
    { path: "examples/office-hours/Pulumi.dev.yaml", content: officeHours(root) },
    ...(await exampleFiles(root)),
    ...stacksIn(root).flatMap((stack) => goldenFiles(root, stack)),
  ];
}

/** The dev stack with its commented-out schedule in force. */
function officeHours(root: string): string {
  const dev = fs.readFileSync(path.join(root, "Pulumi.dev.yaml"), "utf8");
  const [editorLine, ...lines] = dev.split("\n");
  const start = lines.findIndex((line) => line.trim() === "# lgtm:schedule:");
  if (start < 0) throw new Error("Pulumi.dev.yaml has no commented-out lgtm:schedule");
  let end = start;
  while (lines[end]?.startsWith("  # ") === true) end++;
  return [
    editorLine?.replace("./configs", "../../configs"),
    "# Generated from Pulumi.dev.yaml by `npm run generate`: the same stack, in office hours only.",
    ...lines.slice(0, start - 1),
    "  # Every service is scaled to nothing outside these hours.",
    ...lines.slice(start, end).map((line) => line.replace("  # ", "  ")),
    ...lines.slice(end),
  ].join("\n");
}

/** Folder of the rendered configurations that are reviewed in diffs. */
export const GOLDEN = "golden";

/** Every rendered configuration of a shipped stack: what a change does to the servers is seen in its diff. */
function goldenFiles(root: string, stack: string): GeneratedFile[] {
  const config = loadStackFile(path.join(root, `Pulumi.${stack}.yaml`));
  return (
    renderedFiles(buildCatalog(config))
      // The same for every stack, and in dashboards/generated/ already.
      .filter((file) => !file.path.includes("/dashboards/LGTM/"))
      .map((file) => ({
        path: path.posix.join(GOLDEN, stack, file.path),
        content: file.content,
      }))
  );
}

/** Golden files and dashboards that no generator makes any more. */
export function strayGoldenFiles(root: string, generated: readonly GeneratedFile[]): string[] {
  const known = new Set(generated.map((file) => file.path));
  return [GOLDEN, DASHBOARDS]
    .map((folder) => path.join(root, folder))
    .filter((folder) => fs.existsSync(folder))
    .flatMap((folder) => fs.readdirSync(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .filter((file) => !known.has(file));
}
