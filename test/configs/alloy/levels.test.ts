import assert from "node:assert/strict";
import {
  bracketPattern,
  candidates,
  jsonLevelPaths,
  levelOf,
  levels,
  levelStages,
  logfmtLevelKeys,
  notJsonSelector,
  unknownLevel,
  wordPattern,
} from "../../../configs/alloy/levels";
import { renderAlloy } from "../../../configs/alloy/syntax";
import { find, textIn, valueIn } from "./graph";
import cases from "./levelCases.json";

interface Case {
  readonly line: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly want: string;
}

/** Go writes a named group with a P; the rest of the two patterns is the same in both. */
const go = (pattern: string): RegExp => new RegExp(pattern.replaceAll("(?P<", "(?<"));

function jsonLevel(line: string): string | undefined {
  let tree: unknown;
  try {
    tree = JSON.parse(line);
  } catch {
    return undefined;
  }
  for (const path of jsonLevelPaths) {
    const steps = path.startsWith('"') ? [path.slice(1, -1)] : path.split(".");
    const found = steps.reduce<unknown>(
      (node, step) => (node as Record<string, unknown> | undefined)?.[step],
      tree,
    );
    // What is no text is written as JSON into it: 30 stays 30, and a map is no level.
    if (found !== undefined) return typeof found === "string" ? found : JSON.stringify(found);
  }
  return undefined;
}

const logfmtLevel = (line: string): string | undefined =>
  /^\s*\{/.test(line)
    ? undefined
    : logfmtLevelKeys
        .map((key) => new RegExp(`(?:^|\\s)${key}=(\\S+)`).exec(line)?.[1])
        .filter((one) => one !== undefined)
        .at(-1);

/** What the stages do, in the words of this language. Alloy 1.18.1's own stage code gave the same for every case. */
function levelOfLine({ line, labels }: Case, used: readonly string[] = candidates): string {
  const given: Record<string, string | undefined> = {
    level_bracket: go(bracketPattern).exec(line)?.groups?.level_bracket,
    level_word: go(wordPattern).exec(line)?.groups?.level_word,
    level_logfmt: logfmtLevel(line),
    level_json: jsonLevel(line),
  };
  const found = (labels?.level === undefined ? used.map((name) => given[name]) : [labels.level])
    .map((one) => levelOf[one?.toLowerCase() ?? ""])
    .filter((one) => one !== undefined);
  return found.at(-1) ?? unknownLevel;
}

describe("level of log lines (D6)", () => {
  for (const one of cases as readonly Case[]) {
    it(`D6: ${JSON.stringify(one.line)}${one.labels ? ` with ${JSON.stringify(one.labels)}` : ""} is ${one.want}`, () => {
      assert.equal(levelOfLine(one), one.want);
    });
  }

  it("D6: the cases reach every level and every place where a level is looked for", () => {
    const wanted = new Set((cases as readonly Case[]).map(({ want }) => want));
    assert.deepEqual([...wanted].sort(), [...levels, unknownLevel].sort());
    for (const place of candidates) {
      const others = candidates.filter((name) => name !== place);
      assert.ok(
        (cases as readonly Case[]).some((one) => levelOfLine(one, others) !== one.want),
        `no case needs ${place}`,
      );
    }
  });

  it("D6: the stages are built from the rules that the cases are judged by", () => {
    const stages = levelStages();
    const text = renderAlloy("x", stages);
    assert.deepEqual(
      stages.map(({ name }) => name),
      ["stage.json", "stage.match", "stage.regex", "stage.regex", "stage.template", "stage.labels"],
    );
    assert.ok(text.includes(`\`${jsonLevelPaths.join(" || ")}\``));
    assert.ok(text.includes(`\`${bracketPattern}\``));
    assert.ok(text.includes(`\`${wordPattern}\``));
    const template = textIn(find(stages, "stage.template"), "template");
    for (const [spelling, level] of Object.entries(levelOf)) {
      assert.ok(template.includes(`"${spelling}" "${level}"`), spelling);
    }
    assert.ok(template.includes(`list ${candidates.map((name) => `.${name}`).join(" ")} `));
    assert.deepEqual(valueIn(find(stages, "stage.labels"), "values"), {
      kind: "map",
      entries: { level: "level_found" },
    });
  });

  it("D6: logfmt is tried only on lines that are not JSON, with and without the label app", () => {
    const match = find(levelStages(), "stage.match")!;
    assert.equal(valueIn(match, "selector"), notJsonSelector);
    assert.equal(notJsonSelector, '{app=~".*"} !~ "^\\\\s*\\\\{"');
    assert.deepEqual(
      match.body.filter((one) => one.kind === "block").map(({ name }) => name),
      logfmtLevelKeys.map(() => "stage.logfmt"),
    );
  });

  it("D6: labels have one spelling per level, in lower case", () => {
    for (const level of Object.values(levelOf)) assert.equal(level, level.toLowerCase());
    assert.deepEqual([...new Set(Object.values(levelOf))].sort(), [...levels].sort());
  });
});
