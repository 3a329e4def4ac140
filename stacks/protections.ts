import type { StackConfig } from "../configs/stack/schema";

/** What a stack keeps when somebody deletes it, by mistake or not. */
export interface Protections {
  /** Buckets are protected and retained, the database leaves a snapshot. */
  readonly data: boolean;
  /** The database refuses to be deleted. */
  readonly database: boolean;
  /** The load balancer refuses to be deleted. */
  readonly loadBalancer: boolean;
  /** The load balancer's access logs are written. */
  readonly accessLogs: boolean;
  /**
   * Days in which a deleted secret can be restored. 0 where the stack must be gone at once and come back at once (S24);
   * otherwise the longest that Secrets Manager offers (API_DeleteSecret, RecoveryWindowInDays 7 to 30).
   */
  readonly secretRecoveryDays: number;
}

/** Prod protects what dev lets go, unless the stack file says otherwise. */
export function protections(config: StackConfig): Protections {
  const prod = config.environment === "prod";
  return {
    data: config.protectData,
    database: config.grafana.database.deletionProtection ?? prod,
    loadBalancer: config.ingress.deletionProtection ?? prod,
    accessLogs: config.ingress.accessLogs ?? prod,
    secretRecoveryDays: prod ? 30 : 0,
  };
}
