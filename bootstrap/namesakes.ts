import { type Deployed, type Document, document, resourcesOf, scoped } from "./access";

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
