import { bucketNameOf } from "../complete";
import { earliestExpiryDays, expiries } from "../retention";
import type { Rule } from "./rule";

/** Least days between two storage classes: Standard-IA bills 30 days in any case. */
export const minDaysInClass = 30;

export const storageRules: readonly Rule[] = [
  {
    id: "expire-after-retention",
    row: "B3",
    check: (settings) =>
      expiries(settings)
        .map((expiry) => ({
          ...expiry,
          earliest: earliestExpiryDays(expiry.retentionDays, expiry.delayHours),
        }))
        .filter(({ expireAfterDays, earliest }) => expireAfterDays < earliest)
        .map(({ section, retentionPath, retentionDays, delayHours, earliest }) => ({
          key: `storage.${section}.expireAfterDays`,
          allowed: `at least ${earliest}: ${retentionPath} ${retentionDays} days, a day that an object spans, ${delayHours} h until the server deletes`,
          mend: `set storage.${section}.expireAfterDays to ${earliest} or more, or lower ${retentionPath}: S3 must not delete what the server still answers from`,
          involves: [retentionPath],
        })),
  },
  {
    id: "transitions-ordered",
    row: "B3",
    check: ({ storage }) => {
      if (storage.tiering !== "lifecycle") return [];
      return (["metrics", "logs"] as const).flatMap((section) => {
        const { infrequentAccessAfterDays, glacierInstantRetrievalAfterDays, expireAfterDays } =
          storage[section];
        const path = `storage.${section}`;
        const early = infrequentAccessAfterDays + minDaysInClass;
        return [
          ...(glacierInstantRetrievalAfterDays < early
            ? [
                {
                  key: `${path}.glacierInstantRetrievalAfterDays`,
                  allowed: `at least ${early}, ${minDaysInClass} days after infrequentAccessAfterDays`,
                  mend: `set it to ${early} or more: Standard-IA bills ${minDaysInClass} days in any case`,
                  involves: [`${path}.infrequentAccessAfterDays`],
                },
              ]
            : []),
          ...(expireAfterDays <= glacierInstantRetrievalAfterDays
            ? [
                {
                  key: `${path}.expireAfterDays`,
                  allowed: `more than glacierInstantRetrievalAfterDays, ${glacierInstantRetrievalAfterDays}`,
                  mend: "expire later, or use storage.tiering: intelligentTiering for a short retention",
                  involves: [`${path}.glacierInstantRetrievalAfterDays`],
                },
              ]
            : []),
        ];
      });
    },
  },
  {
    id: "logs-colder-after-info",
    row: "B3",
    check: ({ storage, loki }) =>
      storage.tiering === "lifecycle" &&
      storage.logs.infrequentAccessAfterDays <= loki.infoRetentionDays
        ? [
            {
              key: "storage.logs.infrequentAccessAfterDays",
              allowed: `more than loki.infoRetentionDays, ${loki.infoRetentionDays}`,
              mend: `set it to ${loki.infoRetentionDays + 7} or so: else the info logs are billed for a class that they leave at once`,
              involves: ["loki.infoRetentionDays"],
            },
          ]
        : [],
  },
  {
    id: "info-shorter",
    row: "B3",
    check: ({ loki }) =>
      loki.infoRetentionDays < loki.retentionDays
        ? []
        : [
            {
              key: "loki.infoRetentionDays",
              allowed: `less than loki.retentionDays, ${loki.retentionDays}`,
              mend: "lower it: it is the shorter retention of the streams with level=info",
              involves: ["loki.retentionDays"],
            },
          ],
  },
  {
    id: "bucket-name",
    row: "B1",
    check: (settings) => {
      const name = bucketNameOf(settings);
      // docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
      const reason = /^\d+(\.\d+){3}$/.test(name)
        ? "not the form of an IP address"
        : name.includes(".")
          ? "no dots (TLS to BUCKET.s3.amazonaws.com has no certificate for them)"
          : /^(xn--|sthree-|amzn-s3-demo-)/.test(name)
            ? "not one of S3's reserved beginnings xn--, sthree-, amzn-s3-demo-"
            : /(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/.test(name)
              ? "not one of S3's reserved ends -s3alias, --ol-s3, --x-s3, --table-s3"
              : undefined;
      return reason === undefined
        ? []
        : [
            {
              key: "storage.bucketName",
              allowed: `lower-case letters, digits and hyphens; ${reason}`,
              mend: `choose another name, or remove the line for sys-${settings.name}-s3`,
            },
          ];
    },
  },
];
