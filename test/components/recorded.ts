import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "../../configs/stack/schema";
import { canonical } from "../../plan/plan";
import { record, type RecordedResource, type Recording } from "../../plan/record";

export type { RecordedResource, Recording } from "../../plan/record";

/** Where components are tried: the account and region of every fixture. */
export const place = { accountId: "123456789012", region: "ap-northeast-2" } as const;

/** Runs a piece of a program, with the provider that the program itself would hand down. */
export async function recorded(
  build: (options: pulumi.ComponentResourceOptions) => unknown,
  stack: Pick<StackConfig, "stack"> = { stack: "test" },
): Promise<Recording> {
  return record(
    () => {
      const provider = new aws.Provider("provider", {
        region: place.region,
        defaultTags: { tags: { owner: "platform" } },
      });
      build({ providers: [provider] });
    },
    { project: "lgtm-fargate", stack: stack.stack, config: {}, ...place },
  );
}

/** How many resources of each type, without stack and provider. */
export function countsOf({ resources }: Recording): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { type } of resources) {
    if (type === "pulumi:pulumi:Stack" || type.startsWith("pulumi:providers:")) continue;
    counts[type] = (counts[type] ?? 0) + 1;
  }
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The one resource of a type and name. @throws Error where there is not exactly one. */
export function resource(recording: Recording, type: string, name: string): RecordedResource {
  const found = recording.resources.filter((each) => each.type === type && each.name === name);
  if (found.length !== 1) throw new Error(`${found.length} resources ${type} ${name}`);
  return found[0]!;
}

/** Inputs as a plan shows them: secrets masked, keys sorted, no internals of the SDK. */
export function inputsOf(
  recording: Recording,
  type: string,
  name: string,
): Record<string, unknown> {
  return canonical(resource(recording, type, name).inputs) as Record<string, unknown>;
}

/** All resources of a type. */
export const ofType = ({ resources }: Recording, type: string): RecordedResource[] =>
  resources.filter((each) => each.type === type);

/** Physical ids and ARNs of dependencies, as names. */
export function dependencyNames({ dependencies }: RecordedResource): string[] {
  return dependencies
    .map((urn) => urn.split("::").slice(-2).join("::").replace(/^.*\$/, ""))
    .sort();
}
