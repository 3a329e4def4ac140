import { parse, stringify } from "yaml";
import { type BrokenPlan, type Mutant, type Properties, types } from "./mutant";

export type { Properties } from "./mutant";

/** A mutant of the prod plan. */
export const mutant = (
  name: string,
  operator: string,
  apply: (plan: BrokenPlan) => void,
  ...expected: readonly string[]
): Mutant => ({ name, operator, stack: "prod", apply, expected });

/** A mutant of the dev plan. */
export const devMutant = (...args: Parameters<typeof mutant>): Mutant => ({
  ...mutant(...args),
  stack: "dev",
});

/** Sets a property at a dotted path, or removes it with `undefined`. */
export function set(
  plan: BrokenPlan,
  type: string,
  name: string,
  key: string,
  value: unknown,
): void {
  plan.change(type, name, (properties) => place(properties, key, value));
}

/** Changes one container of a task definition. */
export function container(
  plan: BrokenPlan,
  task: string,
  name: string,
  change: (container: Properties) => void,
): void {
  plan.containers(task, (containers) => {
    const found = containers.find((each) => each["name"] === name);
    if (found === undefined) throw new Error(`${task} has no container ${name}`);
    change(found);
  });
}

/** Sets a property of a container, or removes it with `undefined`. */
export const inContainer = (
  plan: BrokenPlan,
  task: string,
  name: string,
  key: string,
  value: unknown,
): void => container(plan, task, name, (found) => place(found, key, value));

/** Adds a variable to a container. */
export const variable = (
  plan: BrokenPlan,
  task: string,
  name: string,
  key: string,
  value: string,
): void =>
  container(plan, task, name, (found) => {
    (found["environment"] as Properties[]).push({ name: key, value });
  });

/** Changes the text of a rendered file. */
export function file(
  plan: BrokenPlan,
  task: string,
  name: string,
  change: (text: string) => string,
): void {
  container(plan, task, "init", (init) => {
    const environment = init["environment"] as { name: string; value: string }[];
    const found = environment.find((each) => each.name === name);
    if (found === undefined) throw new Error(`${task} has no file ${name}`);
    found.value = change(found.value);
  });
}

const fileOf = (task: string): string =>
  `FILE_${/^lgtm-(?:dev-)?(mimir|loki|tempo|pyroscope)/.exec(task)?.[1]?.toUpperCase()}_YAML`;

/** Sets a setting in a server's rendered file, or removes it with `undefined`. */
export const setting = (plan: BrokenPlan, task: string, key: string, value: unknown): void =>
  file(plan, task, fileOf(task), (text) => {
    const tree = parse(text) as Properties;
    place(tree, key, value);
    return stringify(tree);
  });

/** A resource like another one, under another name and with some other properties. */
export function addLike(
  plan: BrokenPlan,
  type: string,
  name: string,
  newName: string,
  change: (properties: Properties) => void,
): void {
  const copy = structuredClone(plan.find(type, name));
  copy.urn = copy.urn.replace(/::[^:]*$/, `::${newName}`);
  copy.name = newName;
  change(copy.inputs);
  change(copy.outputs);
  plan.resources.push(copy);
}

function place(tree: Properties, path: string, value: unknown): void {
  const keys = path.split(".");
  const last = keys.pop() ?? "";
  let parent = tree;
  for (const key of keys) {
    const next = parent[key];
    if (typeof next !== "object" || next === null) parent[key] = {};
    parent = parent[key] as Properties;
  }
  if (value === undefined) delete parent[last];
  else parent[last] = value;
}

export const allTypes = {
  ...types,
  bucket: "aws:s3/bucket:Bucket",
  publicAccess: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
  encryption:
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  versioning: "aws:s3/bucketVersioning:BucketVersioning",
  ownership: "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
  lifecycle: "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
  tiering: "aws:s3/bucketIntelligentTieringConfiguration:BucketIntelligentTieringConfiguration",
  database: "aws:rds/instance:Instance",
  parameters: "aws:rds/parameterGroup:ParameterGroup",
  logGroup: "aws:cloudwatch/logGroup:LogGroup",
  capacity: "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders",
  scaling: "aws:appautoscaling/target:Target",
  loadBalancer: "aws:lb/loadBalancer:LoadBalancer",
  listener: "aws:lb/listener:Listener",
  listenerRule: "aws:lb/listenerRule:ListenerRule",
  targetGroup: "aws:lb/targetGroup:TargetGroup",
  vpc: "aws:ec2/vpc:Vpc",
  subnet: "aws:ec2/subnet:Subnet",
  route: "aws:ec2/route:Route",
  endpoint: "aws:ec2/vpcEndpoint:VpcEndpoint",
  name: "aws:servicediscovery/service:Service",
  namespace: "aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace",
  record: "aws:route53/record:Record",
  secret: "aws:secretsmanager/secret:Secret",
  provider: "pulumi:providers:aws",
  natGateway: "aws:ec2/natGateway:NatGateway",
  routeTable: "aws:ec2/routeTable:RouteTable",
  routeTableAssociation: "aws:ec2/routeTableAssociation:RouteTableAssociation",
  internetGateway: "aws:ec2/internetGateway:InternetGateway",
  databaseSubnets: "aws:rds/subnetGroup:SubnetGroup",
  cluster: "aws:ecs/cluster:Cluster",
  defaultVpc: "aws:ec2/defaultVpc:DefaultVpc",
  alarm: "aws:cloudwatch/metricAlarm:MetricAlarm",
  eventRule: "aws:cloudwatch/eventRule:EventRule",
  eventTarget: "aws:cloudwatch/eventTarget:EventTarget",
  topicPolicy: "aws:sns/topicPolicy:TopicPolicy",
  subscription: "aws:sns/topicSubscription:TopicSubscription",
} as const;
