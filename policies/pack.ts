import { PolicyPack } from "@pulumi/policy";
import { policies } from "./index";

// Constructing a pack starts its server, so nothing but the engine may load this module.
new PolicyPack("lgtm", {
  displayName: "LGTM on ECS Fargate",
  description:
    "What must never reach an account: misconfigurations of the LGTM stack and of what it stands on.",
  enforcementLevel: "mandatory",
  policies: policies(),
});
