import { createHash } from "node:crypto";
import { facts } from "./facts";
import type { AnswerContext, CreateAnswer, CreateRequest, Properties, TypeFacts } from "./types";

/**
 * Answers a create as the provider would: the id and outputs of the shape AWS gives, the same for the same resource
 * every time.
 *
 * @throws Error for a type that is not described: a resource nobody described must not pass as planned.
 */
export function create(request: CreateRequest): CreateAnswer {
  const known = facts[request.type];
  if (known === undefined) {
    throw new Error(
      `the stand-in does not know ${request.type} (resource ${request.name}): describe it in standin/facts.ts`,
    );
  }
  const generation = request.generation ?? 0;
  const hash = hashOf(request, generation);
  const inputs = { ...request.inputs, ...autoName(known, request, hash) };
  const context: AnswerContext = {
    inputs,
    name: request.name,
    place: request.place,
    hash,
    generation,
  };
  const id = known.id(context);
  return {
    id,
    outputs: { ...inputs, ...tags(known, request), ...known.outputs?.({ ...context, id }) },
  };
}

/** Hex digits that are the same for the same resource of the same account every time. */
function hashOf(
  { place, urn }: Pick<CreateRequest, "place" | "urn">,
  generation: number,
): (digits: number) => string {
  const digest = createHash("sha256")
    .update(`${place.accountId}|${urn}${generation === 0 ? "" : `|${generation}`}`)
    .digest("hex");
  return (digits) => digest.slice(0, digits);
}

/**
 * The property that Pulumi names by itself, and the name: the logical one and seven random digits.
 *
 * @returns undefined for a type that is not auto-named.
 */
export function automaticName(
  request: Pick<CreateRequest, "place" | "urn" | "type" | "name">,
  generation: number,
): { readonly property: string; readonly value: string } | undefined {
  const property = facts[request.type]?.autoName?.property;
  return property === undefined
    ? undefined
    : { property, value: `${request.name}-${hashOf(request, generation)(7)}` };
}

function autoName(
  known: TypeFacts,
  request: CreateRequest,
  hash: (digits: number) => string,
): Properties {
  if (known.autoName === undefined) return {};
  const { property, maxLength } = known.autoName;
  const given = request.inputs[property];
  if (given !== undefined) {
    const length = typeof given === "string" ? given.length : 0;
    if (length > maxLength) {
      throw new Error(
        `${property} of ${request.name} has ${length} characters; AWS allows ${maxLength}`,
      );
    }
    return {};
  }
  const value = `${request.name}-${hash(7)}`;
  if (value.length > maxLength) {
    throw new Error(
      `auto-named ${property} of ${request.name} would have ${value.length} characters; AWS allows ${maxLength}`,
    );
  }
  return { [property]: value };
}

const tags = (known: TypeFacts, request: CreateRequest): Properties =>
  known.taggable === true
    ? { tagsAll: { ...request.defaultTags, ...(request.inputs["tags"] as object | undefined) } }
    : {};
