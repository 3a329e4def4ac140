import { imageOf } from "../configs/versions";
import type { StackConfig } from "../configs/stack/schema";
import { servicesOf } from "./catalog";
import { DOCKER_HUB, registryOf } from "./iam";
import type { Catalog } from "./types";

/**
 * Anonymous pulls from Docker Hub, per IPv4 address: all tasks behind one NAT gateway share it.
 * Source: github.com/docker/docs, content/manuals/docker-hub/usage/pulls.md at 000a96d340ed ("100 per IPv4 address or
 * IPv6 /64 subnet" per 6 hours; a pull of a multi-architecture image counts once per architecture pulled).
 */
export const dockerHubAnonymousLimit = {
  pulls: 100,
  windowHours: 6,
  source: "https://docs.docker.com/docker-hub/usage/pulls/",
} as const;

export interface ImagePulls {
  readonly registry: string;
  readonly image: string;
  /** Pulls of one `up` that starts every task once. */
  readonly pulls: number;
}

/** S10: every task pulls each of its images anew, because Fargate keeps no image between tasks. */
export function imagePulls(catalog: Catalog, config: StackConfig): ImagePulls[] {
  const counts = new Map<string, number>();
  const count = (image: string, pulls: number) =>
    counts.set(image, (counts.get(image) ?? 0) + pulls);
  for (const { product, instance } of servicesOf(catalog)) {
    count(product.image, instance.desiredCount);
    count(imageOf(config, "busybox"), instance.desiredCount);
  }
  return [...counts]
    .map(([image, pulls]) => ({ registry: registryOf(image), image, pulls }))
    .sort((a, b) => `${a.registry} ${a.image}`.localeCompare(`${b.registry} ${b.image}`, "en"));
}

/** Pulls of one `up` that count against Docker Hub's limit for anonymous users; 0 with credentials or the cache. */
export function anonymousDockerHubPulls(catalog: Catalog, config: StackConfig): number {
  if (config.images.credentialsSecretArn !== undefined) return 0;
  return imagePulls(catalog, config)
    .filter(({ registry }) => registry === DOCKER_HUB)
    .reduce((sum, { pulls }) => sum + pulls, 0);
}
