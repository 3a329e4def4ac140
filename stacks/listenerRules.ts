import { endpoints } from "./endpoints";
import { exposuresOf, type IngressConfig } from "./exposures";
import type { Catalog, Exposure, RoleId } from "./types";

/**
 * Fixed quotas of an Application Load Balancer that shape the rules.
 * Source: docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html ("Condition Values per
 * Rule" 5, "Condition Wildcards per Rule" 5 in its rule-condition pages, rules per load balancer 100) and
 * .../listener-rules.html (three values per condition, priorities 1 to 50,000).
 */
export const listenerLimits = {
  valuesPerRule: 5,
  valuesPerCondition: 3,
  wildcardsPerRule: 5,
  rulesPerLoadBalancer: 100,
  maxPriority: 50_000,
} as const;

/**
 * G8: one or two tokens, both valid while rotating. Room for two is always kept: a rule that had to give up addresses
 * for the second token would refuse their pushes (404 is not retried) until the next rule exists.
 */
const RESERVED_TOKEN_VALUES = 2;

/** One rule of the HTTPS listener. All conditions must hold. */
export interface ListenerRuleSpec {
  /** Stable name: the exposure's id and the rule's place in it, such as `mimir-1`. */
  readonly name: string;
  readonly priority: number;
  /** Full host names. */
  readonly hosts: readonly string[];
  readonly paths: readonly string[];
  /** Source address blocks that may pass; absent = all. */
  readonly sourceCidrs?: readonly string[];
  /** The request must carry one of the ingest tokens as `Authorization: Bearer …`. */
  readonly needsToken: boolean;
  readonly action:
    { readonly kind: "forward"; readonly exposureId: string } | { readonly kind: "notFound" };
}

/** Rows G2–G8: the rules of the listener, by priority. What no rule takes is answered with 404 by the listener itself. */
export function listenerRules(catalog: Catalog, config: IngressConfig): ListenerRuleSpec[] {
  const exposures = catalog.products
    .flatMap((product) => product.roles)
    .flatMap((role) => role.exposures);
  return rulesFor(exposures, config);
}

/** How many rules a stack file leads to; needs no catalog, so that the limit can be checked with the file. */
export function listenerRuleCount(config: IngressConfig): number {
  const roles = Object.keys(endpoints) as RoleId[];
  return rulesFor(
    roles.flatMap((role) => exposuresOf(config, role)),
    config,
  ).length;
}

function rulesFor(exposures: readonly Exposure[], config: IngressConfig): ListenerRuleSpec[] {
  return exposures
    .flatMap((exposure) => rulesOfExposure(exposure, config))
    .sort((a, b) => a.priority - b.priority);
}

function rulesOfExposure(exposure: Exposure, config: IngressConfig): ListenerRuleSpec[] {
  const hosts = [`${exposure.host}.${config.domain}`];
  const { auth, allowedCidrs } = config.ingress;
  const needsToken = exposure.guarded && (auth === "token" || auth === "both");
  const byAddress = exposure.guarded && (auth === "cidr" || auth === "both");

  const hidden = chunks(exposure.hiddenPaths ?? [], listenerLimits.valuesPerCondition).map(
    (paths) => ({
      paths,
      needsToken: false,
      action: { kind: "notFound" as const },
    }),
  );
  const budget =
    listenerLimits.valuesPerRule - hosts.length - (needsToken ? RESERVED_TOKEN_VALUES : 0);
  const shape = shapeOf(exposure.paths.length, budget, byAddress);
  // Addresses outside, paths inside: an appended address block comes last and renumbers no rule before it. Without an
  // allowed address nothing may pass: no rule, so the listener's 404 answers.
  const forwarding = (byAddress ? chunks(allowedCidrs, shape.cidrs) : [undefined]).flatMap(
    (sourceCidrs) =>
      chunks(exposure.paths, shape.paths).map((paths) => ({
        paths,
        ...(sourceCidrs === undefined ? {} : { sourceCidrs }),
        needsToken,
        action: { kind: "forward" as const, exposureId: exposure.id },
      })),
  );
  return [
    ...hidden.map((rule, index) => ({
      ...rule,
      hosts,
      name: `${exposure.id}-hidden-${index + 1}`,
      priority: exposure.priority + index,
    })),
    ...forwarding.map((rule, index) => ({
      ...rule,
      hosts,
      name: `${exposure.id}-${index + 1}`,
      priority: exposure.priority + hidden.length + index,
    })),
  ];
}

/**
 * How many paths and how many address blocks share a rule: the fewest rules per address block. It does not depend on
 * how many blocks there are, so that one more block adds a rule and reshapes none.
 */
function shapeOf(
  pathCount: number,
  budget: number,
  byAddress: boolean,
): { paths: number; cidrs: number } {
  const most = listenerLimits.valuesPerCondition;
  if (!byAddress) return { paths: Math.min(most, budget, pathCount), cidrs: 0 };
  const shapes = [];
  for (let paths = Math.min(most, budget - 1, pathCount); paths >= 1; paths--) {
    shapes.push({ paths, cidrs: Math.min(most, budget - paths) });
  }
  const rulesPerBlock = (shape: { paths: number; cidrs: number }) =>
    Math.ceil(pathCount / shape.paths) / shape.cidrs;
  return shapes.reduce((best, shape) =>
    rulesPerBlock(shape) < rulesPerBlock(best) ? shape : best,
  );
}

function chunks<T>(values: readonly T[], size: number): T[][] {
  const result: T[][] = [];
  for (let start = 0; start < values.length; start += size)
    result.push(values.slice(start, start + size));
  return result;
}
