import { stackConfigFromPulumi } from "../configs/stack/load";
import type { StackConfig } from "../configs/stack/schema";
import { stackChecks } from "../stacks/stackChecks";

/** What every component takes: the settings of a stack, as a program of any language can give them. */
export interface StackArgs {
  /** Name of the stack that the settings are for. */
  readonly stack: string;
  /** AWS region, such as `ap-northeast-2`. */
  readonly region: string;
  /** Settings of a stack file without their `lgtm:` prefix; a value that is no text is JSON. */
  readonly settings: Record<string, string>;
}

/**
 * The checked configuration, by the same schema and rules as a stack file's. Tokens are refused: the schema gives these
 * values as plain text, so nothing says that they are encrypted.
 *
 * @throws StackConfigError with every mistake of the settings.
 */
export function configOf({ stack, region, settings }: StackArgs): StackConfig {
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
