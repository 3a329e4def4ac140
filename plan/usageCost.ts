/** What a plan costs by being used: the lines of its expected load, as charges. */

import type { ExpectedLoad } from "../configs/stack/expectedLoad";
import type { Charge } from "./charges";
import type { LoadFacts } from "./workload/facts";
import { usageLines } from "./workload/usage";

/** A load, and what of a plan its cost depends on. */
export interface Workload {
  readonly expected: ExpectedLoad;
  readonly facts: LoadFacts;
}

/** Charges that depend on load. */
export function usageCharges({ expected, facts }: Workload): Charge[] {
  return usageLines(expected, facts).map(({ product, priceId, quantity, how }) => ({
    group: "usage",
    product,
    priceId,
    quantity,
    assumption: how,
  }));
}
