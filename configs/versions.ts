import { cacheRulePrefix } from "../stacks/names";
import type { ProductName } from "../stacks/types";
import type { StackConfig } from "./stack/schema";
import { keyRules, type KeyRule } from "./versionKeys";
import type { Tree } from "./yaml";

/** An image that the stack runs: a product's, or the init container's busybox. */
export type PinnedImage = ProductName | "busybox";

export interface Pin {
  /** Repository, with its registry's host. */
  readonly repository: string;
  readonly tag: string;
  /** Where this tag was seen to exist, and why it is this one. */
  readonly source: string;
}

const dockerHub = "docker.io";

/** The version of every image, in one place (S10). `images.versions` of a stack file takes precedence. */
export const versions: Readonly<Record<PinnedImage, Pin>> = {
  mimir: {
    repository: `${dockerHub}/grafana/mimir`,
    tag: "3.1.4",
    source:
      "Last release of 3.1 seen (security fixes over 3.1.1, grafana/mimir CHANGELOG.md); classic architecture, no Kafka.",
  },
  loki: {
    repository: `${dockerHub}/grafana/loki`,
    tag: "3.7.6",
    source: "grafana/loki tag v3.7.6, the last of 3.7; the version that was measured.",
  },
  memcached: {
    repository: "public.ecr.aws/docker/library/memcached",
    tag: "1.6.45-alpine",
    source: "docker-library/official-images library/memcached at 37079fb336f5.",
  },
  tempo: {
    repository: `${dockerHub}/grafana/tempo`,
    tag: "2.10.8",
    source:
      "grafana/tempo tag v2.10.8, the last line with an ingester and a compactor and without Kafka (release-notes/v3-0.md).",
  },
  pyroscope: {
    repository: `${dockerHub}/grafana/pyroscope`,
    tag: "2.2.1",
    source: "grafana/pyroscope tag v2.2.1; storage v1 is still a flag of it.",
  },
  grafana: {
    repository: `${dockerHub}/grafana/grafana`,
    tag: "13.2.2",
    source:
      "Patch release of 13.2.0 (2026-08-18). The plain tag: -slim leaves out the data sources, which are plugins since 13.2.",
  },
  alloy: {
    repository: `${dockerHub}/grafana/alloy`,
    tag: "v1.18.1",
    source: "grafana/alloy tag v1.18.1; the image's tag keeps the v.",
  },
  busybox: {
    repository: "public.ecr.aws/docker/library/busybox",
    tag: "1.37.0-musl",
    source:
      "docker-library/official-images library/busybox at 37079fb336f5. musl and uclibc are linked statically (CONFIG_STATIC=y in docker-library/busybox latest/musl/Dockerfile.builder), glibc is not: only a static binary runs in the servers' images.",
  },
};

/** What of a stack file decides which image runs. */
export type ImageConfig = Pick<StackConfig, "images" | "accountId" | "region" | "name">;

/** Tag of an image: the stack file's, or the pin. */
export const tagOf = (config: Pick<StackConfig, "images">, image: PinnedImage): string =>
  config.images.versions[image] ?? versions[image].tag;

/**
 * Reference of an image as a task definition names it. Images of Docker Hub come through the account's ECR pull-through
 * cache where there is one.
 */
export function imageOf(config: ImageConfig, image: PinnedImage): string {
  const { repository } = versions[image];
  const cached = config.images.pullThroughCache && repository.startsWith(`${dockerHub}/`);
  const domain = config.region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  const host = `${config.accountId}.dkr.ecr.${config.region}.${domain}`;
  const path = cached
    ? `${host}/${cacheRulePrefix(config)}/${repository.slice(dockerHub.length + 1)}`
    : repository;
  return `${path}:${tagOf(config, image)}`;
}

/**
 * Mistakes in a tag itself, each with the reason.
 *
 * @returns Nothing where the tag may run.
 */
export function checkTag(image: PinnedImage, tag: string): string[] {
  if (image === "busybox" && !/-(musl|uclibc)$/.test(tag)) {
    return [
      `busybox ${tag}: not a static build; take a tag that ends in -musl or -uclibc (its binary runs inside the servers' images)`,
    ];
  }
  if (image === "grafana" && tag.endsWith("-slim")) {
    return [`grafana ${tag}: the slim image has no data sources; take ${tag.replace("-slim", "")}`];
  }
  return [];
}

/**
 * Checks a configuration against the version that will read it.
 *
 * @param tree Parsed configuration file; for Grafana the environment.
 * @returns One message per mistake, with product, version and key; empty where the version can read it.
 */
export function checkKeys(product: ProductName, tag: string, tree: Tree): string[] {
  const paths = pathsOf(tree);
  const has = (key: string) => {
    const pattern = patternOf(key);
    return paths.some((path) => pattern.test(path));
  };
  return keyRules
    .filter((rule) => rule.product === product && holdsFor(rule, tag))
    .filter((rule) => rule.when === undefined || has(rule.when))
    .filter((rule) => has(rule.key) !== (rule.expect === "present"))
    .map(
      ({ key, expect, why, source }) =>
        `${product} ${tag}: the key ${key} must ${expect === "present" ? "" : "not "}be set (${why}; ${source})`,
    );
}

function holdsFor(rule: KeyRule, tag: string): boolean {
  return (
    (rule.from === undefined || compareVersions(tag, rule.from) >= 0) &&
    (rule.before === undefined || compareVersions(tag, rule.before) < 0)
  );
}

/**
 * Order of two versions by their numbers; a missing number counts as 0, a `v` and what follows the numbers not at all.
 *
 * @throws Error where a tag does not begin with a number.
 */
export function compareVersions(left: string, right: string): number {
  const [a, b] = [numbersOf(left), numbersOf(right)];
  for (let i = 0; i < 3; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function numbersOf(tag: string): number[] {
  const match = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(tag);
  if (match === null) throw new Error(`not a version: ${tag}`);
  return match.slice(1).map((part) => Number(part ?? 0));
}

/** Dotted paths of a tree, of its leaves and of everything above them. */
function pathsOf(tree: Tree, prefix = ""): string[] {
  return Object.entries(tree).flatMap(([key, value]) => {
    const path = `${prefix}${key}`;
    const isTree = typeof value === "object" && value !== null && !Array.isArray(value);
    return isTree ? [path, ...pathsOf(value as Tree, `${path}.`)] : [path];
  });
}

function patternOf(key: string): RegExp {
  const steps = key.split("*").map((part) => part.replaceAll(".", "\\."));
  return new RegExp(`^${steps.join(".+")}$`);
}
