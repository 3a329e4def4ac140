/** Types whose loss loses data, or cuts off whoever knows their address; in prod Pulumi must refuse to delete them. */
export const statefulTypes: readonly string[] = [
  "aws:s3/bucket:Bucket",
  "aws:s3/bucketV2:BucketV2",
  "aws:rds/instance:Instance",
  "aws:rds/cluster:Cluster",
  "aws:lb/loadBalancer:LoadBalancer",
  "aws:alb/loadBalancer:LoadBalancer",
  "aws:kms/key:Key",
  "aws:efs/fileSystem:FileSystem",
  "aws:dynamodb/table:Table",
];

/**
 * Types that take over what AWS made by itself and is shared by everybody in the account and region.
 * Source: the provider's documentation of each ("this is an advanced resource … adopts").
 */
export const defaultTypes: readonly string[] = [
  "aws:ec2/defaultVpc:DefaultVpc",
  "aws:ec2/defaultSubnet:DefaultSubnet",
  "aws:ec2/defaultRouteTable:DefaultRouteTable",
  "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl",
  "aws:ec2/defaultVpcDhcpOptions:DefaultVpcDhcpOptions",
];

/** Values that CloudWatch Logs takes. Source: API_PutRetentionPolicy. */
export const retentionDays: readonly number[] = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288,
  3653,
];
