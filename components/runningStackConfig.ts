import * as pulumi from "@pulumi/pulumi";
import * as runtimeConfig from "@pulumi/pulumi/runtime/config";
import { stackConfigFromPulumi } from "../configs/stack/load";
import type { StackConfig } from "../configs/stack/schema";
import { stackChecks } from "../stacks/stackChecks";

/** The SDK knows which values are encrypted, but keeps it out of its types. */
const { isConfigSecret } = runtimeConfig as unknown as {
  isConfigSecret: (key: string) => boolean;
};

/**
 * The checked configuration of the stack that Pulumi runs.
 *
 * @throws StackConfigError with every mistake of the stack file.
 */
export function runningStackConfig(): StackConfig {
  return stackConfigFromPulumi({
    stack: pulumi.getStack(),
    values: pulumi.runtime.allConfig(),
    isSecret: isConfigSecret,
    // The engine starts a program in the project's folder.
    directory: process.cwd(),
    ...stackChecks,
  });
}
