/**
 * Creations that fail alone, one after the other, each in an account of its own. As a program (`tsx test/engine/failAlone.ts
 * TYPE NAME …`) it does so in a process of its own: of a deployment that failed, the SDK keeps the program, which waits for
 * ever, and more than a hundred of them are more than a process may keep.
 */
import * as assert from "node:assert/strict";
import { deployed } from "./deployed";
import type { EngineError } from "./laneStack";
import { Lane } from "./lane";

/** `aws:ecs/service:Service lgtm-dev-grafana`, of everything that a complete dev stack has. */
export async function creations(): Promise<string[]> {
  const { lane } = await deployed("dev");
  return lane
    .account()
    .everything()
    .map(({ type, urn }) => `${type} ${urn?.split("::").at(-1)}`);
}

/** What an account holds, by its URNs. */
export const urns = (lane: Lane) =>
  lane
    .account()
    .everything()
    .map(({ urn }) => urn)
    .sort();

/** @throws Error where a failed creation leaves more than it should, or a second up does not complete the stack. */
export async function failAlone(creation: string): Promise<void> {
  const complete = await deployed("dev");
  const [type, name] = creation.split(" ");
  const lane = await Lane.open("failure");
  try {
    const stack = await lane.stack("dev");
    lane.control({ failures: [{ operation: "create", type, name, message: "Throttling" }] });
    const error = await stack.up().then(
      () => assert.fail(`${creation} was created`),
      (failure: unknown) => failure as EngineError,
    );
    assert.ok(error.diagnostics.includes("Throttling"), `${creation}: ${error.diagnostics}`);
    assert.ok(!urns(lane).some((urn) => urn?.endsWith(`${type}::${name}`)), creation);
    lane.control();
    await stack.up();
    assert.deepEqual(urns(lane), urns(complete.lane), creation);
    await stack.preview({ expectNoChanges: true });
  } finally {
    lane.close();
  }
}

async function main(words: readonly string[]): Promise<void> {
  for (let index = 0; index + 1 < words.length; index += 2) {
    await failAlone(`${words[index]} ${words[index + 1]}`);
    console.log(`${words[index]} ${words[index + 1]}`);
  }
}

if (require.main === module) {
  main(process.argv.slice(2)).then(
    () => process.exit(0),
    (error: unknown) => {
      console.error(error instanceof Error ? error.message : error);
      process.exit(1);
    },
  );
}
