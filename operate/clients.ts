import { ACMClient } from "@aws-sdk/client-acm";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { EC2Client } from "@aws-sdk/client-ec2";
import { ECSClient } from "@aws-sdk/client-ecs";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { IAMClient } from "@aws-sdk/client-iam";
import { Route53Client } from "@aws-sdk/client-route-53";
import { S3Client } from "@aws-sdk/client-s3";
import { ServiceDiscoveryClient } from "@aws-sdk/client-servicediscovery";
import { ServiceQuotasClient } from "@aws-sdk/client-service-quotas";
import { STSClient } from "@aws-sdk/client-sts";

/** Whom the checks ask. They only read. */
export interface Clients {
  readonly acm: ACMClient;
  readonly ec2: EC2Client;
  readonly ecs: ECSClient;
  readonly elb: ElasticLoadBalancingV2Client;
  readonly iam: IAMClient;
  readonly logs: CloudWatchLogsClient;
  readonly names: ServiceDiscoveryClient;
  readonly quotas: ServiceQuotasClient;
  readonly route53: Route53Client;
  readonly s3: S3Client;
  readonly sts: STSClient;
}

/**
 * Clients with the SDK's usual credentials (environment, profile, SSO, web identity).
 *
 * @param endpoint Whom to ask in place of AWS; default is `AWS_ENDPOINT_URL`, which the SDK reads by itself, or AWS.
 */
export function clientsFor(region: string, endpoint?: string): Clients {
  const options = { region, maxAttempts: 5, ...(endpoint === undefined ? {} : { endpoint }) };
  return {
    acm: new ACMClient(options),
    ec2: new EC2Client(options),
    ecs: new ECSClient(options),
    elb: new ElasticLoadBalancingV2Client(options),
    iam: new IAMClient(options),
    logs: new CloudWatchLogsClient(options),
    names: new ServiceDiscoveryClient(options),
    quotas: new ServiceQuotasClient(options),
    route53: new Route53Client(options),
    s3: new S3Client(options),
    sts: new STSClient(options),
  };
}
