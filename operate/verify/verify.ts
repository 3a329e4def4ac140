import { type CheckResult, runChecks } from "../check";
import type { Clients } from "../clients";
import type { Expected } from "./expected";
import { judge, type Verdict } from "./judge";
import { hostChecks, privateNameChecks, type ResolveAddresses } from "./names";
import { observe } from "./observe";

export interface VerifyOptions {
  readonly clients: Clients;
  /** How long ECS may still be at work before red is red. */
  readonly timeoutSeconds: number;
  /** Pause between two looks. Default 10. */
  readonly intervalSeconds?: number;
  /** Public hosts that must lead to the load balancer. */
  readonly hosts?: readonly string[];
  /** Private name → Cloud Map service; only where this runs inside the VPC. */
  readonly privateNames?: (
    seen: Awaited<ReturnType<typeof observe>>,
  ) => Readonly<Record<string, string>>;
  readonly resolve: ResolveAddresses;
  /** Told between two looks. */
  readonly onWait?: (red: number, secondsLeft: number) => void;
}

/**
 * Whether a deployment is what it claims to be. A service that ECS rolled back is green for `pulumi up`: its steady state
 * is that of the revision before.
 *
 * @returns every service's finding, red ones only after ECS had its time.
 */
export async function verify(expected: Expected, options: VerifyOptions): Promise<CheckResult[]> {
  const { clients, timeoutSeconds, intervalSeconds = 10 } = options;
  const deadline = Date.now() + timeoutSeconds * 1000;
  let seen = await observe(expected, clients);
  let verdict: Verdict = judge(expected, seen);
  while (verdict.unsettled && Date.now() + intervalSeconds * 1000 <= deadline) {
    const red = verdict.results.filter(({ outcome }) => outcome === "failed").length;
    options.onWait?.(red, Math.round((deadline - Date.now()) / 1000));
    await new Promise((resolve) => setTimeout(resolve, intervalSeconds * 1000));
    seen = await observe(expected, clients);
    verdict = judge(expected, seen);
  }
  const names = await runChecks([
    ...(expected.loadBalancerDnsName === undefined
      ? []
      : hostChecks(options.hosts ?? [], expected.loadBalancerDnsName, options.resolve)),
    ...privateNameChecks(options.privateNames?.(seen) ?? {}, seen, options.resolve),
  ]);
  return [...verdict.results, ...names];
}
