import * as path from "node:path";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { loadStackFile } from "../configs/stack/load";
import { buildCatalog } from "../stacks/catalog";
import { listenerRuleCount } from "../stacks/listenerRules";
import { githubTokens } from "./access";
import { nameClash } from "./apart";
import { StackRoles } from "./stackRoles";
import { StateStore } from "./stateStore";

/** Name of the project in the Pulumi.yaml beside this folder, part of the state's paths. */
const PROJECT = "lgtm";

/** The bootstrap of one account: state, key, GitHub's tokens, two roles per stack. */
function bootstrap() {
  const config = new pulumi.Config("lgtm-bootstrap");
  const accountId = config.require("accountId");
  const repository = repositoryName(config.require("repository"));
  const region = new pulumi.Config("aws").require("region");
  const stacks = config.requireObject<string[]>("stacks").map((stack) => {
    const file = path.join(__dirname, "..", `Pulumi.${stack}.yaml`);
    const stackConfig = loadStackFile(file, { listenerRules: listenerRuleCount });
    if (stackConfig.accountId !== accountId) {
      throw new Error(
        `lgtm-bootstrap:stacks: ${stack} is deployed to ${stackConfig.accountId}, this is the bootstrap of ${accountId}; ` +
          "name it in a stack file of its own account",
      );
    }
    return { config: stackConfig, catalog: buildCatalog(stackConfig) };
  });
  for (const own of stacks)
    for (const other of stacks) {
      const clash = nameClash(own, other);
      if (clash !== undefined) throw new Error(clash);
    }

  const provider = new aws.Provider("lgtm-bootstrap", {
    region: region as aws.Region,
    allowedAccountIds: [accountId],
    defaultTags: {
      tags: { "pulumi:project": pulumi.getProject(), "pulumi:stack": pulumi.getStack() },
    },
  });
  const options = { providers: [provider] };

  const state = new StateStore(
    "lgtm-state",
    { bucketName: config.require("stateBucketName"), keyAlias: "lgtm-pulumi-state" },
    options,
  );
  const oidcProviderArn =
    config.get("oidcProviderArn") ??
    new aws.iam.OpenIdConnectProvider(
      "github",
      { url: githubTokens.url, clientIdLists: [githubTokens.audience] },
      { provider },
    ).arn;
  const roles = stacks.map(
    (deployed) =>
      new StackRoles(
        deployed.config.name,
        {
          deployed,
          all: stacks,
          project: PROJECT,
          repository,
          oidcProviderArn,
          stateBucketArn: state.bucketArn,
          stateKeyArn: state.keyArn,
        },
        options,
      ),
  );
  return {
    backendUrl: pulumi.interpolate`s3://${state.bucketName}?region=${region}`,
    secretsProvider: `awskms://alias/lgtm-pulumi-state?region=${region}`,
    previewRoleArns: Object.fromEntries(
      stacks.map(({ config: { stack } }, index) => [stack, roles[index]?.previewRoleArn]),
    ),
    deployRoleArns: Object.fromEntries(
      stacks.map(({ config: { stack } }, index) => [stack, roles[index]?.deployRoleArn]),
    ),
  };
}

/** @throws Error where a wildcard or a slip would let other repositories in. */
function repositoryName(text: string): string {
  if (/^[A-Za-z0-9-]+\/[A-Za-z0-9._-]+$/.test(text)) return text;
  throw new Error(`lgtm-bootstrap:repository is ${text}: write OWNER/NAME`);
}

// Pulumi calls what a program exports.
export = bootstrap;
