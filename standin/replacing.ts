import { replacementFacts, replacingChanges } from "./replacement";
import type { Properties } from "./types";

/**
 * The changed properties that cannot change in place: those of the table, and those for which it depends on how they
 * change.
 *
 * @throws Error for a type that is not in the table: nobody may take its change for harmless.
 */
export function replacingProperties(type: string, olds: Properties, news: Properties): string[] {
  // The random provider computes once: anything else asked for is another random value.
  if (type.startsWith("random:")) return Object.keys(news);
  const onlyTags = replacementFacts[type] === undefined && sameButTags(olds, news);
  if (onlyTags) return [];
  return [
    ...replacingChanges(type, olds, news),
    ...(special[type]?.filter(({ replaces }) => replaces(olds, news)) ?? []).map(
      ({ property }) => property,
    ),
  ];
}

const sameButTags = (olds: Properties, news: Properties): boolean =>
  JSON.stringify({ ...olds, tags: undefined }) === JSON.stringify({ ...news, tags: undefined });

interface Special {
  readonly property: string;
  readonly replaces: (olds: Properties, news: Properties) => boolean;
}

const differs = (a: unknown, b: unknown) => JSON.stringify(a) !== JSON.stringify(b);

/** Without the times to live, which alone change in place. */
const fixedDns = ({ dnsConfig }: Properties) => {
  const { dnsRecords, ...rest } = (dnsConfig ?? {}) as Properties;
  return { ...rest, types: ((dnsRecords ?? []) as Properties[]).map(({ type }) => type) };
};

const special: Readonly<Record<string, readonly Special[]>> = {
  "aws:ecs/service:Service": [
    {
      // terraform-provider-aws internal/service/ecs/service.go, capacityProviderStrategyCustomizeDiff
      property: "capacityProviderStrategies",
      replaces: (olds, news) =>
        news["forceNewDeployment"] !== true &&
        differs(olds["capacityProviderStrategies"], news["capacityProviderStrategies"]),
    },
  ],
  "aws:servicediscovery/service:Service": [
    {
      // The same, internal/service/servicediscovery/service.go: namespace, policy and types of records.
      property: "dnsConfig",
      replaces: (olds, news) => differs(fixedDns(olds), fixedDns(news)),
    },
  ],
};
