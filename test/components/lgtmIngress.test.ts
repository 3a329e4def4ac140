import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import {
  type IngressTarget,
  LgtmIngress,
  type LgtmIngressArgs,
} from "../../components/lgtmIngress";
import { canonical } from "../../plan/plan";
import { isSecret } from "../../plan/record";
import type { ListenerRuleSpec } from "../../stacks/listenerRules";
import { countsOf, inputsOf, ofType, place, recorded, resource } from "./recorded";

const mimir: IngressTarget = {
  id: "mimir",
  port: 9009,
  protocolVersion: "HTTP1",
  healthCheck: { port: 9009, path: "/ready", matcher: "200" },
  deregistrationDelaySeconds: 15,
};
const traces: IngressTarget = {
  id: "otlp-grpc",
  port: 4317,
  protocolVersion: "GRPC",
  healthCheck: { port: 4317, path: "/AWS.ALB/healthcheck", matcher: "0-99" },
  deregistrationDelaySeconds: 15,
};
const rules: ListenerRuleSpec[] = [
  {
    name: "grafana-hidden-1",
    priority: 1000,
    hosts: ["grafana.example.com"],
    paths: ["/metrics"],
    needsToken: false,
    action: { kind: "notFound" },
  },
  {
    name: "mimir-1",
    priority: 2000,
    hosts: ["mimir.example.com"],
    paths: ["/api/v1/push"],
    sourceCidrs: ["10.0.0.0/8"],
    needsToken: true,
    action: { kind: "forward", exposureId: "mimir" },
  },
];
const certificateArn = "arn:aws:acm:ap-northeast-2:123456789012:certificate/1";
const base: LgtmIngressArgs = {
  ...place,
  vpcId: "vpc-1",
  subnetIds: ["subnet-1", "subnet-2"],
  securityGroupId: "sg-1",
  internal: false,
  domain: "example.com",
  hosts: ["grafana.example.com", "mimir.example.com"],
  certificateArn,
  tlsPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
  idleTimeoutSeconds: 330,
  deletionProtection: true,
  accessLogRetentionDays: 30,
  protectData: true,
  targets: [mimir, traces],
  rules,
  tokens: [pulumi.secret("t".repeat(64)), pulumi.secret("u".repeat(64))],
};
const ingressOf = (more: Partial<LgtmIngressArgs> = {}) =>
  recorded((options) => new LgtmIngress("lgtm", { ...base, ...more }, options));

const notFound = {
  fixedResponse: { contentType: "text/plain", messageBody: "not found", statusCode: "404" },
  type: "fixed-response",
};

// Not proven here: that ELB accepts the rules together, and that a request reaches what a rule names.
describe("LgtmIngress", () => {
  it("G1: G7: makes exactly these resources with a certificate and access logs", async () => {
    assert.deepEqual(countsOf(await ingressOf()), {
      "aws:lb/listener:Listener": 2,
      "aws:lb/listenerRule:ListenerRule": 2,
      "aws:lb/loadBalancer:LoadBalancer": 1,
      "aws:lb/targetGroup:TargetGroup": 2,
      "aws:s3/bucket:Bucket": 1,
      "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": 1,
      "aws:s3/bucketOwnershipControls:BucketOwnershipControls": 1,
      "aws:s3/bucketPolicy:BucketPolicy": 1,
      "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": 1,
      "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": 1,
      "lgtm:index:LgtmAccessLogs": 1,
      "lgtm:index:LgtmIngress": 1,
    });
  });

  it("G1: requests, validates and uses a certificate, and makes the records, where the zone is known", async () => {
    const recording = await ingressOf({
      certificateArn: undefined,
      hostedZoneId: "Z0123456789ABC",
      accessLogRetentionDays: undefined,
    });
    assert.deepEqual(countsOf(recording), {
      "aws:acm/certificate:Certificate": 1,
      "aws:acm/certificateValidation:CertificateValidation": 1,
      "aws:lb/listener:Listener": 2,
      "aws:lb/listenerRule:ListenerRule": 2,
      "aws:lb/loadBalancer:LoadBalancer": 1,
      "aws:lb/targetGroup:TargetGroup": 2,
      "aws:route53/record:Record": 3,
      "lgtm:index:LgtmCertificate": 1,
      "lgtm:index:LgtmIngress": 1,
    });
    const listener = resource(recording, "aws:lb/listener:Listener", "lgtm-https");
    const validation = ofType(recording, "aws:acm/certificateValidation:CertificateValidation")[0]!;
    assert.ok(listener.dependencies.includes(validation.urn), "the listener waits for validation");
    assert.deepEqual(inputsOf(recording, "aws:acm/certificate:Certificate", "lgtm-certificate"), {
      domainName: "*.example.com",
      validationMethod: "DNS",
    });
    const record = inputsOf(recording, "aws:route53/record:Record", "lgtm-mimir.example.com");
    assert.equal(record["name"], "mimir.example.com");
    assert.equal(record["type"], "A");
  });

  it("refuses to be without any certificate", async () => {
    await assert.rejects(
      ingressOf({ certificateArn: undefined }),
      /certificateArn or hostedZoneId/,
    );
  });

  it("G7: hardens the load balancer", async () => {
    const recording = await ingressOf();
    const { accessLogs, ...inputs } = inputsOf(
      recording,
      "aws:lb/loadBalancer:LoadBalancer",
      "lgtm-alb",
    );
    assert.deepEqual(inputs, {
      dropInvalidHeaderFields: true,
      enableDeletionProtection: true,
      idleTimeout: 330,
      internal: false,
      ipAddressType: "ipv4",
      loadBalancerType: "application",
      securityGroups: ["sg-1"],
      subnets: ["subnet-1", "subnet-2"],
    });
    const bucket = resource(recording, "aws:s3/bucket:Bucket", "lgtm-access-logs-bucket");
    assert.deepEqual(accessLogs, { bucket: bucket.outputs["bucket"], enabled: true });
    const balancer = resource(recording, "aws:lb/loadBalancer:LoadBalancer", "lgtm-alb");
    assert.ok(
      balancer.dependencies.includes(ofType(recording, "aws:s3/bucketPolicy:BucketPolicy")[0]!.urn),
      "log delivery is allowed before the logs are switched on",
    );
    assert.deepEqual([balancer.protect, bucket.protect, bucket.retainOnDelete], [true, true, true]);
  });

  it("G1: G7: answers 404 on 443 and redirects 80", async () => {
    const recording = await ingressOf();
    const balancer = resource(recording, "aws:lb/loadBalancer:LoadBalancer", "lgtm-alb");
    assert.deepEqual(inputsOf(recording, "aws:lb/listener:Listener", "lgtm-https"), {
      certificateArn,
      defaultActions: [notFound],
      loadBalancerArn: balancer.outputs["arn"],
      port: 443,
      protocol: "HTTPS",
      sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
    });
    assert.deepEqual(inputsOf(recording, "aws:lb/listener:Listener", "lgtm-http"), {
      defaultActions: [
        { redirect: { port: "443", protocol: "HTTPS", statusCode: "HTTP_301" }, type: "redirect" },
      ],
      loadBalancerArn: balancer.outputs["arn"],
      port: 80,
      protocol: "HTTP",
    });
  });

  it("G9: makes target groups of addresses with their own health check", async () => {
    const recording = await ingressOf();
    assert.deepEqual(inputsOf(recording, "aws:lb/targetGroup:TargetGroup", "lgtm-otlp-grpc"), {
      deregistrationDelay: 15,
      loadBalancingAlgorithmType: "least_outstanding_requests",
      healthCheck: {
        healthyThreshold: 2,
        interval: 10,
        matcher: "0-99",
        path: "/AWS.ALB/healthcheck",
        port: "4317",
        protocol: "HTTP",
        timeout: 5,
        unhealthyThreshold: 3,
      },
      port: 4317,
      protocol: "HTTP",
      protocolVersion: "GRPC",
      targetType: "ip",
      vpcId: "vpc-1",
    });
  });

  it("G8: guards a rule with addresses and secret tokens", async () => {
    const recording = await ingressOf();
    const group = resource(recording, "aws:lb/targetGroup:TargetGroup", "lgtm-mimir");
    const rule = resource(recording, "aws:lb/listenerRule:ListenerRule", "lgtm-mimir-1");
    const { actions, conditions, priority } = inputsOf(recording, rule.type, rule.name);
    assert.equal(priority, 2000);
    assert.deepEqual(actions, [{ targetGroupArn: group.outputs["arn"], type: "forward" }]);
    assert.deepEqual(conditions, [
      { hostHeader: { values: ["mimir.example.com"] } },
      { pathPattern: { values: ["/api/v1/push"] } },
      { sourceIp: { values: ["10.0.0.0/8"] } },
      { httpHeader: { httpHeaderName: "Authorization", values: ["[secret]", "[secret]"] } },
    ]);
    const header = (rule.inputs["conditions"] as { httpHeader?: { values: unknown[] } }[])[3];
    const value = header?.httpHeader?.values[0];
    assert.ok(isSecret(value));
    assert.equal((value as { value?: unknown }).value, `Bearer ${"t".repeat(64)}`);
  });

  it("keeps a token secret that was not handed over as one", async () => {
    const recording = await ingressOf({ tokens: [pulumi.output("t".repeat(64))] });
    const { inputs } = resource(recording, "aws:lb/listenerRule:ListenerRule", "lgtm-mimir-1");
    assert.ok(!JSON.stringify(canonical(inputs)).includes("tttt"));
  });

  it("G2: hides a path with a 404 of its own", async () => {
    const recording = await ingressOf();
    const { actions, conditions } = inputsOf(
      recording,
      "aws:lb/listenerRule:ListenerRule",
      "lgtm-grafana-hidden-1",
    );
    assert.deepEqual(actions, [notFound]);
    assert.deepEqual(conditions, [
      { hostHeader: { values: ["grafana.example.com"] } },
      { pathPattern: { values: ["/metrics"] } },
    ]);
  });

  it("refuses a guarded rule without a token", async () => {
    await assert.rejects(ingressOf({ tokens: [] }), /mimir-1 needs a token/);
  });
});
