import { specialSecretSig, specialSigKey } from "@pulumi/pulumi/runtime/rpc";
import type { Judged, JudgedResource } from "./judge";
import { isRecord, SECRET_MASK } from "./value";

/** A stack's state as `pulumi stack export` writes it: format version 3. */
export interface StateFile {
  readonly version: 3;
  readonly deployment: {
    readonly manifest: object;
    readonly resources: readonly object[];
  };
}

/**
 * What a state holds, in the shape that the rules judge. Secrets that the file does not show become
 * a mask, pending deletions are left out.
 *
 * @throws Error where the text is no exported state.
 */
export function judgedState(text: string): Judged {
  const state: unknown = JSON.parse(text);
  const deployment = isRecord(state) ? state["deployment"] : undefined;
  const resources = isRecord(deployment) ? deployment["resources"] : undefined;
  if (!Array.isArray(resources)) {
    throw new Error("this is no exported state: `pulumi stack export --file FILE` writes one");
  }
  return {
    resources: resources.filter(isLiving).map((resource): JudgedResource => {
      const urn = String(resource["urn"]);
      return {
        urn,
        type: String(resource["type"]),
        name: urn.slice(urn.lastIndexOf("::") + 2),
        parent: textOf(resource["parent"]),
        custom: resource["custom"] === true,
        id: textOf(resource["id"]),
        provider: textOf(resource["provider"]),
        inputs: bag(resource["inputs"]),
        outputs: bag(resource["outputs"]),
        dependencies: texts(resource["dependencies"]),
        propertyDependencies: Object.fromEntries(
          Object.entries(bag(resource["propertyDependencies"])).map(([key, urns]) => [
            key,
            texts(urns),
          ]),
        ),
        protect: resource["protect"] === true,
        ignoreChanges: texts(resource["ignoreChanges"]),
      };
    }),
  };
}

/**
 * A state file with the resources of a plan, as if they had been deployed: lets `pulumi policy analyze --file` judge
 * the same values.
 */
export function stateOf(judged: Judged): StateFile {
  return {
    version: 3,
    deployment: {
      manifest: { time: "2026-01-01T00:00:00Z", magic: "", version: "" },
      resources: judged.resources.map((resource) => ({
        urn: resource.urn,
        type: resource.type,
        custom: resource.custom ?? true,
        ...(resource.id === undefined ? {} : { id: resource.id }),
        ...(resource.parent === undefined ? {} : { parent: resource.parent }),
        ...(resource.provider === undefined ? {} : { provider: resource.provider }),
        inputs: resource.inputs,
        outputs:
          resource.id === undefined ? resource.outputs : { id: resource.id, ...resource.outputs },
        dependencies: resource.dependencies ?? [],
        propertyDependencies: resource.propertyDependencies ?? {},
        protect: resource.protect ?? false,
        ignoreChanges: resource.ignoreChanges ?? [],
      })),
    },
  };
}

const isLiving = (resource: unknown): resource is Record<string, unknown> =>
  isRecord(resource) && typeof resource["urn"] === "string" && resource["delete"] !== true;

const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];

const bag = (value: unknown): Record<string, unknown> => {
  const plain = withoutSecrets(value);
  return isRecord(plain) ? plain : {};
};

/** `pulumi stack export --show-secrets` writes them as JSON in a text; without it they stay masked. */
function unsealed(plaintext: unknown): unknown {
  if (typeof plaintext !== "string") return SECRET_MASK;
  try {
    return withoutSecrets(JSON.parse(plaintext));
  } catch {
    return SECRET_MASK;
  }
}

function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (!isRecord(value)) return value;
  if (value[specialSigKey] === specialSecretSig) return unsealed(value["plaintext"]);
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, withoutSecrets(inner)]),
  );
}
