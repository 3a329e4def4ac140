import type { Policy } from "./policy";
import { policyOf } from "./policy";
import type { Rule } from "./rule";
import { iamDataRules } from "./rules/iamData";
import { iamDocumentRules } from "./rules/iamDocuments";
import { iamRoleRules } from "./rules/iamRoles";
import { iamSeenRules } from "./rules/iamSeen";
import { computeContainerRules } from "./rules/computeContainers";
import { computePlatformRules } from "./rules/computePlatform";
import { computeSecretRules } from "./rules/computeSecrets";
import { computeServiceRules } from "./rules/computeServices";
import { computeSurfaceRules } from "./rules/computeSurface";
import { computeTaskRules } from "./rules/computeTasks";
import { hygieneRules } from "./rules/hygiene";
import { hygieneSecretRules } from "./rules/hygieneSecrets";
import { ingressDoorRules } from "./rules/ingressDoors";
import { ingressGuardRules } from "./rules/ingressGuard";
import { ingressListenerRules } from "./rules/ingressListeners";
import { ingressServerRules } from "./rules/ingressServers";
import { ingressTargetRules } from "./rules/ingressTargets";
import { networkRules } from "./rules/network";
import { networkEndpointRules } from "./rules/networkEndpoints";
import { resilienceGossipRules } from "./rules/resilienceGossip";
import { resilienceHealthRules } from "./rules/resilienceHealth";
import { resilienceNameRules } from "./rules/resilienceNames";
import { resiliencePlacementRules } from "./rules/resiliencePlacement";
import { resilienceRingRules } from "./rules/resilienceRings";
import { resilienceSettingRules } from "./rules/resilienceSettings";
import { securityGroupClosureRules } from "./rules/securityGroupClosure";
import { securityGroupPeerRules } from "./rules/securityGroupPeers";
import { securityGroupWritingRules } from "./rules/securityGroupWriting";
import { acknowledgementRule, settingsRule } from "./rules/settings";
import { storageBucketRules } from "./rules/storageBuckets";
import { storageDatabaseRules } from "./rules/storageDatabase";
import { storageDoorRules } from "./rules/storageDoors";
import { storageOnceRules } from "./rules/storageOnce";
import { storageLifecycleRules } from "./rules/storageLifecycle";
import { watchRules } from "./rules/watch";
import { watchHeardRules } from "./rules/watchHeard";
import { Session, type SessionOptions } from "./session";

/** All rules of the pack, by subject. */
export const rules: readonly Rule[] = [
  ...securityGroupWritingRules,
  ...securityGroupPeerRules,
  ...securityGroupClosureRules,
  ...iamDocumentRules,
  ...iamRoleRules,
  ...iamDataRules,
  ...iamSeenRules,
  ...storageBucketRules,
  ...storageOnceRules,
  ...storageLifecycleRules,
  ...storageDatabaseRules,
  ...storageDoorRules,
  ...computeContainerRules,
  ...computeSecretRules,
  ...computeServiceRules,
  ...computeTaskRules,
  ...computePlatformRules,
  ...computeSurfaceRules,
  ...ingressGuardRules,
  ...ingressListenerRules,
  ...ingressTargetRules,
  ...ingressServerRules,
  ...ingressDoorRules,
  ...networkRules,
  ...networkEndpointRules,
  ...resilienceSettingRules,
  ...resilienceRingRules,
  ...resilienceGossipRules,
  ...resilienceNameRules,
  ...resilienceHealthRules,
  ...resiliencePlacementRules,
  ...hygieneRules,
  ...hygieneSecretRules,
  ...watchRules,
  ...watchHeardRules,
];

/**
 * The policies of one run, in the order in which they have to run: the shared settings first, what became of the
 * acknowledgements last.
 */
export function policies(options: SessionOptions = {}, chosen: readonly Rule[] = rules): Policy[] {
  const session = new Session(options);
  return [settingsRule, ...chosen, acknowledgementRule(session)].map((rule) =>
    policyOf(rule, session),
  );
}
