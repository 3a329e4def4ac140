import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { z } from "zod";

/** One edit of a file of the project that must turn a requirement's test red. */
const changeSchema = z.strictObject({
  file: z.string(),
  /** Text that stands exactly once in the file. */
  find: z.string().min(1),
  replace: z.string(),
});

const rowSchema = z.strictObject({
  id: z.string().regex(/^[A-Z]\d+$/),
  text: z.string().min(1),
  code: z.array(z.string()).optional(),
  test: z.string().optional(),
  change: changeSchema.optional(),
  later: z.string().optional(),
});

const requirementsSchema = z.array(
  z.strictObject({ section: z.string(), rows: z.array(rowSchema).min(1) }),
);

export type Row = z.output<typeof rowSchema>;
export type Requirements = z.output<typeof requirementsSchema>;

/** Reads `docs/requirements.yaml`. @throws z.ZodError where it has the wrong shape. */
export function readRequirements(root: string): Requirements {
  return requirementsSchema.parse(
    parse(fs.readFileSync(path.join(root, "docs/requirements.yaml"), "utf8")),
  );
}

/** Titles of the tests in a file that cite a row: `it("N1: …")`. */
export function testsCiting(root: string, row: Row): string[] {
  if (row.test === undefined) return [];
  const source = fs.readFileSync(path.join(root, row.test), "utf8");
  return [...source.matchAll(/\bit\(\s*["'`]([^"'`]*)["'`]/g)]
    .map((match) => match[1] ?? "")
    .filter((title) => title.startsWith(`${row.id}:`));
}

/** Text of `docs/requirements.md`. */
export function requirementsPage(requirements: Requirements): string {
  const lines = [
    "# Requirements",
    "",
    "<!-- Generated from docs/requirements.yaml by `npm run generate`. Do not edit. -->",
    "",
    "Every row has a test whose title starts with the row's id, and names one change to the program that turns that",
    "test red; `npm run test:rows` applies each change and looks.",
    "",
  ];
  for (const { section, rows } of requirements) {
    lines.push(`## ${section}`, "", "| id | what | code | test |", "| --- | --- | --- | --- |");
    for (const row of rows) {
      const code = (row.code ?? []).map(link).join(", ");
      const test = row.test === undefined ? (row.later ?? "") : link(row.test);
      lines.push(`| ${row.id} | ${row.text.replace(/\|/g, "\\|")} | ${code} | ${test} |`);
    }
    lines.push("");
  }
  return lines.join("\n");
}

const link = (file: string) => `[${file}](../${file})`;
