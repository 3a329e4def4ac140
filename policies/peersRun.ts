import run from "./data/peersRun.json";
import type { Peer } from "./peers";

/** What a peer found when it was run on the mutants. */
export interface PeerRun {
  readonly peer: Peer;
  /** Policies that it has. */
  readonly rules: number;
  /** Policies that failed instead of judging. */
  readonly failing: readonly string[];
  /** Findings on the shipped plans, which are no mutants: what its users would have to look through. */
  readonly onShipped: Readonly<Record<"dev" | "prod", number>>;
  /** Mutant → rules that found something on it that they do not find on the plan it was made from. */
  readonly seen: Readonly<Record<string, readonly string[]>>;
}

/** Written by `test/policies/peers/main.ts`. */
export interface PeersRun {
  readonly date: string;
  /** Mutants that there were. */
  readonly mutants: number;
  readonly peers: readonly PeerRun[];
}

/** The compiler takes each name in the file for a property of its own. */
export const peersRun = run as unknown as PeersRun;
