import { requests } from "../shapes/requests";
import { requestMistakes } from "../shapes/validate";
import { containerRefusals } from "./containers";
import { databaseRefusals } from "./database";
import { documentRefusals } from "./documents";
import { ingressRefusals } from "./ingress";
import { inUseRefusals } from "./inUse";
import { nameRefusals } from "./names";
import { networkRefusals } from "./network";
import { referenceRefusals } from "./references";
import type { RefusalRule } from "./rule";
import { watchRefusals } from "./watch";

export type { RefusalRequest, RefusalRule } from "./rule";

/** Required members, enums, lengths and patterns of the API call, from AWS's own service models. */
const requestShape: RefusalRule = {
  id: "request-shape",
  source: "botocore's service models, see standin/shapes/generate.py",
  operations: ["create", "update"],
  types: Object.keys(requests),
  refuse: ({ inputs, target }) => {
    const rule = requests[target.type];
    if (rule === undefined) return undefined;
    const [mistake] = requestMistakes(rule.operation, rule.request(inputs));
    return mistake === undefined ? undefined : `ValidationException: ${mistake}`;
  },
};

/** Everything that the stand-in refuses, in the order in which AWS would notice it. */
export const refusals: readonly RefusalRule[] = [
  requestShape,
  ...documentRefusals,
  ...referenceRefusals,
  ...nameRefusals,
  ...containerRefusals,
  ...networkRefusals,
  ...ingressRefusals,
  ...databaseRefusals,
  ...watchRefusals,
  ...inUseRefusals,
];
