import { givenNames } from "../stacks/names";
import { alarms } from "../stacks/watchAlarms";
import { deliveryAlarms, events } from "../stacks/watchEvents";
import { type Deployed, type Document, document, resourcesOf, scoped } from "./access";

/** Tag that every resource of a stack carries, with the stack's name: index.ts sets it for all. */
export const NAME_TAG = "lgtm:name";

/** Services whose patterns are nothing but the stack's name: `lgtm-*` is also what `lgtm-dev-…` matches. */
export const byNameAlone = [
  "budgets",
  "cloudwatch",
  "ecs",
  "elasticloadbalancing",
  "events",
  "rds",
  "sns",
];

/**
 * What a stack's deployment must leave alone although the patterns of its names match: the things of stacks whose names
 * begin with its own. `lgtm` may change `lgtm-*`, and `lgtm-dev` is another stack's.
 *
 * @param all Stacks of the account.
 * @returns nothing where no other stack is named so
 */
export function namesakesDocument(
  { config }: Deployed,
  all: readonly Deployed[],
): { readonly namesakes?: Document } {
  const namesakes = all.filter((other) => other.config.name.startsWith(`${config.name}-`));
  if (namesakes.length === 0) return {};
  // Roles are named one by one, never by a pattern.
  const services = scoped.filter((service) => service !== "iam");
  return {
    namesakes: document([
      {
        Sid: "OthersOfTheName",
        Effect: "Deny",
        Action: services.map((service) => `${service}:*`),
        Resource: namesakes.flatMap((other) =>
          services.flatMap((service) => resourcesOf(service, other)),
        ),
      },
    ]),
  };
}

/**
 * Keeps a deploy role off what carries another stack's name as a tag, whatever its other policies allow: networks,
 * security groups and Cloud Map have no names in their ARNs, and are held to the region only.
 *
 * Source: docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html ("Controlling access to AWS resources")
 *
 * @param all Stacks of the account; those of the same name, in another region, are told apart by the region.
 * @returns nothing where there is no other stack.
 */
export function apartDocument(
  { config }: Deployed,
  all: readonly Deployed[],
): { readonly apart?: Document } {
  const others = all.map((other) => other.config.name).filter((name) => name !== config.name);
  if (others.length === 0) return {};
  return {
    apart: document([
      {
        Sid: "OthersByTag",
        Effect: "Deny",
        Action: ["*"],
        Resource: ["*"],
        Condition: { StringEquals: { [`aws:ResourceTag/${NAME_TAG}`]: others } },
      },
    ]),
  };
}

/** Names beside those of {@link givenNames} in the services of {@link byNameAlone}, without the stack's. */
function alsoNamed({ config, catalog }: Deployed): string[] {
  const specs = events(catalog, config);
  return [
    ...[...alarms(catalog, config), ...deliveryAlarms(specs, config), ...specs].map(({ id }) => id),
    // Of the database, and of the budget.
    "postgres",
    "monthly",
  ];
}

/**
 * Why two stacks cannot share an account: what the one is called is how names of the other's things begin, so nothing
 * tells them apart.
 */
export function nameClash(own: Deployed, other: Deployed): string | undefined {
  const { name } = own.config;
  if (!other.config.name.startsWith(`${name}-`)) return undefined;
  const mine = [
    ...givenNames(own.catalog, own.config).map((given) => given.name),
    ...alsoNamed(own).map((each) => `${name}-${each}`),
  ];
  const clash = mine.find((each) => `${each}-`.startsWith(`${other.config.name}-`));
  return clash === undefined
    ? undefined
    : `lgtm-bootstrap:stacks: ${own.config.stack} is named ${name} and has ${clash}, which reads as a thing of ` +
        `${other.config.stack}, named ${other.config.name}; name one of them otherwise, or give it an account of its own`;
}
