import type { StackConfig } from "../configs/stack/schema";
import { secretsOf } from "./iam";
import type { Catalog, SecretId } from "./types";

/** The secrets that the stack generates: exactly those that some task reads, each once. */
export function ownSecretIds(catalog: Catalog, config: Pick<StackConfig, "images">): SecretId[] {
  const ids = catalog.products
    .flatMap((product) => secretsOf(product, config))
    .flatMap((reference) => ("secret" in reference ? [reference.secret] : []));
  return [...new Set(ids)];
}
