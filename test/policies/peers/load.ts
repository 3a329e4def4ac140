import * as fs from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";
import type { Peer } from "../../../policies/peers";
import type { Policy } from "../../../policies/policy";

/** A peer whose policies judge Pulumi's resources, and can therefore be run on the mutants as they are. */
export interface RunnablePeer {
  readonly peer: Peer;
  readonly policies: readonly Policy[];
}

/** Where each peer's policies are in a checkout of its sources. */
const sources = [
  { peer: "awsguard", folder: "pulumi-policy-aws/src", files: /^[a-z]\w+\.ts$/i },
  {
    peer: "compliance-policies",
    folder: "compliance-policies/vendor-aws/aws",
    files: /^index\.ts$/,
  },
] as const;

/**
 * Loads the peers from a folder with checkouts of their sources; `README.md` beside this file says how to make it.
 *
 * @throws Error where the folder lacks one.
 */
export const loadPeers = (folder: string): RunnablePeer[] =>
  sources.map(({ peer, folder: inside, files }) => {
    const place = path.resolve(folder, inside);
    const load = createRequire(path.join(place, "index.ts"));
    const found = new Set<Policy>();
    for (const file of fs.readdirSync(place).filter((name) => files.test(name)))
      collect(load(path.join(place, file)), found, new Set());
    return { peer, policies: [...found].sort((a, b) => a.name.localeCompare(b.name)) };
  });

/** Every policy that a module exports, itself or in namespaces inside it. */
function collect(exported: unknown, found: Set<Policy>, seen: Set<unknown>): void {
  if (typeof exported !== "object" || exported === null || seen.has(exported)) return;
  seen.add(exported);
  if ("validateResource" in exported || "validateStack" in exported) found.add(exported as Policy);
  else for (const inner of Object.values(exported) as unknown[]) collect(inner, found, seen);
}
