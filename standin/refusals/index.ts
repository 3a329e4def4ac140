import type { RefusalRule } from "./rule";

export type { RefusalRequest, RefusalRule } from "./rule";

/** Everything that the stand-in refuses, in the order in which AWS would notice it. */
export const refusals: readonly RefusalRule[] = [];
