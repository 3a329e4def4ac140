/** Where VPC flow logs come from. */
export interface FlowLogTrust {
  readonly accountId: string;
  readonly region: string;
}

/**
 * The IAM documents of VPC flow logs that go to one CloudWatch log group.
 *
 * Source: Amazon VPC user guide, "IAM role for publishing flow logs to CloudWatch Logs". The group exists already, so
 * the rights to create and list groups are left out.
 */
export const flowLogStatements = {
  trust: ({ accountId, region }: FlowLogTrust) => ({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "VpcFlowLogs",
        Effect: "Allow",
        Principal: { Service: "vpc-flow-logs.amazonaws.com" },
        Action: "sts:AssumeRole",
        Condition: {
          StringEquals: { "aws:SourceAccount": accountId },
          ArnLike: { "aws:SourceArn": `arn:aws:ec2:${region}:${accountId}:vpc-flow-log/*` },
        },
      },
    ],
  }),
  write: (logGroupArn: string) => ({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "WriteFlowLogs",
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
        Resource: `${logGroupArn}:*`,
      },
    ],
  }),
} as const;
