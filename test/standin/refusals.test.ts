import * as assert from "node:assert/strict";
import { Account, type Thing } from "../../standin/account";
import { facts } from "../../standin/facts";
import { check, createThing, deleteThing, Refusal, updateThing } from "../../standin/operations";
import { refusals } from "../../standin/refusals";
import { requests } from "../../standin/shapes/requests";
import type { Properties } from "../../standin/types";
import { type RecordedResource, unwrapAll } from "../../plan/record";
import { planWith, prodPlan } from "../fixtures/plans";
import { defaultConfig } from "../fixtures/config";

const place = { accountId: "123456789012", region: "ap-northeast-2" };
const types = {
  bucket: "aws:s3/bucket:Bucket",
  bucketPolicy: "aws:s3/bucketPolicy:BucketPolicy",
  database: "aws:rds/instance:Instance",
  ingressRule: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
  lifecycle: "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
  listener: "aws:lb/listener:Listener",
  listenerRule: "aws:lb/listenerRule:ListenerRule",
  loadBalancer: "aws:lb/loadBalancer:LoadBalancer",
  name: "aws:servicediscovery/service:Service",
  namespace: "aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace",
  role: "aws:iam/role:Role",
  rolePolicy: "aws:iam/rolePolicy:RolePolicy",
  secret: "aws:secretsmanager/secret:Secret",
  secretVersion: "aws:secretsmanager/secretVersion:SecretVersion",
  service: "aws:ecs/service:Service",
  subnet: "aws:ec2/subnet:Subnet",
  taskDefinition: "aws:ecs/taskDefinition:TaskDefinition",
} as const;

/** An account with the shipped production stack in it, and tools to ask it for more. */
class Deployed {
  constructor(readonly account: Account) {}

  private get env() {
    return { account: this.account, place, defaultTags: {} };
  }

  /** The first thing of a type for which `which` holds. */
  thing(type: string, which: (outputs: Properties) => boolean = () => true): Thing {
    const found = this.account.all(type).find(({ outputs }) => which(outputs));
    assert.ok(found !== undefined, `no ${type}`);
    return found;
  }

  /** Asks for one more of a type, like the first one but for some inputs. */
  createLike(type: string, changes: Properties = {}, like = this.thing(type)): void {
    const target = { urn: `${like.urn}-more`, type, name: "more" };
    const inputs = { ...like.inputs, ...changes };
    createThing(this.env, target, check(this.env, target, undefined, inputs));
  }

  /** Asks for the first one of a type again, after taking it out of the account. */
  recreate(type: string, changes: Properties, like = this.thing(type)): void {
    this.account.remove(type, like.id);
    this.createLike(type, changes, like);
  }

  update(thing: Thing, changes: Properties): void {
    const named = facts[thing.type]?.autoName?.property ?? "name";
    const inputs = { ...thing.inputs, [named]: thing.outputs[named], ...changes };
    const target = { urn: thing.urn ?? "", type: thing.type, name: "" };
    updateThing(this.env, target, thing.id, thing, inputs);
  }

  delete(thing: Thing): void {
    const target = { urn: thing.urn ?? "", type: thing.type, name: "" };
    deleteThing(this.env, target, thing.id, thing.outputs);
  }

  /** Makes a setting of a thing other than the program did. */
  set(thing: Thing, changes: Properties): Thing {
    const changed = {
      ...thing,
      inputs: { ...thing.inputs, ...changes },
      outputs: { ...thing.outputs, ...changes },
    };
    this.account.put(changed);
    return changed;
  }
}

const withTarget = (outputs: Properties) => (outputs["loadBalancers"] as unknown[]).length > 0;
const withoutTarget = (outputs: Properties) => !withTarget(outputs);
const document = (statement: Properties) =>
  JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
const allow = { Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::a/*" };

/** For every rule: something that it refuses, and what AWS says then. */
const cases: Readonly<Record<string, readonly [(deployed: Deployed) => void, RegExp]>> = {
  "request-shape": [
    (d) => d.createLike(types.service, { name: "other", propagateTags: "YES" }),
    /propagateTags is YES; allowed are/,
  ],
  "policy-document": [
    (d) => d.createLike(types.rolePolicy, { policy: document({ ...allow, Effect: "allow" }) }),
    /MalformedPolicyDocument: an effect is allow/,
  ],
  "references-exist": [
    (d) => d.recreate(types.subnet, { vpcId: "vpc-00000000000000000" }),
    /InvalidVpcID.NotFound/,
  ],
  "bucket-exists": [(d) => d.createLike(types.lifecycle, { bucket: "nobody" }), /NoSuchBucket/],
  "role-exists": [(d) => d.createLike(types.rolePolicy, { role: "nobody" }), /NoSuchEntity/],
  "secretId-exists": [
    (d) => d.createLike(types.secretVersion, { secretId: "nobody" }),
    /ResourceNotFoundException/,
  ],
  "dbSubnetGroupName-exists": [
    (d) => d.createLike(types.database, { identifier: "x", dbSubnetGroupName: "nobody" }),
    /DBSubnetGroupNotFoundFault/,
  ],
  "parameterGroupName-exists": [
    (d) => d.createLike(types.database, { identifier: "x", parameterGroupName: "nobody" }),
    /DBParameterGroupNotFound/,
  ],
  "topic-exists": [
    (d) =>
      d.createLike("aws:sns/topicSubscription:TopicSubscription", {
        topic: "arn:aws:sns:ap-northeast-2:123456789012:nobody",
      }),
    /Topic does not exist/,
  ],
  "arn-exists": [
    (d) =>
      d.createLike("aws:sns/topicPolicy:TopicPolicy", {
        arn: "arn:aws:sns:ap-northeast-2:123456789012:nobody",
      }),
    /Topic does not exist/,
  ],
  "rule-exists": [
    (d) => d.createLike("aws:cloudwatch/eventTarget:EventTarget", { rule: "nobody" }),
    /Rule does not exist/,
  ],
  "clusterName-exists": [
    (d) =>
      d.createLike("aws:ecs/clusterCapacityProviders:ClusterCapacityProviders", {
        clusterName: "nobody",
      }),
    /ClusterNotFoundException/,
  ],
  "unique-name-Service": [(d) => d.createLike(types.service), /not idempotent/],
  "unique-name-LoadBalancer": [(d) => sameName(d, types.loadBalancer), /DuplicateLoadBalancerName/],
  "unique-name-TargetGroup": [
    (d) => sameName(d, "aws:lb/targetGroup:TargetGroup"),
    /DuplicateTargetGroupName/,
  ],
  "unique-name-Role": [(d) => d.createLike(types.role), /EntityAlreadyExists/],
  "unique-name-LogGroup": [
    (d) => d.createLike("aws:cloudwatch/logGroup:LogGroup"),
    /ResourceAlreadyExistsException/,
  ],
  "unique-bucket-Bucket": [
    (d) => d.createLike(types.bucket, { bucket: d.thing(types.bucket).id }),
    /BucketAlreadyOwnedByYou/,
  ],
  "unique-name-Secret": [(d) => sameName(d, types.secret), /ResourceExistsException/],
  "unique-name-SecurityGroup": [
    (d) => sameName(d, "aws:ec2/securityGroup:SecurityGroup"),
    /InvalidGroup.Duplicate/,
  ],
  "unique-name-PrivateDnsNamespace": [
    (d) => d.createLike(types.namespace),
    /ConflictingDomainExists/,
  ],
  "unique-identifier-Instance": [
    (d) =>
      d.createLike(types.database, { identifier: d.thing(types.database).outputs["identifier"] }),
    /DBInstanceAlreadyExists/,
  ],
  "unique-name-SubnetGroup": [
    (d) => sameName(d, "aws:rds/subnetGroup:SubnetGroup"),
    /DBGroupAlreadyExists/,
  ],
  "unique-ecrRepositoryPrefix-PullThroughCacheRule": [
    (d) => d.createLike("aws:ecr/pullThroughCacheRule:PullThroughCacheRule"),
    /PullThroughCacheRuleAlreadyExists/,
  ],
  "unique-name-MetricAlarm": [
    (d) => d.createLike("aws:cloudwatch/metricAlarm:MetricAlarm"),
    /already exists/,
  ],
  "unique-name-Budget": [
    (d) => d.createLike("aws:budgets/budget:Budget"),
    /DuplicateRecordException/,
  ],
  "secret-in-recovery": [
    (d) => {
      const secret = d.thing(types.secret);
      d.delete(secret);
      d.createLike(types.secret, { name: secret.outputs["name"] }, secret);
    },
    /already scheduled for deletion/,
  ],
  "discovery-service-name": [(d) => d.createLike(types.name), /ServiceAlreadyExists/],
  "one-of-a-kind": [(d) => d.createLike(types.lifecycle), /already has a/],
  "fargate-size": [
    (d) => d.createLike(types.taskDefinition, { cpu: "512", memory: "8192" }),
    /No Fargate configuration exists/,
  ],
  "fargate-ephemeral-storage": [
    (d) => d.createLike(types.taskDefinition, { ephemeralStorage: { sizeInGib: 20 } }),
    /not between 21 and 200/,
  ],
  "unique-container-names": [
    (d) => {
      const [first] = containers(d.thing(types.taskDefinition));
      d.createLike(types.taskDefinition, { containerDefinitions: JSON.stringify([first, first]) });
    },
    /names must be unique/,
  ],
  "task-definition-size": [
    (d) => {
      const [first] = containers(d.thing(types.taskDefinition));
      const command = ["x".repeat(70_000)];
      d.createLike(types.taskDefinition, {
        containerDefinitions: JSON.stringify([{ ...first, command }]),
      });
    },
    /64 KiB/,
  ],
  "capacity-provider-of-cluster": [
    (d) => {
      const providers = d.thing("aws:ecs/clusterCapacityProviders:ClusterCapacityProviders");
      d.account.remove(providers.type, providers.id);
      d.createLike(types.service, { name: "other" });
    },
    /was not found in the cluster/,
  ],
  "target-group-has-load-balancer": [
    (d) => {
      for (const each of d.account.all(types.listenerRule)) d.account.remove(each.type, each.id);
      d.createLike(types.service, { name: "other" }, d.thing(types.service, withTarget));
    },
    /does not have an associated load balancer/,
  ],
  "load-balancer-names-a-container-port": [
    (d) => {
      const service = d.thing(types.service, withTarget);
      const [target] = service.outputs["loadBalancers"] as Properties[];
      d.createLike(
        types.service,
        { name: "other", loadBalancers: [{ ...target, containerPort: 1 }] },
        service,
      );
    },
    /did not have a container port 1/,
  ],
  "grace-period-needs-load-balancer": [
    (d) =>
      d.createLike(
        types.service,
        { name: "other", healthCheckGracePeriodSeconds: 1 },
        d.thing(types.service, withoutTarget),
      ),
    /grace period is only valid/,
  ],
  "awsvpc-needs-network-configuration": [
    (d) => d.createLike(types.service, { name: "other", networkConfiguration: undefined }),
    /Network Configuration must be provided/,
  ],
  "rebalancing-needs-headroom": [
    (d) =>
      d.createLike(types.service, {
        name: "other",
        availabilityZoneRebalancing: "ENABLED",
        deploymentMaximumPercent: 100,
      }),
    /maximumPercent above 100/,
  ],
  "security-group-rule-duplicate": [
    (d) => d.createLike(types.ingressRule, { description: "another text" }),
    /InvalidPermission.Duplicate/,
  ],
  "subnet-inside-vpc": [
    (d) => d.createLike(types.subnet, { cidrBlock: "10.99.0.0/24" }),
    /InvalidSubnet.Range/,
  ],
  "subnet-conflict": [(d) => d.createLike(types.subnet), /InvalidSubnet.Conflict/],
  "load-balancer-needs-two-zones": [
    (d) => {
      const [subnet] = d.thing(types.loadBalancer).inputs["subnets"] as string[];
      d.update(d.thing(types.loadBalancer), { subnets: [subnet] });
    },
    /two different Availability Zones/,
  ],
  "database-needs-two-zones": [
    (d) => {
      const [subnet] = d.thing(types.loadBalancer).inputs["subnets"] as string[];
      d.createLike("aws:rds/subnetGroup:SubnetGroup", { subnetIds: [subnet] });
    },
    /DBSubnetGroupDoesNotCoverEnoughAZs/,
  ],
  "route-exists": [(d) => d.createLike("aws:ec2/route:Route"), /RouteAlreadyExists/],
  "rule-priority-in-use": [(d) => d.createLike(types.listenerRule), /PriorityInUse/],
  "five-condition-values": [
    (d) =>
      d.createLike(types.listenerRule, {
        priority: 4999,
        conditions: [{ hostHeader: { values: ["a", "b", "c", "d", "e", "f"] } }],
      }),
    /6 condition values; 5 are allowed/,
  ],
  "https-needs-certificate": [
    (d) => d.createLike(types.listener, { port: 8443, protocol: "HTTPS" }),
    /certificate must be specified/,
  ],
  "listener-port-in-use": [(d) => d.createLike(types.listener), /DuplicateListener/],
  "access-logs-need-bucket-policy": [
    (d) => {
      for (const each of d.account.all(types.bucketPolicy)) d.account.remove(each.type, each.id);
      d.update(d.thing(types.loadBalancer), { idleTimeout: 400 });
    },
    /Access Denied for bucket/,
  ],
  "database-password": [
    (d) => d.update(d.thing(types.database), { password: "with/slash1" }),
    /not a valid password/,
  ],
  "final-snapshot": [
    (d) => {
      const database = d.set(d.thing(types.database), { deletionProtection: false });
      const id = String(database.inputs["finalSnapshotIdentifier"]);
      d.account.put({ type: "standin:snapshot", id, inputs: {}, outputs: {} });
      d.delete(database);
    },
    /DBSnapshotAlreadyExists/,
  ],
  "parameter-group-family": [
    (d) => d.update(d.thing(types.database), { engineVersion: "16" }),
    /can't be used for this instance/,
  ],
  "event-pattern": [
    (d) =>
      d.update(d.thing("aws:cloudwatch/eventRule:EventRule"), {
        eventPattern: JSON.stringify({ source: "aws.ecs" }),
      }),
    /pattern.source must be an object or a list/,
  ],
  "alarm-of-metric-or-expression": [
    (d) => d.update(d.thing("aws:cloudwatch/metricAlarm:MetricAlarm"), { metricName: undefined }),
    /needs a metric with its period/,
  ],
  "alarm-within-a-day": [
    (d) =>
      d.update(d.thing("aws:cloudwatch/metricAlarm:MetricAlarm"), {
        period: 3600,
        evaluationPeriods: 25,
      }),
    /more than a day/,
  ],
  "budget-topic-takes-budgets": [
    (d) => {
      for (const each of d.account.all("aws:sns/topicPolicy:TopicPolicy"))
        d.account.remove(each.type, each.id);
      d.update(d.thing("aws:budgets/budget:Budget"), { limitAmount: "2000" });
    },
    /does not let budgets.amazonaws.com publish/,
  ],
  "deletion-protection": [(d) => d.delete(d.thing(types.loadBalancer)), /OperationNotPermitted/],
  "bucket-not-empty": [
    (d) => {
      const bucket = d.thing(types.bucket);
      d.account.put({ type: "standin:object", id: bucket.id, inputs: {}, outputs: {} });
      d.delete(bucket);
    },
    /BucketNotEmpty/,
  ],
  "discovery-service-has-instances": [
    (d) => d.delete(d.set(d.thing(types.name), { forceDestroy: false })),
    /contains registered instances/,
  ],
};

const containers = (definition: Thing) =>
  JSON.parse(String(definition.inputs["containerDefinitions"])) as Properties[];

const sameName = (d: Deployed, type: string) =>
  d.createLike(type, { name: d.thing(type).outputs["name"] });

const refusedBy = (work: () => void): string => {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof Refusal, String(error));
    return error.message;
  }
  return assert.fail("it was done as asked");
};

describe("what AWS refuses", () => {
  let things: Thing[];

  /** The stack in an account of its own. */
  const deployed = () => {
    const account = new Account();
    for (const each of things) account.put(each);
    return new Deployed(account);
  };

  before(async () => {
    const [{ recording }, cached] = await Promise.all([
      prodPlan(),
      planWith(defaultConfig(), {
        images: {
          pullThroughCache: true,
          credentialsSecretArn:
            "arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:ecr-pullthroughcache/hub-abcdef",
        },
      }),
    ]);
    const account = new Account();
    const env = { account, place, defaultTags: {} };
    const add = ({ type, urn, name, inputs }: RecordedResource) => {
      const target = { urn, type, name };
      const plain = unwrapAll(inputs) as Properties;
      createThing(env, target, check(env, target, undefined, plain));
      // Names that were given automatically are not asked for a second time.
      const made = account.everything().at(-1);
      if (made?.urn === urn) account.put({ ...made, inputs: plain });
    };
    for (const each of recording.resources)
      if (each.custom && each.type.startsWith("aws:")) add(each);
    const cache = cached.recording.resources.find(({ type }) => type.endsWith("CacheRule"));
    assert.ok(cache !== undefined);
    add(cache);
    things = account.everything();
  });

  it("is nothing of the shipped production stack", () => {
    assert.ok(things.length > 250);
  });

  it("says of every rule where it comes from", () => {
    for (const { id, source } of refusals) assert.ok(source.length > 20, id);
    const ids = refusals.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length, "two rules have one id");
  });

  it("has a case for every rule below", () => {
    const inUse = refusals.map(({ id }) => id).filter((id) => id.startsWith("in-use-"));
    assert.deepEqual([...Object.keys(cases), ...inUse].sort(), refusals.map(({ id }) => id).sort());
  });

  for (const [id, [work, message]] of Object.entries(cases)) {
    it(`${id}`, () => {
      assert.match(
        refusedBy(() => work(deployed())),
        message,
      );
    });
  }

  for (const { id, types: [type = ""] = [] } of refusals.filter(({ id }) =>
    id.startsWith("in-use-"),
  )) {
    it(`${id}: is not deleted before what uses it, but after it`, () => {
      const d = deployed();
      if (type.startsWith("aws:acm")) {
        const arn = String(
          d.thing(types.listener, ({ protocol }) => protocol === "HTTPS").outputs["certificateArn"],
        );
        d.account.put({ type, id: arn, inputs: {}, outputs: { arn } });
      }
      const used = d.account.all(type).find((thing) => {
        try {
          d.delete(thing);
          d.account.put(thing);
          return false;
        } catch {
          return true;
        }
      });
      assert.ok(used !== undefined, `nothing uses any ${type}`);
      const message = refusedBy(() => d.delete(used));
      assert.match(
        message,
        /DependencyViolation|InUse|in use|Contains|DeleteConflict|use the group|has targets/,
      );
      for (const each of d.account.everything()) {
        if (each.type !== type) d.account.remove(each.type, each.id);
      }
      d.delete(used);
      assert.equal(d.account.find(type, used.id), undefined);
    });
  }

  it("request-shape: knows the call of every type that the stack creates, but for four without one", () => {
    const made = new Set(things.map(({ type }) => type));
    assert.deepEqual([...made].filter((type) => requests[type] === undefined).sort(), [
      "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
      "aws:ec2/eip:Eip",
    ]);
  });

  const shapes: readonly (readonly [string, Properties, RegExp])[] = [
    [types.role, { name: "a b" }, /RoleName is a b, which does not match/],
    [types.role, { name: "x".repeat(65) }, /RoleName has 65 characters; at most 64/],
    [types.listenerRule, { priority: 50_001 }, /Priority is 50001 ; at most 50000|at most 50000/],
    [types.listener, { protocol: "HTTP2", port: 8080 }, /Protocol is HTTP2; allowed are/],
    [types.lifecycle, { bucket: "x", rules: [{ id: "a" }] }, /lacks Status/],
    [types.secret, { name: "" }, /Name has 0 characters; at least 1/],
    ["aws:cloudwatch/logGroup:LogGroup", { name: "/a b" }, /does not match/],
    [types.service, { name: "x", unheardOf: true }, /has no member unheardOf/],
  ];
  for (const [type, changes, message] of shapes) {
    it(`request-shape: ${type.split(":").at(-1)} ${JSON.stringify(changes)}`, () => {
      assert.match(
        refusedBy(() => deployed().createLike(type, changes)),
        message,
      );
    });
  }

  const mistakes: readonly (readonly [Properties, RegExp])[] = [
    [{ ...allow, Action: "GetObject" }, /an action is "GetObject"/],
    [{ ...allow, Resource: "bucket" }, /a resource is "bucket"/],
    [{ ...allow, Principal: "*" }, /must not have a principal/],
    [{ Effect: "Allow", Action: "s3:GetObject" }, /needs resources/],
    [{ ...allow, NotAction: "s3:*" }, /either Action or NotAction/],
    [{ ...allow, Sid: "with space" }, /other signs/],
    [{ ...allow, Ressource: "*" }, /has Ressource/],
  ];
  for (const [statement, message] of mistakes) {
    it(`policy-document: ${JSON.stringify(statement)}`, () => {
      const policy = document(statement);
      assert.match(
        refusedBy(() => deployed().createLike(types.rolePolicy, { policy, name: "x" })),
        message,
      );
    });
  }
});
