import { peersOf, type Peer } from "../../../policies/peers";
import type { Mutant } from "./mutant";

/** Number of mutants with a finding that some rule of the peer speaks about. */
export const seenBy = (peer: Peer, mutants: readonly Mutant[]): number =>
  mutants.filter(({ expected }) =>
    expected.some((finding) => peersOf(finding).some((rule) => rule.peer === peer)),
  ).length;
