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
