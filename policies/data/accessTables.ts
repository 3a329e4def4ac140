/**
 * Policies that AWS manages and that grant no more than one service needs, where AWS asks for them by name; every
 * other one grants `*` to some service.
 * Source: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Monitoring.OS.Enabling.html
 */
export const acceptedManagedPolicies: ReadonlySet<string> = new Set([
  "service-role/AmazonRDSEnhancedMonitoringRole",
]);

/**
 * Services that take a role without saying for whom, so that a condition on the source would lock them out.
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html (the source keys are set for calls of a
 * service on behalf of a resource; EC2 and Lambda hand the role to the machine or function itself).
 */
export const servicesWithoutSource: ReadonlySet<string> = new Set([
  "ec2.amazonaws.com",
  "lambda.amazonaws.com",
  "edgelambda.amazonaws.com",
]);

/** Condition keys that pin a service's call to one account. Lower case. Same source. */
export const sourceKeys: ReadonlySet<string> = new Set(["aws:sourceaccount", "aws:sourcearn"]);

/** Condition keys that pin a principal `*` of a resource policy to somebody. Lower case. */
export const callerKeys: ReadonlySet<string> = new Set([
  "aws:principalaccount",
  "aws:principalarn",
  "aws:principalorgid",
  "aws:sourceaccount",
  "aws:sourcearn",
  "aws:sourcevpce",
  "kms:calleraccount",
]);

/**
 * What tasks of the system ask AWS for. Rights over data, secrets, logs, roles and shells have rules of their own, which
 * say whose they are.
 * Sources: A1–A4; measured (each server runs with these alone); ECR's actions are those of a pull, and of the first pull
 * through a cache (docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html).
 */
export const taskActions: readonly RegExp[] = [
  /^(s3|logs|secretsmanager|ssmmessages|iam|organizations):/,
  /^cloudwatch:(get|list|describe)/,
  /^tag:get/,
  // Grafana's heartbeat for the dead-man's switch (D9).
  /^sns:publish$/,
  /^kms:(decrypt|encrypt|generatedatakey|reencrypt|describekey)/,
  /^ecr:(getauthorizationtoken|batchchecklayeravailability|getdownloadurlforlayer|batchgetimage|createrepository|batchimportupstreamimage|tagresource)$/,
  /^ssm:getparameters?$/,
];

/** Credentials that live until somebody remembers them. */
export const longLivedTypes: Readonly<Record<string, string>> = {
  "aws:iam/user:User": "a user",
  "aws:iam/accessKey:AccessKey": "an access key",
  "aws:iam/userLoginProfile:UserLoginProfile": "a user's password",
  "aws:iam/serviceSpecificCredential:ServiceSpecificCredential": "a service credential",
  "aws:iam/userPolicy:UserPolicy": "a user's policy",
  "aws:iam/userPolicyAttachment:UserPolicyAttachment": "a user's policy",
  "aws:iam/sshKey:SshKey": "a user's SSH key",
};
