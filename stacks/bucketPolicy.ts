import { policyDocument, type PolicyDocument, type PolicyStatement } from "./iam";

/** B1: nothing reaches the bucket without TLS. */
export function bucketPolicy(bucketArn: string): PolicyDocument {
  return policyDocument([tlsOnly(bucketArn)]);
}

/**
 * G7: the bucket of the load balancer's access logs. The service principal holds in every region; older texts name an
 * account per region. Source: docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
 */
export function accessLogBucketPolicy(
  bucketArn: string,
  facts: { readonly accountId: string; readonly region: string },
): PolicyDocument {
  return policyDocument([
    tlsOnly(bucketArn),
    {
      Sid: "LoadBalancerLogs",
      Effect: "Allow",
      Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
      Action: ["s3:PutObject"],
      Resource: [`${bucketArn}/AWSLogs/${facts.accountId}/*`],
      Condition: {
        ArnLike: {
          "aws:SourceArn": `arn:aws:elasticloadbalancing:${facts.region}:${facts.accountId}:loadbalancer/*`,
        },
      },
    },
  ]);
}

const tlsOnly = (bucketArn: string): PolicyStatement => ({
  Sid: "TlsOnly",
  Effect: "Deny",
  Principal: "*",
  Action: ["s3:*"],
  Resource: [bucketArn, `${bucketArn}/*`],
  Condition: { Bool: { "aws:SecureTransport": "false" } },
});
