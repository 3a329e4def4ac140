/** What a request to S3 asks for, in IAM's words. */
import type { IncomingHttpHeaders } from "node:http";

export interface S3Operation {
  readonly bucket: string;
  /** Empty for an operation on the bucket. */
  readonly key: string;
  /** Path (bucket first) and query, encoded as they came, for a server that knows only path-style addresses. */
  readonly path: string;
  /** Every one must be allowed. */
  readonly needs: readonly { readonly action: string; readonly resource: string }[];
  /** Deletes a list of keys; each is judged by itself. */
  readonly deletesMany: boolean;
  readonly context: Readonly<Record<string, string>>;
}

/**
 * Names of S3 in a region: a client that was not told otherwise asks the dual-stack one (minio-go's `getS3Endpoint`), and
 * Pyroscope 2.2.1 has no setting to tell it (grafana/pyroscope:pkg/objstore/providers/s3/config.go).
 *
 * @param endpoint S3's own host name, `s3.ap-northeast-2.amazonaws.com`.
 */
export const s3HostNames = (endpoint: string): readonly string[] => [
  endpoint,
  endpoint.replace(/^s3\./, "s3.dualstack."),
];

/**
 * Reads a request, virtual-host or path style. Actions by
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
 *
 * @param endpoint S3's own host name, `s3.ap-northeast-2.amazonaws.com`.
 */
export function operationOf(
  method: string,
  url: string,
  headers: IncomingHttpHeaders,
  endpoint: string,
): S3Operation {
  const host = (headers.host ?? "").split(":")[0] ?? "";
  const base = s3HostNames(endpoint).find((name) => host.endsWith(`.${name}`));
  const virtual = base === undefined ? undefined : host.slice(0, -base.length - 1);
  const [rawPath = "/", rawQuery = ""] = url.split(/\?(.*)/s);
  const path = virtual === undefined ? rawPath : `/${virtual}${rawPath}`;
  const [, bucket = "", key = ""] = /^\/([^/]*)\/?(.*)$/s.exec(path) ?? [];
  const query = new URLSearchParams(rawQuery);
  const decodedKey = decodeURIComponent(key);
  const bucketArn = `arn:aws:s3:::${bucket}`;
  const action = key === "" ? bucketAction(method, query) : objectAction(method, query);
  const source = headers["x-amz-copy-source"];
  const prefix = query.get("prefix");
  return {
    bucket,
    key: decodedKey,
    path: `${path}${rawQuery === "" ? "" : `?${rawQuery}`}`,
    needs: [
      ...(bucket === ""
        ? [{ action: "s3:ListAllMyBuckets", resource: "*" }]
        : [{ action, resource: key === "" ? bucketArn : `${bucketArn}/${decodedKey}` }]),
      ...(typeof source === "string"
        ? [{ action: "s3:GetObject", resource: `arn:aws:s3:::${sourceOf(source)}` }]
        : []),
      ...(headers["x-amz-tagging"] !== undefined
        ? [{ action: "s3:PutObjectTagging", resource: `${bucketArn}/${decodedKey}` }]
        : []),
    ],
    deletesMany: key === "" && method === "POST" && query.has("delete"),
    context: {
      "aws:SecureTransport": "true",
      ...(prefix === null ? {} : { "s3:prefix": prefix }),
    },
  };
}

const sourceOf = (header: string) =>
  decodeURIComponent(header.replace(/^\//, "").replace(/\?versionId=.*$/, ""));

/** Sub-resources of a bucket by query parameter; what is not here is listing, making or removing the bucket. */
const bucketActions: Readonly<Record<string, string>> = {
  location: "BucketLocation",
  versioning: "BucketVersioning",
  lifecycle: "LifecycleConfiguration",
  policy: "BucketPolicy",
  encryption: "EncryptionConfiguration",
  acl: "BucketAcl",
  tagging: "BucketTagging",
  "object-lock": "BucketObjectLockConfiguration",
};

function bucketAction(method: string, query: URLSearchParams): string {
  if (query.has("uploads")) return "s3:ListBucketMultipartUploads";
  if (query.has("versions")) return "s3:ListBucketVersions";
  const sub = Object.keys(bucketActions).find((name) => query.has(name));
  if (sub !== undefined) return `s3:${method === "GET" ? "Get" : "Put"}${bucketActions[sub]}`;
  if (method === "PUT") return "s3:CreateBucket";
  if (method === "DELETE") return "s3:DeleteBucket";
  return method === "POST" ? "s3:DeleteObject" : "s3:ListBucket";
}

function objectAction(method: string, query: URLSearchParams): string {
  const sub = query.has("tagging") ? "Tagging" : query.has("acl") ? "Acl" : "";
  if (method === "DELETE") {
    return query.has("uploadId") ? "s3:AbortMultipartUpload" : `s3:DeleteObject${sub}`;
  }
  if (method === "PUT" || method === "POST") return `s3:PutObject${sub}`;
  return query.has("uploadId") ? "s3:ListMultipartUploadParts" : `s3:GetObject${sub}`;
}
