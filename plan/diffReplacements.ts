import { replacementFacts } from "../standin/replacement";
import { replacingProperties } from "../standin/replacing";
import type { ReplacingProperties } from "./diff";

const provider = (file: string, commit: string) =>
  `hashicorp/terraform-provider-aws internal/service/${file} at ${commit}`;

/**
 * What forces a replacement of types that the stand-in's table leaves out: `ForceNew` in the provider's schemas, by
 * Pulumi's names. Some of these texts are older than the pinned provider; a property that it has learnt to change in
 * place since then is called replaced here, which stops once too often and never once too seldom.
 */
const further: Readonly<Record<string, { properties: readonly string[]; source: string }>> = {
  "aws:ec2/vpc:Vpc": {
    properties: ["cidrBlock", "ipv4IpamPoolId", "ipv4NetmaskLength"],
    source: provider("ec2/vpc_.go", "00081ce4"),
  },
  "aws:rds/instance:Instance": {
    properties: [
      ...["availabilityZone", "characterSetName", "customIamInstanceProfile", "dbName", "engine"],
      ...["identifier", "identifierPrefix", "kmsKeyId", "ncharCharacterSetName"],
      ...["restoreToPointInTime", "s3Import", "snapshotIdentifier", "storageEncrypted"],
      ...["timezone", "username"],
    ],
    source: provider("rds/instance.go", "00e4b238"),
  },
  "aws:s3/bucket:Bucket": {
    properties: ["bucket", "bucketPrefix"],
    source: provider("s3/bucket.go", "0070bcd1"),
  },
  "aws:secretsmanager/secret:Secret": {
    properties: ["name", "namePrefix"],
    source: provider("secretsmanager/secret.go", "00c21ced"),
  },
};

/** The stand-in's table, which throws for a type that is not in it, then the rows above. */
export const replacements: ReplacingProperties = (type, before, after) =>
  type.startsWith("random:") || replacementFacts[type] !== undefined
    ? replacingProperties(type, before, after)
    : further[type]?.properties;
