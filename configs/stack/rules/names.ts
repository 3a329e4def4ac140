import { bucketNameOf } from "../complete";
import type { Finding, Rule } from "./rule";

/** Tags of one resource, of which the program and Pulumi's default tags need some (docs.aws.amazon.com/tag-editor). */
const maxTags = 40;

export const nameRules: readonly Rule[] = [
  {
    id: "certificate-name-length",
    row: "G1",
    check: ({ domain, ingress }) =>
      // ACM refuses a first name of more than 64 characters (API_RequestCertificate, DomainName).
      ingress.hostedZoneId === undefined || `*.${domain}`.length <= 64
        ? []
        : [
            {
              key: "domain",
              allowed: "at most 62 characters, because the certificate is for *.DOMAIN",
              mend: "use a shorter domain, or bring a certificate (ingress.certificateArn)",
              involves: ["ingress.hostedZoneId"],
            },
          ],
  },
  {
    id: "namespace-hides-domain",
    row: "S13",
    check: ({ domain, namespace }) =>
      domain === namespace || domain.endsWith(`.${namespace}`)
        ? [
            {
              key: "namespace",
              allowed: `a private domain that is not ${domain} or its parent`,
              mend: "use the default lgtm.local: a private zone hides the public names below it from the whole VPC",
              involves: ["domain"],
            },
          ]
        : [],
  },
  {
    id: "tags",
    row: "S12",
    check: ({ tags }) => [
      ...Object.keys(tags)
        .filter((tag) => /^aws:/i.test(tag) || !/^[\p{L}\p{Z}\p{N}_.:/=+\-@]+$/u.test(tag))
        .map((tag) => ({
          key: `tags.${tag}`,
          allowed: "letters, digits, spaces and _ . : / = + - @; not beginning with aws:",
          mend: "rename the tag: AWS refuses it",
        })),
      ...(Object.keys(tags).length > maxTags
        ? [
            {
              key: "tags",
              given: `${Object.keys(tags).length} tags`,
              allowed: `at most ${maxTags}`,
              mend: "remove some: AWS allows 50 per resource, and the program sets some itself",
            },
          ]
        : []),
    ],
  },
  {
    id: "arn-region",
    row: "N6",
    check: (settings, { region }) =>
      regionalArns(settings).flatMap(([key, arn]) => {
        const given = arn?.split(":")[3];
        if (arn === undefined || given === region) return [];
        return [
          {
            key,
            allowed: `an ARN of aws:region, ${region}`,
            mend: `make it in ${region}, or correct aws:region`,
          },
        ];
      }),
  },
  {
    id: "arn-account",
    row: "N6",
    check: (settings) =>
      (
        [
          ["ingress.certificateArn", settings.ingress.certificateArn],
          [
            "images.credentialsSecretArn",
            settings.images.pullThroughCache ? settings.images.credentialsSecretArn : undefined,
          ],
        ] as const
      ).flatMap(([key, arn]) => {
        const given = arn?.split(":")[4];
        if (arn === undefined || given === settings.accountId) return [];
        return [
          {
            key,
            allowed: `an ARN of the stack's own account, ${settings.accountId}`,
            mend: "AWS takes it from the same account only: make it there, or correct lgtm:accountId",
            involves: ["accountId"],
          },
        ];
      }),
  },
  {
    id: "pull-through-credentials",
    row: "S10",
    check: ({ images }) => {
      if (!images.pullThroughCache) return [];
      const arn = images.credentialsSecretArn;
      if (arn === undefined) {
        return [
          {
            key: "images.pullThroughCache",
            allowed: "true together with images.credentialsSecretArn",
            mend: "store a Docker Hub user name and access token in Secrets Manager and give its ARN: ECR caches Docker Hub with credentials only",
            involves: ["images.credentialsSecretArn"],
          },
        ];
      }
      // docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-creating-rule.html; the keys of the secret:
      // pull-through-cache-creating-secret.html (ECS itself wants username and password).
      return arn.includes(":secret:ecr-pullthroughcache/")
        ? []
        : [
            {
              key: "images.credentialsSecretArn",
              allowed: "a secret whose name begins with ecr-pullthroughcache/",
              mend: "store the credentials under such a name, as username and accessToken: ECR reads no other secret",
              involves: ["images.pullThroughCache"],
            },
          ];
    },
  },
  {
    id: "image-tag",
    row: "S10",
    check: ({ images }) =>
      Object.entries(images.versions)
        .filter(([, tag]) => tag !== undefined && !/^v?\d[\w.-]{0,126}$/.test(tag))
        .map(([product]) => ({
          key: `images.versions.${product}`,
          allowed: "the tag of one version, such as 3.1.2",
          mend: "name a version: what latest or a branch means changes between two deployments",
        })),
  },
  {
    id: "ca-bundle",
    row: "D3",
    check: ({ grafana }, { caBundlePem }) => {
      if (grafana.database.caBundleFile === undefined) return [];
      const key = "grafana.database.caBundleFile";
      const download =
        "download the bundle of the region from truststore.pki.rds.amazonaws.com beside the stack file";
      if (caBundlePem === undefined) {
        return [{ key, allowed: "a file that exists, relative to the stack file", mend: download }];
      }
      return isPem(caBundlePem)
        ? []
        : [{ key, allowed: "PEM certificates (-----BEGIN CERTIFICATE-----)", mend: download }];
    },
  },
  {
    id: "stacks-apart",
    row: "S24",
    check: (settings, { region, siblings }) =>
      siblings.flatMap((other): Finding[] => {
        const sameAccount = other.accountId === settings.accountId;
        const findings: Finding[] = [];
        if (sameAccount && other.region === region && other.name === settings.name) {
          findings.push({
            key: "name",
            allowed: `a name that no other stack of account ${settings.accountId} in ${region} has`,
            mend: `${other.file} has it already: give one of them another name`,
            involves: ["accountId"],
          });
        } else if (other.bucketName === bucketNameOf(settings)) {
          findings.push({
            key: "storage.bucketName",
            given: other.bucketName,
            allowed: "a bucket name that no other stack has, in any account or region",
            mend: `${other.file} has it already: set another name or storage.bucketName`,
            involves: ["name"],
          });
        }
        const vpcId = settings.network.existing?.vpcId;
        if (
          vpcId !== undefined &&
          other.vpcId === vpcId &&
          other.namespace === settings.namespace
        ) {
          findings.push({
            key: "namespace",
            allowed: `a namespace that no other stack in ${vpcId} has`,
            mend: `${other.file} has it already: give one of them another namespace`,
            involves: ["network.existing.vpcId"],
          });
        }
        return findings;
      }),
  },
];

const regionalArns = ({ ingress, images, storage, grafana }: Parameters<Rule["check"]>[0]) =>
  [
    ["ingress.certificateArn", ingress.certificateArn],
    ["images.credentialsSecretArn", images.credentialsSecretArn],
    ["storage.kmsKeyArn", storage.kmsKeyArn],
    ["grafana.oidc.clientSecretArn", grafana.oidc?.clientSecretArn],
  ] as const;

const isPem = (text: string) =>
  /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/.test(text);
