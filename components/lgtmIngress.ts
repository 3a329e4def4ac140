import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { ListenerRuleSpec } from "../stacks/listenerRules";
import { portNumbers } from "../stacks/endpoints";
import { LgtmAccessLogs } from "./lgtmAccessLogs";
import { LgtmCertificate } from "./lgtmCertificate";

/** One group of tasks that the load balancer forwards to. */
export interface IngressTarget {
  /** Short name of the target group, such as `otlp-grpc`. */
  readonly id: string;
  /** Port of the tasks that traffic goes to. */
  readonly port: number;
  readonly protocolVersion: "HTTP1" | "GRPC";
  /** Health check: its own port and path, and the codes that count as healthy. */
  readonly healthCheck: { readonly port: number; readonly path: string; readonly matcher: string };
  /** How long a target that leaves may finish its requests, in seconds. */
  readonly deregistrationDelaySeconds: number;
}

/** What {@link LgtmIngress} is made of. */
export interface LgtmIngressArgs {
  /** AWS account id, for the policy of the access-log bucket. */
  readonly accountId: string;
  /** AWS region. */
  readonly region: string;
  /** VPC of the target groups. */
  readonly vpcId: pulumi.Input<string>;
  /** Subnets of the load balancer: public ones, or private ones where it is internal. */
  readonly subnetIds: pulumi.Input<string[]>;
  /** Group in front of the load balancer. */
  readonly securityGroupId: pulumi.Input<string>;
  /** Reachable from the VPC and what is connected to it only. */
  readonly internal: boolean;
  /** Domain of the hosts; a certificate is requested for `*.DOMAIN`. */
  readonly domain: string;
  /** Full names of the hosts, such as `grafana.example.com`: alias records where the zone is known. */
  readonly hosts: readonly string[];
  /**
   * Certificate for the hosts. Either this or {@link hostedZoneId}.
   *
   * @default - requested and validated through the hosted zone
   */
  readonly certificateArn?: string;
  /**
   * Id of the Route 53 zone of the domain.
   *
   * @default - no records; point the hosts at the load balancer yourself
   */
  readonly hostedZoneId?: string;
  /** TLS policy of the HTTPS listener. */
  readonly tlsPolicy: string;
  /** Idle timeout in seconds; not below the longest query. */
  readonly idleTimeoutSeconds: number;
  /** AWS and Pulumi both refuse to delete the load balancer. */
  readonly deletionProtection: boolean;
  /**
   * Days to keep access logs, in a bucket of their own.
   *
   * @default - no access logs
   */
  readonly accessLogRetentionDays?: number;
  /** Keep the access logs when the stack is destroyed. */
  readonly protectData: boolean;
  /** Target groups. */
  readonly targets: readonly IngressTarget[];
  /** Rules of the HTTPS listener; whatever matches none is answered 404. */
  readonly rules: readonly ListenerRuleSpec[];
  /** Bearer tokens of the guarded rules, as secrets. */
  readonly tokens: readonly pulumi.Output<string>[];
}

/**
 * The front door: an application load balancer with one HTTPS listener, a redirect from 80, one target group per
 * exposed port, and the rules that lead to them (G1–G9).
 *
 * **Cost.** The load balancer by the hour and by its capacity units (connections, bytes, rules); access logs as
 * S3 storage.
 */
export class LgtmIngress extends pulumi.ComponentResource {
  /** Name that the hosts must point to. */
  public readonly dnsName: pulumi.Output<string>;
  /** ARN of the load balancer. */
  public readonly loadBalancerArn: pulumi.Output<string>;
  /** ARN suffix of the load balancer, the dimension of its CloudWatch metrics. */
  public readonly loadBalancerArnSuffix: pulumi.Output<string>;
  /** ARN of the HTTPS listener's certificate. */
  public readonly certificateArn: pulumi.Output<string>;
  /** ARN of each target group, by id. */
  public readonly targetGroupArns: pulumi.Output<Record<string, string>>;

  private readonly targetGroups: ReadonlyMap<string, aws.lb.TargetGroup>;
  private readonly rulesByTarget = new Map<string, aws.lb.ListenerRule[]>();

  constructor(name: string, args: LgtmIngressArgs, opts?: pulumi.ComponentResourceOptions) {
    super("lgtm:index:LgtmIngress", name, {}, opts);

    const loadBalancer = this.createLoadBalancer(name, args);
    this.targetGroups = new Map(
      args.targets.map((target) => [target.id, this.createTargetGroup(name, target, args)]),
    );
    this.certificateArn = pulumi.output(this.certificate(name, args));
    const listener = this.createListeners(name, loadBalancer, args);
    for (const rule of args.rules) this.createRule(name, listener, rule, args.tokens);
    if (args.hostedZoneId !== undefined)
      this.createRecords(name, loadBalancer, args, args.hostedZoneId);

    this.dnsName = loadBalancer.dnsName;
    this.loadBalancerArn = loadBalancer.arn;
    this.loadBalancerArnSuffix = loadBalancer.arnSuffix;
    this.targetGroupArns = pulumi.output(
      Object.fromEntries([...this.targetGroups].map(([id, { arn }]) => [id, arn])),
    );
    this.registerOutputs({
      dnsName: this.dnsName,
      loadBalancerArn: this.loadBalancerArn,
      loadBalancerArnSuffix: this.loadBalancerArnSuffix,
      certificateArn: this.certificateArn,
      targetGroupArns: this.targetGroupArns,
    });
  }

  /** ARN of a target group. @throws Error where there is none of that id. */
  public targetGroupArn(id: string): pulumi.Output<string> {
    const group = this.targetGroups.get(id);
    if (group === undefined) throw new Error(`no target group ${id}`);
    return group.arn;
  }

  /**
   * The rules that lead to a target group: ECS refuses a service whose target group no load balancer uses, and no
   * output carries that edge.
   */
  public rulesTo(id: string): readonly pulumi.Resource[] {
    return this.rulesByTarget.get(id) ?? [];
  }

  private createLoadBalancer(name: string, args: LgtmIngressArgs): aws.lb.LoadBalancer {
    const logs =
      args.accessLogRetentionDays === undefined
        ? undefined
        : new LgtmAccessLogs(
            `${name}-access-logs`,
            { ...args, retentionDays: args.accessLogRetentionDays },
            { parent: this },
          );
    return new aws.lb.LoadBalancer(
      `${name}-alb`,
      {
        loadBalancerType: "application",
        internal: args.internal,
        ipAddressType: "ipv4",
        subnets: args.subnetIds,
        securityGroups: [args.securityGroupId],
        idleTimeout: args.idleTimeoutSeconds,
        dropInvalidHeaderFields: true,
        enableDeletionProtection: args.deletionProtection,
        accessLogs: logs === undefined ? undefined : { bucket: logs.bucketName, enabled: true },
      },
      {
        parent: this,
        protect: args.deletionProtection || undefined,
        dependsOn: [...(logs?.writable() ?? [])],
      },
    );
  }

  private createTargetGroup(
    name: string,
    target: IngressTarget,
    args: LgtmIngressArgs,
  ): aws.lb.TargetGroup {
    return new aws.lb.TargetGroup(
      `${name}-${target.id}`,
      {
        vpcId: args.vpcId,
        targetType: "ip",
        port: target.port,
        protocol: "HTTP",
        protocolVersion: target.protocolVersion,
        deregistrationDelay: target.deregistrationDelaySeconds,
        // A task that is suddenly gone answers nothing, and its requests stay outstanding: further ones go to the others,
        // long before three health checks have failed. In turn, it would get every second one of two.
        loadBalancingAlgorithmType: "least_outstanding_requests",
        healthCheck: {
          protocol: "HTTP",
          port: String(target.healthCheck.port),
          path: target.healthCheck.path,
          matcher: target.healthCheck.matcher,
          interval: 10,
          timeout: 5,
          healthyThreshold: 2,
          unhealthyThreshold: 3,
        },
      },
      { parent: this },
    );
  }

  private createListeners(
    name: string,
    loadBalancer: aws.lb.LoadBalancer,
    args: LgtmIngressArgs,
  ): aws.lb.Listener {
    new aws.lb.Listener(
      `${name}-http`,
      {
        loadBalancerArn: loadBalancer.arn,
        port: portNumbers.http,
        protocol: "HTTP",
        defaultActions: [
          {
            type: "redirect",
            redirect: {
              protocol: "HTTPS",
              port: String(portNumbers.https),
              statusCode: "HTTP_301",
            },
          },
        ],
      },
      { parent: this },
    );
    return new aws.lb.Listener(
      `${name}-https`,
      {
        loadBalancerArn: loadBalancer.arn,
        port: portNumbers.https,
        protocol: "HTTPS",
        sslPolicy: args.tlsPolicy,
        certificateArn: this.certificateArn,
        defaultActions: [notFound],
      },
      { parent: this },
    );
  }

  private certificate(name: string, args: LgtmIngressArgs): pulumi.Input<string> {
    if (args.certificateArn !== undefined) return args.certificateArn;
    if (args.hostedZoneId === undefined) {
      throw new Error("either certificateArn or hostedZoneId is needed for the HTTPS listener");
    }
    const { domain, hostedZoneId } = args;
    return new LgtmCertificate(name, { domain, hostedZoneId }, { parent: this }).certificateArn;
  }

  private createRule(
    name: string,
    listener: aws.lb.Listener,
    rule: ListenerRuleSpec,
    tokens: readonly pulumi.Output<string>[],
  ): void {
    const { action } = rule;
    const created = new aws.lb.ListenerRule(
      `${name}-${rule.name}`,
      {
        listenerArn: listener.arn,
        priority: rule.priority,
        conditions: conditions(rule, tokens),
        actions: [
          action.kind === "notFound"
            ? notFound
            : { type: "forward", targetGroupArn: this.targetGroupArn(action.exposureId) },
        ],
      },
      { parent: this },
    );
    if (action.kind === "forward") {
      const rules = this.rulesByTarget.get(action.exposureId) ?? [];
      this.rulesByTarget.set(action.exposureId, [...rules, created]);
    }
  }

  private createRecords(
    name: string,
    loadBalancer: aws.lb.LoadBalancer,
    args: LgtmIngressArgs,
    zoneId: string,
  ): void {
    for (const host of args.hosts) {
      new aws.route53.Record(
        `${name}-${host}`,
        {
          zoneId,
          name: host,
          type: "A",
          aliases: [
            {
              name: loadBalancer.dnsName,
              zoneId: loadBalancer.zoneId,
              evaluateTargetHealth: false,
            },
          ],
        },
        { parent: this },
      );
    }
  }
}

const notFound = {
  type: "fixed-response",
  fixedResponse: { contentType: "text/plain", messageBody: "not found", statusCode: "404" },
};

function conditions(
  rule: ListenerRuleSpec,
  tokens: readonly pulumi.Output<string>[],
): aws.types.input.lb.ListenerRuleCondition[] {
  if (rule.needsToken && tokens.length === 0)
    throw new Error(`listener rule ${rule.name} needs a token`);
  return [
    { hostHeader: { values: [...rule.hosts] } },
    ...(rule.paths.length > 0 ? [{ pathPattern: { values: [...rule.paths] } }] : []),
    ...(rule.sourceCidrs === undefined ? [] : [{ sourceIp: { values: [...rule.sourceCidrs] } }]),
    ...(rule.needsToken
      ? [
          {
            httpHeader: {
              httpHeaderName: "Authorization",
              values: tokens.map((token) => pulumi.secret(pulumi.interpolate`Bearer ${token}`)),
            },
          },
        ]
      : []),
  ];
}
