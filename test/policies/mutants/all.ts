import { computeMutants } from "./compute";
import { hygieneMutants } from "./hygiene";
import { iamMutants } from "./iam";
import { ingressMutants } from "./ingress";
import type { Mutant } from "./mutant";
import { networkMutants } from "./network";
import { outsidePlaceMutants } from "./outsidePlaces";
import { outsideTaskMutants } from "./outsideTasks";
import { resilienceMutants } from "./resilience";
import { securityGroupMutants } from "./securityGroups";
import { sneakyAccessMutants } from "./sneakyAccess";
import { sneakyNetworkMutants } from "./sneakyNetwork";
import { sneakyTaskMutants } from "./sneakyTasks";
import { storageMutants } from "./storage";
import { watchMutants } from "./watch";

/** Every mutant, by subject. */
export const mutants: readonly Mutant[] = [
  ...securityGroupMutants,
  ...iamMutants,
  ...storageMutants,
  ...computeMutants,
  ...ingressMutants,
  ...networkMutants,
  ...resilienceMutants,
  ...hygieneMutants,
  ...sneakyAccessMutants,
  ...sneakyNetworkMutants,
  ...sneakyTaskMutants,
  ...watchMutants,
  ...outsideTaskMutants,
  ...outsidePlaceMutants,
];
