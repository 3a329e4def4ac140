import { applicationFacts } from "./factsApplication";
import { bootstrapFacts } from "./factsBootstrap";
import { foundationFacts } from "./factsFoundation";
import type { TypeFacts } from "./types";
import { watchFacts } from "./factsWatch";

/** Every resource type of the program, and how AWS answers it. */
export const facts: Readonly<Record<string, TypeFacts>> = {
  ...foundationFacts,
  ...applicationFacts,
  ...watchFacts,
  ...bootstrapFacts,
};
