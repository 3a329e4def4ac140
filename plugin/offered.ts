import type { ComponentProviderOptions } from "@pulumi/pulumi/provider/experimental";
import { LgtmNetwork } from "./lgtmNetwork";
import { LgtmService } from "./lgtmService";
import { LgtmStorage } from "./lgtmStorage";

/** What other languages can use: the package's name, its folder and its components. */
export const offered: ComponentProviderOptions = {
  name: "lgtm-fargate",
  dirname: __dirname,
  components: [LgtmNetwork, LgtmStorage, LgtmService],
};
