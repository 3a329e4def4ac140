import { stackConfigFromPulumi } from "../configs/stack/load";
import type { StackConfig } from "../configs/stack/schema";
import { stackChecks } from "../stacks/stackChecks";

/** The settings of a stack as a program of any language can give them. */
interface Given {
  readonly stack: string;
  readonly region: string;
  readonly settings: Readonly<Record<string, string>>;
}

/**
 * The checked configuration, by the same schema and rules as a stack file's. Tokens are refused: the schema gives these
 * values as plain text, so nothing says that they are encrypted.
 *
 * @throws StackConfigError with every mistake of the settings.
 */
export function configOf({ stack, region, settings }: Given): StackConfig {
  const values = Object.entries(settings).map(([key, text]) => [`lgtm:${key}`, text]);
  return stackConfigFromPulumi({
    stack,
    values: { ...(Object.fromEntries(values) as object), "aws:region": region },
    isSecret: () => false,
    // No stack files lie beside these settings.
    directory: __dirname,
    ...stackChecks,
  });
}
