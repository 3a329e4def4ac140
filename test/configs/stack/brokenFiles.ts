/** A stack file as an object: what stands in it. */
export type Content = { config: Record<string, unknown> } & Record<string, unknown>;

export interface Expected {
  /** Full key of the mistake. */
  readonly key: string;
  /** Part of the value given, as it is shown. */
  readonly given?: string;
  /** Part of what is said to be allowed. */
  readonly allowed?: string;
  /** Part of the mend. */
  readonly mend?: string;
  /** Id of the broken rule, for rules across fields. */
  readonly rule?: string;
}

/** One small change to a shipped stack file, and every mistake that must be reported for it: no more and no less. */
export interface BrokenFile {
  readonly name: string;
  readonly base: "dev" | "prod";
  /** Settings to set: dotted path below `config`, `undefined` removes. */
  readonly set?: Readonly<Record<string, unknown>>;
  /** A change to the text of the file instead. */
  readonly text?: (text: string) => string;
  /** Further files of the folder. */
  readonly beside?: Readonly<Record<string, string>>;
  readonly listenerRules?: number;
  readonly expected: readonly Expected[];
}

const certificate = (region: string, account: string) =>
  `arn:aws:acm:${region}:${account}:certificate/12345678-1234-1234-1234-123456789012`;
const secret = (name: string, region = "ap-northeast-2", account = "123456789012") =>
  `arn:aws:secretsmanager:${region}:${account}:secret:${name}`;
const vpc = {
  vpcId: "vpc-0123456789abcdef0",
  publicSubnetIds: ["subnet-00000001", "subnet-00000002"],
  privateSubnetIds: ["subnet-00000003", "subnet-00000004"],
};
const sibling = (lines: string) =>
  `config:\n  aws:region: ap-northeast-2\n  lgtm:accountId: "123456789012"\n${lines}`;

/** Shape: types, ranges, names of keys, what is missing. */
const shape: readonly BrokenFile[] = [
  {
    name: "a syntax error",
    base: "dev",
    text: (text) => text.replace("zones: [a, b]", "zones: [a, b"),
    expected: [{ key: "(YAML)", allowed: "well-formed YAML", mend: "look at line" }],
  },
  {
    name: "a tab as indentation",
    base: "dev",
    text: (text) => text.replace("    zones:", "\tzones:"),
    expected: [{ key: "(YAML)", allowed: "well-formed YAML" }],
  },
  {
    name: "a key twice",
    base: "dev",
    text: (text) =>
      text.replace("    replicationFactor: 1\n", "    replicationFactor: 1\n    replicas: 1\n"),
    expected: [
      { key: "lgtm:mimir.replicas", given: "a second time", mend: "merge it with the one in line" },
    ],
  },
  {
    name: "an empty file",
    base: "dev",
    text: () => "",
    expected: [
      { key: "config", given: "nothing", mend: "add it" },
      { key: "aws:region", given: "nothing" },
      { key: "lgtm:environment", allowed: "dev, prod" },
      { key: "lgtm:accountId", allowed: "12 digits" },
      { key: "lgtm:domain", allowed: "example.com" },
      { key: "lgtm:ingress", allowed: "certificateArn" },
    ],
  },
  {
    name: "no region",
    base: "dev",
    set: { "aws:region": undefined },
    expected: [{ key: "aws:region", given: "nothing", mend: "add aws:region: ap-northeast-2" }],
  },
  {
    name: "a zone for a region",
    base: "dev",
    set: { "aws:region": "ap-northeast-2a" },
    expected: [{ key: "aws:region", given: "ap-northeast-2a", allowed: "such as ap-northeast-2" }],
  },
  {
    name: "no domain",
    base: "prod",
    set: { "lgtm:domain": undefined },
    expected: [{ key: "lgtm:domain", given: "nothing", allowed: "example.com", mend: "add it" }],
  },
  {
    name: "a misspelt environment",
    base: "dev",
    set: { "lgtm:environment": "develop" },
    expected: [
      {
        key: "lgtm:environment",
        given: "develop",
        allowed: "dev, prod",
        mend: "did you mean dev?",
      },
    ],
  },
  {
    name: "an account id without quotes, its leading zero about to be lost",
    base: "dev",
    text: (text) => text.replace('"123456789012"', "012345678901"),
    expected: [
      { key: "lgtm:accountId", given: "012345678901", mend: 'put it in quotes: "012345678901"' },
    ],
  },
  {
    name: "an account id that is too short",
    base: "dev",
    set: { "lgtm:accountId": "12345" },
    expected: [{ key: "lgtm:accountId", given: "12345", allowed: "12 digits" }],
  },
  {
    name: "a date without quotes",
    base: "dev",
    text: (text) => text.replace("lgtm:loki:", "lgtm:loki:\n    schemaFrom: 2025-01-01"),
    expected: [
      { key: "lgtm:loki.schemaFrom", given: "2025-01-01", mend: 'put it in quotes: "2025-01-01"' },
    ],
  },
  {
    name: "a name that is too long",
    base: "dev",
    set: { "lgtm:name": "observability-x" },
    expected: [{ key: "lgtm:name", given: "observability-x", allowed: "at most 14 characters" }],
  },
  {
    name: "an unknown top-level key",
    base: "dev",
    set: { "lgtm:lokki": {} },
    expected: [{ key: "lgtm:lokki", mend: "did you mean lgtm:loki?" }],
  },
  {
    name: "an unknown key deep inside",
    base: "dev",
    set: { "lgtm:loki.ingester.memory": 1 },
    expected: [
      {
        key: "lgtm:loki.ingester.memory",
        given: "1",
        mend: "did you mean lgtm:loki.ingester.memoryGb?",
      },
    ],
  },
  {
    name: "a key that belongs elsewhere",
    base: "prod",
    set: { "lgtm:pyroscope.maxSeries": 9 },
    expected: [{ key: "lgtm:pyroscope.maxSeries", mend: "there is lgtm:mimir.maxSeries" }],
  },
  {
    name: "a misspelt key that had to be there",
    base: "prod",
    set: {
      "lgtm:ingress.certificateArn": undefined,
      "lgtm:ingress.certificatARN": certificate("ap-northeast-2", "123456789012"),
    },
    expected: [
      { key: "lgtm:ingress.certificatARN", mend: "did you mean lgtm:ingress.certificateArn?" },
    ],
  },
  {
    name: "a dotted key",
    base: "dev",
    set: { "lgtm:loki\\.ingester\\.replicas": 3 },
    expected: [{ key: "lgtm:loki.ingester.replicas", mend: "pulumi config set --path" }],
  },
  {
    name: "a key without its namespace",
    base: "dev",
    set: { tags: {} },
    expected: [{ key: "tags", allowed: "begin with lgtm:", mend: "write lgtm:tags" }],
  },
  {
    name: "a misspelt namespace",
    base: "dev",
    set: { "lgmt:tags": {} },
    expected: [{ key: "lgmt:tags", mend: "did you mean lgtm:tags?" }],
  },
  {
    name: "a setting of the default provider",
    base: "dev",
    set: { "aws:profile": "me" },
    expected: [{ key: "aws:profile", given: "me", mend: "credentials come from the environment" }],
  },
  {
    name: "a setting outside config",
    base: "dev",
    text: (text) => `${text}\nlgtm:tags: {}\n`,
    expected: [{ key: "lgtm:tags", mend: "indent it" }],
  },
  {
    name: "Spot on a role that holds data",
    base: "prod",
    set: { "lgtm:loki.ingester.spot": true },
    expected: [
      { key: "lgtm:loki.ingester.spot", given: "true", mend: "holds data that is not in S3 yet" },
    ],
  },
  {
    name: "Spot on a singleton",
    base: "prod",
    set: { "lgtm:tempo.compactor.spot": true },
    expected: [{ key: "lgtm:tempo.compactor.spot", mend: "exactly one task of this role" }],
  },
  {
    name: "autoscaling on a ring",
    base: "prod",
    set: { "lgtm:mimir.autoscaling": { minReplicas: 3, maxReplicas: 6 } },
    expected: [{ key: "lgtm:mimir.autoscaling", mend: "each replica is a service of its own" }],
  },
  {
    name: "a number in quotes",
    base: "dev",
    set: { "lgtm:loki.querier.replicas": "2" },
    expected: [
      { key: "lgtm:loki.querier.replicas", allowed: "from 1 to 100", mend: "without quotes: 2" },
    ],
  },
  {
    name: "no replicas",
    base: "dev",
    set: { "lgtm:loki.querier.replicas": 0 },
    expected: [
      {
        key: "lgtm:loki.querier.replicas",
        given: "0",
        allowed: "from 1 to 100",
        mend: "the default 2",
      },
    ],
  },
  {
    name: "yes for true",
    base: "dev",
    set: { "lgtm:grafana.database.multiAz": "yes" },
    expected: [
      { key: "lgtm:grafana.database.multiAz", given: "yes", mend: "write true, without quotes" },
    ],
  },
  {
    name: "an empty section",
    base: "dev",
    text: (text) =>
      text.replace("lgtm:memcached: { vcpu: 0.25, memoryGb: 0.5 }", "lgtm:memcached:"),
    expected: [
      { key: "lgtm:memcached", given: "null", mend: "give it a value, or remove the line" },
    ],
  },
  {
    name: "one value for a list",
    base: "dev",
    set: { "lgtm:ingress.tokenIds": "a" },
    expected: [{ key: "lgtm:ingress.tokenIds", given: "a", mend: "write a list: [a]" }],
  },
  {
    name: "three token ids",
    base: "dev",
    set: { "lgtm:ingress.tokenIds": ["a", "b", "c"] },
    expected: [{ key: "lgtm:ingress.tokenIds", allowed: "from 1 to 2 entries" }],
  },
  {
    name: "a retention that CloudWatch does not have",
    base: "dev",
    set: { "lgtm:logRetentionDays": 8 },
    expected: [
      { key: "lgtm:logRetentionDays", given: "8", allowed: "5, 7, 14", mend: "the default 7" },
    ],
  },
  {
    name: "a zone's full name",
    base: "dev",
    set: { "lgtm:network.zones": ["ap-northeast-2a", "b"] },
    expected: [
      { key: "lgtm:network.zones[0]", given: "ap-northeast-2a", allowed: "the letter of a zone" },
    ],
  },
  {
    name: "one zone",
    base: "dev",
    set: { "lgtm:network.zones": ["a"] },
    expected: [{ key: "lgtm:network.zones", allowed: "from 2 to 6 entries" }],
  },
  {
    name: "an old PostgreSQL",
    base: "prod",
    set: { "lgtm:grafana.database.engineVersion": "15.4" },
    expected: [
      {
        key: "lgtm:grafana.database.engineVersion",
        given: "15.4",
        allowed: "PostgreSQL 16 or newer",
      },
    ],
  },
  {
    name: "OIDC without its endpoints, one of them unencrypted",
    base: "prod",
    set: {
      "lgtm:grafana.oidc": {
        clientId: "grafana",
        clientSecretArn: secret("oidc"),
        authUrl: "http://login.example.com/auth",
        tokenUrl: "https://login.example.com/token",
      },
    },
    expected: [
      { key: "lgtm:grafana.oidc.authUrl", given: "http://", allowed: "https://" },
      { key: "lgtm:grafana.oidc.apiUrl", given: "nothing", mend: "User-info endpoint" },
    ],
  },
];

/** What must never stand in a file in plain. */
const secrets: readonly BrokenFile[] = [
  {
    name: "an ingest token in plain",
    base: "dev",
    set: { "lgtm:ingestTokens": { a: "0123456789abcdef0123456789abcdef" } },
    expected: [
      {
        key: "lgtm:ingestTokens.a",
        given: "(hidden)",
        mend: "pulumi config set --secret --path lgtm:ingestTokens.a",
      },
    ],
  },
  {
    name: "all ingest tokens encrypted as one",
    base: "dev",
    set: { "lgtm:ingestTokens": { secure: "v1:abc" } },
    expected: [
      { key: "lgtm:ingestTokens", given: "an encrypted value", mend: "each token by itself" },
    ],
  },
  {
    name: "an encrypted value that is no secret",
    base: "dev",
    set: { "lgtm:domain": { secure: "v1:abc" } },
    expected: [{ key: "lgtm:domain", given: "an encrypted value", mend: "write it in plain" }],
  },
  {
    name: "a password under an invented key",
    base: "prod",
    set: { "lgtm:grafana.adminPassword": "hunter2" },
    expected: [
      { key: "lgtm:grafana.adminPassword", given: "(hidden) a password", mend: "revoke it" },
      { key: "lgtm:grafana.adminPassword", given: "(hidden)", allowed: "adminUser" },
    ],
  },
  {
    name: "an access key id as a tag",
    base: "dev",
    set: { "lgtm:tags": { owner: "AKIAABCDEFGHIJKLMNOP" } },
    expected: [
      { key: "lgtm:tags.owner", given: "(hidden) an AWS access key id", mend: "revoke it" },
    ],
  },
  {
    name: "a Docker Hub token in a comment",
    base: "dev",
    text: (text) => `# dckr_pat_abcdefghijklmnopqrstuvwxyz1\n${text}`,
    expected: [
      { key: "(text)", given: "(hidden) a Docker Hub token", allowed: "not even in a comment" },
    ],
  },
  {
    name: "a private key for a CA bundle",
    base: "prod",
    set: { "lgtm:grafana.database.caBundleFile": "-----BEGIN RSA PRIVATE KEY-----" },
    expected: [{ key: "lgtm:grafana.database.caBundleFile", given: "(hidden) a private key" }],
  },
];

/** Rules across fields. */
const acrossFields: readonly BrokenFile[] = [
  {
    name: "a domain too long for a certificate",
    base: "dev",
    set: {
      "lgtm:domain": `${"observability".repeat(4)}.dev.example.com`,
      "lgtm:ingress.certificateArn": undefined,
      "lgtm:ingress.hostedZoneId": "Z0123456789ABC",
    },
    expected: [
      { key: "lgtm:domain", allowed: "at most 62 characters", rule: "certificate-name-length" },
    ],
  },
  {
    name: "a namespace that hides the domain",
    base: "dev",
    set: { "lgtm:namespace": "example.com" },
    expected: [{ key: "lgtm:namespace", given: "example.com", rule: "namespace-hides-domain" }],
  },
  {
    name: "a tag that is AWS's own",
    base: "dev",
    set: { "lgtm:tags": { "aws:team": "x" } },
    expected: [{ key: "lgtm:tags.aws:team", allowed: "not beginning with aws:", rule: "tags" }],
  },
  {
    name: "a certificate of another region",
    base: "prod",
    set: { "lgtm:ingress.certificateArn": certificate("us-east-1", "123456789012") },
    expected: [
      {
        key: "lgtm:ingress.certificateArn",
        given: "us-east-1",
        allowed: "ap-northeast-2",
        rule: "arn-region",
      },
    ],
  },
  {
    name: "a certificate of another account",
    base: "prod",
    set: { "lgtm:ingress.certificateArn": certificate("ap-northeast-2", "210987654321") },
    expected: [
      { key: "lgtm:ingress.certificateArn", allowed: "123456789012", rule: "arn-account" },
    ],
  },
  {
    name: "a pull-through cache without credentials",
    base: "prod",
    set: { "lgtm:images": { pullThroughCache: true } },
    expected: [
      {
        key: "lgtm:images.pullThroughCache",
        mend: "Docker Hub user name",
        rule: "pull-through-credentials",
      },
    ],
  },
  {
    name: "a pull-through cache with a secret that ECR does not read",
    base: "prod",
    set: { "lgtm:images": { pullThroughCache: true, credentialsSecretArn: secret("docker") } },
    expected: [
      {
        key: "lgtm:images.credentialsSecretArn",
        allowed: "ecr-pullthroughcache/",
        rule: "pull-through-credentials",
      },
    ],
  },
  {
    name: "the tag latest",
    base: "dev",
    set: { "lgtm:images": { versions: { loki: "latest" } } },
    expected: [
      {
        key: "lgtm:images.versions.loki",
        given: "latest",
        allowed: "one version",
        rule: "image-tag",
      },
    ],
  },
  {
    name: "a CA bundle that is not there",
    base: "prod",
    set: { "lgtm:grafana.database.caBundleFile": "rds.pem" },
    expected: [
      {
        key: "lgtm:grafana.database.caBundleFile",
        given: "rds.pem",
        allowed: "a file that exists",
        rule: "ca-bundle",
      },
    ],
  },
  {
    name: "a CA bundle that is none",
    base: "prod",
    set: { "lgtm:grafana.database.caBundleFile": "rds.pem" },
    beside: { "rds.pem": "<html>404</html>" },
    expected: [
      { key: "lgtm:grafana.database.caBundleFile", allowed: "PEM certificates", rule: "ca-bundle" },
    ],
  },
  {
    name: "another stack of the same name",
    base: "dev",
    beside: { "Pulumi.twin.yaml": sibling("  lgtm:name: lgtm-dev\n") },
    expected: [
      {
        key: "lgtm:name",
        given: "lgtm-dev",
        mend: "Pulumi.twin.yaml has it already",
        rule: "stacks-apart",
      },
    ],
  },
  {
    name: "another stack with the same bucket",
    base: "dev",
    beside: {
      "Pulumi.twin.yaml": sibling(
        "  lgtm:name: other\n  lgtm:storage: { bucketName: sys-lgtm-dev-s3 }\n",
      ),
    },
    expected: [{ key: "lgtm:storage.bucketName", given: "sys-lgtm-dev-s3", rule: "stacks-apart" }],
  },
  {
    name: "another stack with the same namespace in the same VPC",
    base: "dev",
    set: { "lgtm:network.existing": vpc },
    beside: {
      "Pulumi.twin.yaml": sibling(
        `  lgtm:name: other\n  lgtm:network: { existing: { vpcId: ${vpc.vpcId} } }\n`,
      ),
    },
    expected: [{ key: "lgtm:namespace", given: "lgtm.local", rule: "stacks-apart" }],
  },
  {
    name: "a public block for the VPC",
    base: "prod",
    set: { "lgtm:network.cidr": "52.10.0.0/16" },
    expected: [
      {
        key: "lgtm:network.cidr",
        given: "52.10.0.0/16",
        allowed: "100.64.0.0/10",
        rule: "vpc-block-private",
      },
    ],
  },
  {
    name: "a block that reaches out of RFC 1918",
    base: "prod",
    set: { "lgtm:network.cidr": "172.32.0.0/16" },
    expected: [{ key: "lgtm:network.cidr", rule: "vpc-block-private" }],
  },
  {
    name: "a VPC that is too small",
    base: "dev",
    set: { "lgtm:network.cidr": "10.0.0.0/24" },
    expected: [{ key: "lgtm:network.cidr", allowed: "/16 to /20", rule: "vpc-block-size" }],
  },
  {
    name: "a VPC that AWS does not allow",
    base: "dev",
    set: { "lgtm:network.cidr": "10.0.0.0/8" },
    expected: [{ key: "lgtm:network.cidr", allowed: "/16 to /20", rule: "vpc-block-size" }],
  },
  {
    name: "a block that does not start at its first address",
    base: "dev",
    set: { "lgtm:network.cidr": "10.40.1.0/16" },
    expected: [
      { key: "lgtm:network.cidr", mend: "write 10.40.0.0/16", rule: "vpc-block-canonical" },
    ],
  },
  {
    name: "no block at all",
    base: "dev",
    set: { "lgtm:network.cidr": "10.400.0.0/16" },
    expected: [{ key: "lgtm:network.cidr", allowed: "an IPv4 block", rule: "vpc-block-canonical" }],
  },
  {
    name: "a zone twice",
    base: "dev",
    set: { "lgtm:network.zones": ["a", "a"] },
    expected: [{ key: "lgtm:network.zones", mend: 'remove the second "a"', rule: "zones-unique" }],
  },
  {
    name: "an endpoint twice",
    base: "dev",
    set: { "lgtm:network.interfaceEndpoints": ["logs", "logs"] },
    expected: [{ key: "lgtm:network.interfaceEndpoints", rule: "endpoints-unique" }],
  },
  {
    name: "fewer subnets than zones",
    base: "prod",
    set: { "lgtm:network.existing": vpc },
    expected: [
      {
        key: "lgtm:network.existing.publicSubnetIds",
        given: "2 subnets for 3 zones",
        rule: "existing-subnets",
      },
      {
        key: "lgtm:network.existing.privateSubnetIds",
        given: "2 subnets for 3 zones",
        rule: "existing-subnets",
      },
    ],
  },
  {
    name: "a subnet that is public and private",
    base: "dev",
    set: {
      "lgtm:network.existing": { ...vpc, privateSubnetIds: ["subnet-00000002", "subnet-00000004"] },
    },
    expected: [
      { key: "lgtm:network.existing", given: "subnet-00000002", rule: "existing-subnets" },
    ],
  },
  {
    name: "interface endpoints for a VPC that somebody else owns",
    base: "dev",
    set: { "lgtm:network.existing": vpc, "lgtm:network.interfaceEndpoints": ["logs"] },
    expected: [
      {
        key: "lgtm:network.interfaceEndpoints",
        given: "logs",
        mend: "with the VPC",
        rule: "existing-no-endpoints",
      },
    ],
  },
  {
    name: "neither certificate nor zone",
    base: "prod",
    set: { "lgtm:ingress.certificateArn": undefined },
    expected: [
      {
        key: "lgtm:ingress",
        given: "neither",
        mend: "the ARN of a certificate",
        rule: "certificate-or-zone",
      },
    ],
  },
  {
    name: "certificate and zone",
    base: "prod",
    set: { "lgtm:ingress.hostedZoneId": "Z0123456789ABC" },
    expected: [
      { key: "lgtm:ingress", given: "both", mend: "remove one", rule: "certificate-or-zone" },
    ],
  },
  {
    name: "no guard in prod",
    base: "prod",
    set: { "lgtm:ingress.auth": "none" },
    expected: [
      {
        key: "lgtm:ingress.auth",
        given: "none",
        allowed: "token, cidr or both in prod",
        rule: "auth-in-prod",
      },
    ],
  },
  {
    name: "a guard by address without addresses",
    base: "prod",
    set: { "lgtm:ingress.auth": "both" },
    expected: [
      {
        key: "lgtm:ingress.allowedCidrs",
        allowed: "at least one block",
        rule: "cidrs-where-guarded",
      },
    ],
  },
  {
    name: "addresses that guard nothing",
    base: "prod",
    set: { "lgtm:ingress.allowedCidrs": ["203.0.113.0/24"] },
    expected: [
      {
        key: "lgtm:ingress.allowedCidrs",
        allowed: "nothing with auth: token",
        rule: "cidrs-where-guarded",
      },
    ],
  },
  {
    name: "a writer's block with host bits, twice",
    base: "dev",
    set: {
      "lgtm:ingress.auth": "cidr",
      "lgtm:ingress.allowedCidrs": ["203.0.113.7/24", "203.0.113.7/24"],
    },
    expected: [
      { key: "lgtm:ingress.allowedCidrs", mend: "write 203.0.113.0/24", rule: "allowed-block" },
      { key: "lgtm:ingress.allowedCidrs", mend: "write 203.0.113.0/24", rule: "allowed-block" },
      { key: "lgtm:ingress.allowedCidrs", allowed: "each block once", rule: "allowed-block" },
    ],
  },
  {
    name: "the whole world may write in prod",
    base: "prod",
    set: { "lgtm:ingress.auth": "cidr", "lgtm:ingress.allowedCidrs": ["0.0.0.0/0"] },
    expected: [
      { key: "lgtm:ingress.allowedCidrs", given: "0.0.0.0/0", rule: "world-may-not-write-in-prod" },
    ],
  },
  {
    name: "a token id twice",
    base: "dev",
    set: { "lgtm:ingress.tokenIds": ["a", "a"] },
    expected: [
      { key: "lgtm:ingress.tokenIds", mend: "to rotate, add a new id", rule: "token-ids-unique" },
    ],
  },
  {
    name: "a token for an id that is not used",
    base: "dev",
    set: { "lgtm:ingestTokens": { b: { secure: "v1:abc" } } },
    expected: [
      { key: "lgtm:ingestTokens.b", given: "(hidden)", allowed: "(a)", rule: "token-known" },
    ],
  },
  {
    name: "a load balancer that cuts queries",
    base: "prod",
    set: { "lgtm:queryTimeoutSeconds": 600 },
    expected: [
      {
        key: "lgtm:ingress.idleTimeoutSeconds",
        given: "330",
        allowed: "600",
        mend: "630",
        rule: "idle-timeout",
      },
    ],
  },
  {
    name: "more listener rules than a load balancer has",
    base: "prod",
    listenerRules: 101,
    expected: [
      { key: "lgtm:ingress.allowedCidrs", given: "101 listener rules", rule: "listener-rules" },
    ],
  },
  {
    name: "memory that does not go with the CPU",
    base: "dev",
    set: { "lgtm:pyroscope": { vcpu: 0.25, memoryGb: 4 } },
    expected: [
      {
        key: "lgtm:pyroscope.memoryGb",
        given: "vcpu 0.25 with memoryGb 4",
        allowed: "0.5, 1, 2",
        rule: "fargate-size",
      },
    ],
  },
  {
    name: "a step that 8 vCPU do not have",
    base: "prod",
    set: { "lgtm:mimir.vcpu": 8, "lgtm:mimir.memoryGb": 18 },
    expected: [
      { key: "lgtm:mimir.memoryGb", allowed: "16 to 60 in steps of 4", rule: "fargate-size" },
    ],
  },
  {
    name: "a CPU that Fargate does not have",
    base: "prod",
    set: { "lgtm:alloy.gateway.vcpu": 3 },
    expected: [
      {
        key: "lgtm:alloy.gateway.vcpu",
        allowed: "0.25, 0.5, 1, 2, 4, 8, 16",
        rule: "fargate-size",
      },
    ],
  },
  {
    name: "two copies",
    base: "prod",
    set: { "lgtm:loki.replicationFactor": 2 },
    expected: [
      {
        key: "lgtm:loki.replicationFactor",
        given: "2",
        allowed: "1 or 3",
        mend: "silently short",
        rule: "replication-factor",
      },
    ],
  },
  {
    name: "five copies",
    base: "prod",
    set: { "lgtm:mimir.replicationFactor": 5 },
    expected: [
      {
        key: "lgtm:mimir.replicationFactor",
        mend: "nothing else has been measured",
        rule: "replication-factor",
      },
    ],
  },
  {
    name: "fewer Mimir replicas than copies",
    base: "prod",
    set: { "lgtm:mimir.replicas": 2 },
    expected: [
      {
        key: "lgtm:mimir.replicas",
        given: "2",
        allowed: "at least 3",
        rule: "replicas-carry-factor",
      },
    ],
  },
  {
    name: "fewer Loki and Tempo ingesters than copies",
    base: "prod",
    set: { "lgtm:loki.ingester.replicas": 2, "lgtm:tempo.ingester.replicas": 1 },
    expected: [
      {
        key: "lgtm:loki.ingester.replicas",
        mend: "loki.replicationFactor to 1",
        rule: "replicas-carry-factor",
      },
      { key: "lgtm:tempo.ingester.replicas", allowed: "at least 3", rule: "replicas-carry-factor" },
    ],
  },
  {
    name: "two compactors",
    base: "prod",
    set: { "lgtm:loki.compactor": { replicas: 2 } },
    expected: [{ key: "lgtm:loki.compactor.replicas", allowed: "exactly 1", rule: "singleton" }],
  },
  {
    name: "two collectors and two generators",
    base: "prod",
    set: {
      "lgtm:alloy.collector": { replicas: 2 },
      "lgtm:tempo.metricsGenerator": { replicas: 2 },
    },
    expected: [
      { key: "lgtm:tempo.metricsGenerator.replicas", allowed: "exactly 1", rule: "singleton" },
      { key: "lgtm:alloy.collector.replicas", mend: "every series twice", rule: "singleton" },
    ],
  },
  {
    name: "two Grafanas with a database each",
    base: "dev",
    set: { "lgtm:grafana.replicas": 2 },
    expected: [{ key: "lgtm:grafana.replicas", mend: "postgres", rule: "grafana-replicas" }],
  },
  {
    name: "more tasks than a name has answers",
    base: "prod",
    set: { "lgtm:loki.querier": { replicas: 9 } },
    expected: [
      { key: "lgtm:loki.querier.replicas", given: "9", allowed: "at most 8", rule: "dns-answers" },
    ],
  },
  {
    name: "scaling to more tasks than a name has answers",
    base: "prod",
    set: { "lgtm:loki.querier": { autoscaling: { minReplicas: 2, maxReplicas: 10 } } },
    expected: [
      { key: "lgtm:loki.querier.autoscaling.maxReplicas", given: "10", rule: "dns-answers" },
    ],
  },
  {
    name: "a count outside the bounds of scaling",
    base: "prod",
    set: { "lgtm:loki.querier": { autoscaling: { minReplicas: 3, maxReplicas: 6 } } },
    expected: [
      {
        key: "lgtm:loki.querier.autoscaling",
        given: "minReplicas 3, replicas 2",
        rule: "autoscaling-range",
      },
    ],
  },
  {
    name: "zone awareness together with autoforget",
    base: "prod",
    set: { "lgtm:loki.zoneAwareness": true },
    expected: [
      { key: "lgtm:loki.zoneAwareness", mend: "silently short", rule: "autoforget-or-zones" },
    ],
  },
  {
    name: "S3 deletes metrics before Mimir does",
    base: "prod",
    set: { "lgtm:storage": { metrics: { expireAfterDays: 366 } } },
    expected: [
      {
        key: "lgtm:storage.metrics.expireAfterDays",
        given: "366",
        allowed: "at least 367",
        rule: "expire-after-retention",
      },
    ],
  },
  {
    name: "S3 deletes logs, traces and profiles before the servers do",
    base: "prod",
    set: {
      "lgtm:loki.retentionDays": 500,
      "lgtm:tempo.retentionDays": 14,
      "lgtm:pyroscope": { retentionDays: 60 },
    },
    expected: [
      {
        key: "lgtm:storage.logs.expireAfterDays",
        allowed: "at least 502",
        rule: "expire-after-retention",
      },
      {
        key: "lgtm:storage.traces.expireAfterDays",
        allowed: "at least 16",
        rule: "expire-after-retention",
      },
      {
        key: "lgtm:storage.profiles.expireAfterDays",
        allowed: "at least 62",
        rule: "expire-after-retention",
      },
    ],
  },
  {
    name: "storage classes in the wrong order",
    base: "prod",
    set: { "lgtm:storage": { metrics: { infrequentAccessAfterDays: 80 } } },
    expected: [
      {
        key: "lgtm:storage.metrics.glacierInstantRetrievalAfterDays",
        given: "90",
        allowed: "at least 110",
        rule: "transitions-ordered",
      },
    ],
  },
  {
    name: "an end before the last storage class",
    base: "dev",
    set: {
      "lgtm:mimir.retentionDays": 60,
      "lgtm:storage": { metrics: { expireAfterDays: 90 } },
    },
    expected: [
      {
        key: "lgtm:storage.metrics.expireAfterDays",
        mend: "intelligentTiering",
        rule: "transitions-ordered",
      },
    ],
  },
  {
    name: "info logs that pay for a storage class",
    base: "prod",
    set: { "lgtm:storage": { logs: { infrequentAccessAfterDays: 30 } } },
    expected: [
      {
        key: "lgtm:storage.logs.infrequentAccessAfterDays",
        allowed: "more than loki.infoRetentionDays, 30",
        rule: "logs-colder-after-info",
      },
    ],
  },
  {
    name: "info logs that stay longer than the others",
    base: "prod",
    set: { "lgtm:loki.retentionDays": 30 },
    expected: [
      {
        key: "lgtm:loki.infoRetentionDays",
        given: "30",
        allowed: "less than",
        rule: "info-shorter",
      },
    ],
  },
  {
    name: "a bucket with dots",
    base: "prod",
    set: { "lgtm:storage": { bucketName: "logs.example.com" } },
    expected: [
      {
        key: "lgtm:storage.bucketName",
        allowed: "no dots",
        mend: "sys-lgtm-s3",
        rule: "bucket-name",
      },
    ],
  },
  {
    name: "a bucket that looks like an address",
    base: "prod",
    set: { "lgtm:storage": { bucketName: "10.0.0.1" } },
    expected: [
      {
        key: "lgtm:storage.bucketName",
        allowed: "not the form of an IP address",
        rule: "bucket-name",
      },
    ],
  },
  {
    name: "protection off in prod",
    base: "prod",
    set: {
      "lgtm:ingress.deletionProtection": false,
      "lgtm:ingress.accessLogs": false,
      "lgtm:storage": { protect: false },
      "lgtm:grafana.database.deletionProtection": false,
    },
    expected: [
      {
        key: "lgtm:ingress.deletionProtection",
        given: "false",
        mend: "environment: dev",
        rule: "prod-keeps-protection",
      },
      { key: "lgtm:ingress.accessLogs", allowed: "true in prod", rule: "prod-keeps-protection" },
      { key: "lgtm:storage.protect", allowed: "true in prod", rule: "prod-keeps-protection" },
      { key: "lgtm:grafana.database.deletionProtection", rule: "prod-keeps-protection" },
    ],
  },
  {
    name: "a shell in prod",
    base: "prod",
    set: { "lgtm:execEnabled": true },
    expected: [{ key: "lgtm:execEnabled", allowed: "false in prod", rule: "exec-in-prod" }],
  },
  {
    name: "prod asleep at night",
    base: "prod",
    set: { "lgtm:schedule": {} },
    expected: [{ key: "lgtm:schedule", mend: "receives nothing", rule: "schedule-in-prod" }],
  },
  {
    name: "the stack's own log groups",
    base: "prod",
    set: { "lgtm:collection": { logGroups: ["/ecs/lgtm-mimir", "/ecs/", "/ecs/shop"] } },
    expected: [
      {
        key: "lgtm:collection.logGroups",
        given: "/ecs/lgtm-mimir",
        mend: "without end",
        rule: "own-log-groups",
      },
      { key: "lgtm:collection.logGroups", given: "/ecs/", rule: "own-log-groups" },
    ],
  },
  {
    name: "a client twice",
    base: "prod",
    set: { "lgtm:collection": { clients: { cidrs: ["10.0.0.0/8", "10.0.0.0/8"] } } },
    expected: [
      {
        key: "lgtm:collection.clients.cidrs",
        allowed: "each entry once",
        rule: "collection-unique",
      },
    ],
  },
  {
    name: "a client on the Internet",
    base: "prod",
    set: { "lgtm:collection": { clients: { cidrs: ["203.0.113.0/24"] } } },
    expected: [
      {
        key: "lgtm:collection.clients.cidrs",
        given: "203.0.113.0/24",
        allowed: "private blocks",
        rule: "client-block",
      },
    ],
  },
  {
    name: "an address to mail to twice",
    base: "prod",
    set: { "lgtm:watch": { emails: ["a@example.com", "a@example.com"] } },
    expected: [
      {
        key: "lgtm:watch.emails",
        given: "a@example.com",
        allowed: "each entry once",
        rule: "watch-unique",
      },
    ],
  },
  {
    name: "an alert topic named twice",
    base: "dev",
    set: {
      "lgtm:grafana": {
        alerting: {
          topicArns: [
            "arn:aws:sns:eu-west-1:123456789012:on-call",
            "arn:aws:sns:eu-west-1:123456789012:on-call",
          ],
        },
      },
    },
    expected: [
      {
        key: "lgtm:grafana.alerting.topicArns",
        allowed: "each topic once",
        rule: "alert-topics-unique",
      },
    ],
  },
  {
    name: "an SMTP user without a password",
    base: "dev",
    set: {
      "lgtm:grafana": {
        alerting: {
          email: {
            addresses: ["a@example.com"],
            from: "lgtm@example.com",
            host: "smtp.example.com:587",
            user: "lgtm",
          },
        },
      },
    },
    expected: [
      {
        key: "lgtm:grafana.alerting.email.passwordSecretArn",
        mend: "half a login",
        rule: "smtp-login",
      },
    ],
  },
  {
    name: "alarms over a stack that sleeps",
    base: "dev",
    set: { "lgtm:schedule": {}, "lgtm:watch": { enabled: true } },
    expected: [{ key: "lgtm:watch.enabled", mend: "every evening", rule: "watch-while-asleep" }],
  },
  {
    name: "the stack's own VPC as another one",
    base: "dev",
    set: { "lgtm:network.existing": vpc, "lgtm:collection": { associateVpcs: [vpc.vpcId] } },
    expected: [
      { key: "lgtm:collection.associateVpcs", given: vpc.vpcId, rule: "own-vpc-associated" },
    ],
  },
  {
    name: "any role of another account",
    base: "prod",
    set: { "lgtm:collection": { assumeRoleArns: ["arn:aws:iam::210987654321:role/*"] } },
    expected: [
      { key: "lgtm:collection.assumeRoleArns", allowed: "single roles", rule: "assumed-role" },
    ],
  },
  {
    name: "a working day that ends before it starts",
    base: "dev",
    set: { "lgtm:schedule": { startHour: 20, stopHour: 8 } },
    expected: [
      { key: "lgtm:schedule.stopHour", given: "8", allowed: "later than", rule: "schedule-hours" },
    ],
  },
  {
    name: "an invented time zone",
    base: "dev",
    set: { "lgtm:schedule": { timezone: "Asia/Soul" } },
    expected: [
      {
        key: "lgtm:schedule.timezone",
        given: "Asia/Soul",
        allowed: "Asia/Seoul",
        rule: "schedule-timezone",
      },
    ],
  },
];

/** Several mistakes in one file: shape and rules together. */
const several: readonly BrokenFile[] = [
  {
    name: "mistakes of every kind at once",
    base: "prod",
    set: {
      "aws:region": undefined,
      "lgtm:environment": "production",
      "lgtm:mimir.replicas": 2,
      "lgtm:loki.ingester.spot": true,
      "lgtm:loki.replicationFactor": "three",
      "lgtm:network.cidr": "8.8.0.0/16",
      "lgtm:tempo.querier.vcpu": 5,
    },
    expected: [
      { key: "aws:region" },
      { key: "lgtm:environment", mend: "did you mean prod?" },
      { key: "lgtm:mimir.replicas", rule: "replicas-carry-factor" },
      { key: "lgtm:loki.ingester.spot" },
      { key: "lgtm:loki.replicationFactor", given: "three" },
      { key: "lgtm:network.cidr", rule: "vpc-block-private" },
      { key: "lgtm:tempo.querier.vcpu", rule: "fargate-size" },
    ],
  },
];

export const brokenFiles: readonly BrokenFile[] = [
  ...shape,
  ...secrets,
  ...acrossFields,
  ...several,
];
