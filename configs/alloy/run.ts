import type { StackConfig } from "../stack/schema";
import { portNumbers } from "../../stacks/endpoints";
import type { RoleId } from "../../stacks/types";

export type AlloyRoleId = Extract<RoleId, `alloy-${string}`>;

/** The configuration file of both roles, inside the container. */
export const alloyConfigPath = "/etc/lgtm/config.alloy";
/** Write-ahead log of metrics; gone with the task. */
export const alloyStoragePath = "/data";

/** Arguments of the image's entry point, `/bin/alloy`. */
export function alloyArgs(role: AlloyRoleId, config: StackConfig): string[] {
  return [
    "run",
    alloyConfigPath,
    // The default is 127.0.0.1: neither the collector's scrape nor a health check from outside would reach it.
    `--server.http.listen-addr=0.0.0.0:${portNumbers.alloyHttp}`,
    `--storage.path=${alloyStoragePath}`,
    "--disable-reporting",
    `--stability.level=${stabilityLevel(role, config)}`,
  ];
}

/**
 * The flag holds for the whole process, so experimental features are let in only where the receiver of CloudWatch Logs
 * needs them: at the default level Alloy exits at once when it meets that component (measured).
 */
export function stabilityLevel(
  role: AlloyRoleId,
  config: StackConfig,
): "generally-available" | "experimental" {
  return role === "alloy-collector" && config.collection.logGroups.length > 0
    ? "experimental"
    : "generally-available";
}
