import { parseBlock } from "../addresses";
import { notCanonical } from "./network";
import { repeated, type Rule } from "./rule";

/** Rules of a load balancer, default rules not counted (docs.aws.amazon.com/elasticloadbalancing, quotas). */
export const maxListenerRules = 100;

export const ingressRules: readonly Rule[] = [
  {
    id: "certificate-or-zone",
    row: "G1",
    check: ({ ingress }) => {
      const given = [ingress.certificateArn, ingress.hostedZoneId].filter((v) => v !== undefined);
      if (given.length === 1) return [];
      return [
        {
          key: "ingress",
          given: given.length === 0 ? "neither certificateArn nor hostedZoneId" : "both",
          allowed: "one of ingress.certificateArn and ingress.hostedZoneId",
          mend:
            given.length === 0
              ? "give the ARN of a certificate for *.DOMAIN, or the id of the Route 53 zone of DOMAIN"
              : "remove one: with hostedZoneId the program makes the certificate itself",
          involves: ["ingress.certificateArn", "ingress.hostedZoneId"],
        },
      ];
    },
  },
  {
    id: "auth-in-prod",
    row: "G8",
    check: ({ environment, ingress }) =>
      environment === "prod" && ingress.auth === "none"
        ? [
            {
              key: "ingress.auth",
              allowed: "token, cidr or both in prod",
              mend: "remove the line for bearer tokens: without a guard anybody on the Internet may write",
              involves: ["environment"],
            },
          ]
        : [],
  },
  {
    id: "cidrs-where-guarded",
    row: "G8",
    check: ({ ingress }) => {
      const needed = ingress.auth === "cidr" || ingress.auth === "both";
      if (needed === ingress.allowedCidrs.length > 0) return [];
      return [
        {
          key: "ingress.allowedCidrs",
          allowed: needed
            ? `at least one block with auth: ${ingress.auth}`
            : `nothing with auth: ${ingress.auth}`,
          mend: needed
            ? "list the blocks that may write"
            : "set ingress.auth to cidr or both, or remove the list: it would guard nothing",
          involves: ["ingress.auth"],
        },
      ];
    },
  },
  {
    id: "allowed-block",
    row: "G8",
    check: ({ ingress }) => [
      ...ingress.allowedCidrs.flatMap((cidr) => notCanonical("ingress.allowedCidrs", cidr)),
      ...repeated(ingress.allowedCidrs).map((cidr) => ({
        key: "ingress.allowedCidrs",
        given: cidr,
        allowed: "each block once",
        mend: `remove the second ${cidr}`,
      })),
    ],
  },
  {
    id: "world-may-not-write-in-prod",
    row: "G8",
    check: ({ environment, ingress }) =>
      environment !== "prod"
        ? []
        : ingress.allowedCidrs
            .filter((cidr) => parseBlock(cidr)?.bits === 0)
            .map((cidr) => ({
              key: "ingress.allowedCidrs",
              given: cidr,
              allowed: "blocks that you know, in prod",
              mend: "list the addresses of your writers; without a fixed address use auth: token",
              involves: ["environment"],
            })),
  },
  {
    id: "token-ids-unique",
    row: "G8",
    check: ({ ingress }) =>
      repeated(ingress.tokenIds).map((id) => ({
        key: "ingress.tokenIds",
        allowed: "each id once",
        mend: `remove the second "${id}"; to rotate, add a new id`,
      })),
  },
  {
    id: "token-known",
    row: "G8",
    check: ({ ingress, ingestTokens }) =>
      Object.keys(ingestTokens ?? {})
        .filter((id) => !ingress.tokenIds.includes(id))
        .map((id) => ({
          key: `ingestTokens.${id}`,
          allowed: `an id of ingress.tokenIds (${ingress.tokenIds.join(", ")})`,
          mend: `add "${id}" to ingress.tokenIds, or remove the token: pulumi config rm --path lgtm:ingestTokens.${id}`,
          involves: ["ingress.tokenIds"],
        })),
  },
  {
    id: "idle-timeout",
    row: "G7",
    check: ({ ingress, queryTimeoutSeconds }) =>
      ingress.idleTimeoutSeconds >= queryTimeoutSeconds
        ? []
        : [
            {
              key: "ingress.idleTimeoutSeconds",
              allowed: `at least queryTimeoutSeconds, ${queryTimeoutSeconds}`,
              mend: `set it to ${queryTimeoutSeconds + 30}: else the load balancer cuts long queries`,
              involves: ["queryTimeoutSeconds"],
            },
          ],
  },
  {
    id: "listener-rules",
    row: "G8",
    check: (settings, { listenerRules }) => {
      const count = listenerRules?.(settings) ?? 0;
      return count <= maxListenerRules
        ? []
        : [
            {
              key: "ingress.allowedCidrs",
              given: `${settings.ingress.allowedCidrs.length} blocks, which take ${count} listener rules`,
              allowed: `at most ${maxListenerRules} listener rules`,
              mend: "merge neighbouring blocks into wider ones, or use auth: token",
              involves: ["ingress.auth", "ingress.tokenIds"],
            },
          ];
    },
  },
];
