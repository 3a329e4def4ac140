import { arn, text } from "./factsFoundation";
import type { TypeFacts } from "./types";

/** What only the bootstrap program makes: keys, policies and the provider of GitHub's tokens. */
export const bootstrapFacts: Readonly<Record<string, TypeFacts>> = {
  "aws:kms/key:Key": {
    taggable: true,
    id: (context) =>
      `${context.hash(8)}-${context.hash(4)}-4${context.hash(3)}-8${context.hash(3)}-${context.hash(12)}`,
    outputs: (context) => ({ arn: arn(context, "kms", `key/${context.id}`), keyId: context.id }),
  },
  "aws:kms/alias:Alias": {
    id: (context) => text(context, "name"),
    outputs: (context) => ({ arn: arn(context, "kms", text(context, "name")) }),
  },
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": {
    taggable: true,
    id: (context) => providerArn(context),
    outputs: (context) => ({ arn: providerArn(context) }),
  },
  "aws:iam/policy:Policy": {
    taggable: true,
    autoName: { property: "name", maxLength: 128 },
    id: (context) => arn(context, "iam", `policy/${text(context, "name")}`, false),
    outputs: (context) => ({ arn: context.id }),
  },
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": {
    id: (context) => `${text(context, "role")}-${context.hash(10)}`,
  },
};

const providerArn = (context: Parameters<TypeFacts["id"]>[0]) =>
  arn(context, "iam", `oidc-provider/${text(context, "url").replace("https://", "")}`, false);
