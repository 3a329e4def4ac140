import { parse } from "yaml";
import type { Catalog } from "../stacks/types";
import type { StackConfig } from "./stack/schema";
import { checkKeys, checkTag, tagOf, versions, type PinnedImage } from "./versions";
import type { Tree } from "./yaml";

/** A version that does not fit what the program renders. */
export interface VersionMistake {
  readonly image: PinnedImage;
  /** What is wrong, with the key named. */
  readonly what: string;
}

/** Checks every image that a stack file moves away from its pin (the pins themselves are checked by the tests). */
export function versionMistakes(
  catalog: Catalog,
  config: Pick<StackConfig, "images">,
): VersionMistake[] {
  const moved = (Object.keys(versions) as PinnedImage[]).filter(
    (image) => tagOf(config, image) !== versions[image].tag,
  );
  return moved.flatMap((image) =>
    [
      ...checkTag(image, tagOf(config, image)),
      ...keyMistakes(catalog, image, tagOf(config, image)),
    ].map((what) => ({ image, what })),
  );
}

/** What the files of a product's roles have or lack for a version: each mistake once, with the roles it concerns. */
function keyMistakes(catalog: Catalog, image: PinnedImage, tag: string): string[] {
  const concerned = new Map<string, Set<string>>();
  for (const role of catalog.products.find(({ name }) => name === image)?.roles ?? []) {
    for (const tree of configurationsOf(role.instances[0])) {
      for (const mistake of checkKeys(role.product, tag, tree)) {
        concerned.set(mistake, (concerned.get(mistake) ?? new Set()).add(role.id));
      }
    }
  }
  return [...concerned].map(([mistake, roles]) => `${mistake} [${[...roles].join(", ")}]`);
}

type Instance = Catalog["products"][number]["roles"][number]["instances"][number];

/** What a server reads: its YAML file, or Grafana's environment. */
function configurationsOf(instance: Instance | undefined): Tree[] {
  if (instance === undefined) return [];
  const environment = Object.fromEntries(
    instance.environment.map((variable) => [
      variable.name,
      "value" in variable ? variable.value : "",
    ]),
  );
  const files = instance.files
    .filter(({ path }) => /^\/etc\/lgtm\/(mimir|loki|tempo|pyroscope)\.yaml$/.test(path))
    .map(({ content }) => parse(content) as Tree);
  return files.length > 0 ? files : [environment];
}
