import type * as pulumi from "@pulumi/pulumi";
import type { SecretId } from "../stacks/types";
import type { LgtmCluster } from "./lgtmCluster";
import type { LgtmDatabase } from "./lgtmDatabase";
import type { LgtmFirewall } from "./lgtmFirewall";
import type { LgtmImages } from "./lgtmImages";
import type { LgtmIngress } from "./lgtmIngress";
import type { LgtmNetwork } from "./lgtmNetwork";
import type { LgtmSecrets } from "./lgtmSecrets";
import type { LgtmStorage } from "./lgtmStorage";

/** What all products of a stack stand on. */
export interface Platform {
  readonly network: LgtmNetwork;
  readonly firewall: LgtmFirewall;
  readonly storage: LgtmStorage;
  readonly secrets: LgtmSecrets;
  readonly cluster: LgtmCluster;
  readonly ingress: LgtmIngress;
  /** Absent where Grafana keeps its state in its task. */
  readonly database?: LgtmDatabase;
  /** Absent where images come straight from their registries. */
  readonly images?: LgtmImages;
}

/** What a service takes from the platform; the plugin has only ids to fill it with. */
export interface ServicePlatform {
  readonly network: Pick<LgtmNetwork, "privateSubnetIds" | "wayOut">;
  readonly firewall: Pick<LgtmFirewall, "groupsOf" | "rulesOf">;
  readonly storage: Pick<LgtmStorage, "safeguards">;
  readonly secrets: {
    arnOf(id: SecretId): pulumi.Output<string>;
    /** Undefined where the secret was made elsewhere. */
    versionOf(id: SecretId): pulumi.Resource | undefined;
  };
  readonly cluster: Pick<LgtmCluster, "clusterArn" | "clusterName" | "namespaceId" | "capacity">;
  readonly ingress: Pick<LgtmIngress, "targetGroupArn" | "rulesTo">;
  readonly database?: Pick<LgtmDatabase, "address">;
  readonly images?: Pick<LgtmImages, "cache">;
}
