import { addLike, allTypes as t, devMutant, mutant, set } from "./edits";
import type { BrokenPlan, Mutant, Properties } from "./mutant";

const group = (plan: BrokenPlan, name: string) => plan.id(t.group, `lgtm-${name}`);
const subnet = (plan: BrokenPlan, name: string) => plan.id(t.subnet, `lgtm-vpc-${name}`);

/** A rule beside Mimir's group. */
const toMimir = (properties: Properties) => (plan: BrokenPlan) =>
  plan.add(t.ingress, "added", {
    securityGroupId: group(plan, "mimir"),
    ipProtocol: "tcp",
    fromPort: 9009,
    toPort: 9009,
    description: "added",
    ...properties,
  });

const groups: readonly Mutant[] = [
  mutant(
    "TCP by its number",
    "write the protocol in another way",
    toMimir({ ipProtocol: "6", cidrIpv4: "0.0.0.0/0" }),
    "sg-internet-meets-load-balancer-only 0.0.0.0/0:9009",
  ),
  mutant(
    "ICMP from everywhere",
    "write the protocol in another way",
    toMimir({ ipProtocol: "icmp", fromPort: -1, toPort: -1, cidrIpv4: "0.0.0.0/0" }),
    "sg-internet-meets-load-balancer-only 0.0.0.0/0:icmp/0-65535",
    "sg-rule-has-listener icmp/0-65535<-0.0.0.0/0",
  ),
  mutant(
    "the word all in an older rule",
    "write the protocol in another way",
    (plan) =>
      plan.add(t.classicRule, "added", {
        type: "ingress",
        securityGroupId: group(plan, "mimir"),
        protocol: "all",
        fromPort: 0,
        toPort: 0,
        cidrBlocks: ["0.0.0.0/0"],
        description: "added",
      }),
    "sg-no-all-protocols-ingress all<-0.0.0.0/0",
    "sg-no-inline-and-standalone rule+standalone",
    "sg-internet-meets-load-balancer-only 0.0.0.0/0:all",
  ),
  mutant(
    "the Internet in four quarters",
    "split the Internet further",
    (plan) => {
      for (const block of ["0.0.0.0/2", "64.0.0.0/2", "128.0.0.0/2", "192.0.0.0/2"])
        plan.add(t.ingress, `added-${block}`, {
          securityGroupId: group(plan, "mimir"),
          ipProtocol: "tcp",
          fromPort: 9009,
          toPort: 9009,
          cidrIpv4: block,
          description: "added",
        });
    },
    "sg-internet-meets-load-balancer-only 0.0.0.0/2:9009",
    "sg-internet-meets-load-balancer-only 64.0.0.0/2:9009",
    "sg-internet-meets-load-balancer-only 128.0.0.0/2:9009",
    "sg-internet-meets-load-balancer-only 192.0.0.0/2:9009",
  ),
  mutant(
    "the database to the Internet",
    "open what lies behind a service",
    (plan) => set(plan, t.ingress, "lgtm-postgres-from-grafana-5432", "cidrIpv4", "0.0.0.0/0"),
    "sg-internet-meets-load-balancer-only 0.0.0.0/0:5432",
  ),
  mutant(
    "the database to the whole VPC",
    "open what lies behind a service",
    (plan) =>
      plan.add(t.ingress, "added", {
        securityGroupId: group(plan, "postgres"),
        ipProtocol: "tcp",
        fromPort: 5432,
        toPort: 5432,
        cidrIpv4: "10.40.0.0/16",
        description: "added",
      }),
    "sg-edges 10.40.0.0/16->database:5432",
  ),
  mutant(
    "nobody may reach 443",
    "close the front door",
    (plan) => plan.remove(t.ingress, "lgtm-load-balancer-from-anywhere-443"),
    "sg-needed-calls-pass ingress:clients->load-balancer:443",
  ),
  mutant(
    "nobody may reach the redirect on 80",
    "close the front door",
    (plan) => plan.remove(t.ingress, "lgtm-load-balancer-from-anywhere-80"),
    "sg-needed-calls-pass ingress:clients->load-balancer:80",
  ),
  mutant(
    "memcached has no way to its image",
    "close the way out of who calls nobody",
    (plan) => plan.remove(t.egress, "lgtm-memcached-to-anywhere"),
    "sg-needed-calls-pass egress:memcached->https:443",
  ),
  mutant(
    "memcached may call port 53 only",
    "close the way out of who calls nobody",
    (plan) =>
      plan.change(t.egress, "lgtm-memcached-to-anywhere", (p) => {
        Object.assign(p, { ipProtocol: "udp", fromPort: 53, toPort: 53 });
      }),
    "sg-needed-calls-pass egress:memcached->https:443",
  ),
  mutant(
    "the load balancer carries Mimir's group",
    "give the load balancer a server's group",
    (plan) =>
      plan.change(t.loadBalancer, "lgtm-alb", (p) => {
        (p["securityGroups"] as string[]).push(group(plan, "mimir"));
      }),
    "sg-grpc-and-gossip-inside-product load-balancer->mimir:9095",
  ),
  devMutant(
    "port 22 inside Mimir's group",
    "open a port to the Internet inside a group",
    (plan) =>
      set(plan, t.group, "lgtm-dev-mimir", "ingress", [
        {
          protocol: "tcp",
          fromPort: 22,
          toPort: 22,
          cidrBlocks: ["0.0.0.0/0"],
          description: "added",
        },
      ]),
    "sg-no-inline-and-standalone inline+standalone",
    "sg-internet-meets-load-balancer-only 0.0.0.0/0:22",
    "sg-rule-has-listener 22<-0.0.0.0/0",
  ),
  devMutant(
    "Loki over IPv6",
    "open a port to the Internet in dev",
    (plan) =>
      plan.add(t.ingress, "added", {
        securityGroupId: plan.id(t.group, "lgtm-dev-loki-distributor"),
        ipProtocol: "tcp",
        fromPort: 3100,
        toPort: 3100,
        cidrIpv6: "::/0",
        description: "added",
      }),
    "sg-internet-meets-load-balancer-only ::/0:3100",
  ),
  devMutant(
    "Mimir is not scraped",
    "remove a rule of the scrape in dev",
    (plan) => plan.remove(t.ingress, "lgtm-dev-mimir-from-alloy-collector-9009"),
    "sg-needed-calls-pass ingress:alloy/collector->mimir:9009",
  ),
];

const network: readonly Mutant[] = [
  devMutant(
    "the S3 endpoint is on no route table",
    "remove an element in dev",
    (plan) => set(plan, t.endpoint, "lgtm-dev-s3", "routeTableIds", []),
    "network-s3-endpoint no-endpoint",
  ),
  mutant(
    "the endpoint of another region",
    "name a sibling of the S3 endpoint",
    (plan) => set(plan, t.endpoint, "lgtm-s3", "serviceName", "com.amazonaws.us-east-1.s3"),
    "network-s3-endpoint no-endpoint",
  ),
  mutant(
    "the endpoint of S3 Express",
    "name a sibling of the S3 endpoint",
    (plan) =>
      set(plan, t.endpoint, "lgtm-s3", "serviceName", "com.amazonaws.ap-northeast-2.s3express"),
    "network-s3-endpoint no-endpoint",
  ),
  mutant(
    "a private subnet is left to the VPC's main table",
    "remove an association",
    (plan) => plan.remove(t.routeTableAssociation, "lgtm-vpc-private-1"),
    "network-way-out no-route-table",
  ),
  mutant(
    "a private subnet gets the public table",
    "change an association",
    (plan) =>
      set(
        plan,
        t.routeTableAssociation,
        "lgtm-vpc-private-1",
        "routeTableId",
        plan.id(t.routeTable, "lgtm-vpc-public-1"),
      ),
    "network-tasks-private public:lgtm-vpc-private-1",
  ),
  mutant(
    "a NAT gateway without a way out of its own",
    "move a NAT gateway",
    (plan) => set(plan, t.natGateway, "lgtm-vpc-1", "subnetId", subnet(plan, "private-1")),
    "network-way-out private:lgtm-vpc-private-1",
  ),
  mutant(
    "a NAT gateway for private networks",
    "move a NAT gateway",
    (plan) => set(plan, t.natGateway, "lgtm-vpc-1", "connectivityType", "private"),
    "network-way-out connectivityType:private",
  ),
  mutant(
    "the way out is for 10.0.0.0/8 only",
    "narrow a route",
    (plan) => set(plan, t.route, "lgtm-vpc-private-1", "destinationCidrBlock", "10.0.0.0/8"),
    "network-way-out no-default-route",
  ),
  mutant(
    "a private subnet has IPv6 to the internet gateway",
    "add the IPv6 twin of a route",
    (plan) =>
      addLike(plan, t.route, "lgtm-vpc-private-1", "lgtm-added", (p) => {
        delete p["natGatewayId"];
        delete p["destinationCidrBlock"];
        p["destinationIpv6CidrBlock"] = "::/0";
        p["gatewayId"] = plan.id(t.internetGateway, "lgtm-vpc");
      }),
    "network-tasks-private public:lgtm-vpc-private-1",
  ),
  mutant(
    "the database in public subnets",
    "move the database",
    (plan) =>
      set(plan, t.databaseSubnets, "lgtm-grafana", "subnetIds", [
        subnet(plan, "public-1"),
        subnet(plan, "public-2"),
      ]),
    "network-tasks-private public:lgtm-vpc-public-1",
    "network-tasks-private public:lgtm-vpc-public-2",
  ),
  mutant(
    "a public range beside the private one",
    "add an address block",
    (plan) =>
      plan.add("aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation", "added", {
        vpcId: plan.id(t.vpc, "lgtm-vpc"),
        cidrBlock: "11.0.0.0/16",
      }),
    "network-vpc-settings 11.0.0.0/16",
  ),
  devMutant(
    "no DNS in the VPC",
    "flip a boolean in dev",
    (plan) => set(plan, t.vpc, "lgtm-dev-vpc", "enableDnsSupport", false),
    "network-vpc-settings enableDnsSupport",
  ),
];

const rule =
  (name: string, change: (conditions: Properties[], p: Properties) => void) => (plan: BrokenPlan) =>
    plan.change(t.listenerRule, name, (p) => change(p["conditions"] as Properties[], p));

const paths = (values: readonly string[]) => (conditions: Properties[]) => {
  conditions[1] = { pathPattern: { values } };
};

const frontDoor: readonly Mutant[] = [
  mutant(
    "the ingest token opens all of Mimir",
    "widen a guarded path",
    rule("lgtm-mimir-1", paths(["/*"])),
    "ingress-ingest-paths-only /prometheus/api/v1/query",
  ),
  mutant(
    "the ingest token opens Mimir's alerts",
    "widen a guarded path",
    rule("lgtm-mimir-1", paths(["/api/v1/*"])),
    "ingress-ingest-paths-only /api/v1/alerts",
  ),
  mutant(
    "the ingest token opens Tempo's search",
    "widen a guarded path",
    rule("lgtm-tempo-1", paths(["/api/traces", "/api/traces/*", "/api/search"])),
    "ingress-ingest-paths-only /api/search",
  ),
  mutant(
    "the method as the guard",
    "replace a condition by one that guards nothing",
    rule("lgtm-mimir-1", (conditions) => {
      conditions[2] = { httpRequestMethod: { values: ["POST"] } };
    }),
    "ingress-ingest-guard unguarded",
  ),
  mutant(
    "X-Forwarded-For as the guard",
    "replace a condition by one that guards nothing",
    rule("lgtm-mimir-1", (conditions) => {
      conditions[2] = {
        httpHeader: { httpHeaderName: "X-Forwarded-For", values: ["203.0.113.7"] },
      };
    }),
    "ingress-ingest-guard header:X-Forwarded-For",
  ),
  mutant(
    "a query parameter as the guard",
    "replace a condition by one that guards nothing",
    rule("lgtm-mimir-1", (conditions) => {
      conditions[2] = { queryString: { values: [{ key: "token", value: "abc" }] } };
    }),
    "ingress-ingest-guard unguarded",
  ),
  mutant(
    "any bearer token",
    "widen a token",
    rule("lgtm-loki-1", (conditions) => {
      conditions[2] = { httpHeader: { httpHeaderName: "Authorization", values: ["Bearer *"] } };
    }),
    "ingress-ingest-guard token:wildcard",
  ),
  mutant(
    "IPv6 of everybody as the guard",
    "replace a condition by a wide block",
    rule("lgtm-mimir-1", (conditions) => {
      conditions[2] = { sourceIp: { values: ["::/0"] } };
    }),
    "ingress-ingest-guard source:::/0",
  ),
  mutant(
    "what nobody knows is answered with 200",
    "answer the unknown",
    (plan) =>
      plan.change(t.listener, "lgtm-https", (p) => {
        p["defaultActions"] = [
          {
            type: "fixed-response",
            fixedResponse: { contentType: "text/plain", statusCode: "200" },
          },
        ];
      }),
    "ingress-default-action default:200",
  ),
  mutant(
    "what nobody knows is sent elsewhere",
    "answer the unknown",
    (plan) =>
      plan.change(t.listener, "lgtm-https", (p) => {
        p["defaultActions"] = [
          { type: "redirect", redirect: { host: "example.net", statusCode: "HTTP_302" } },
        ];
      }),
    "ingress-default-action default:redirect",
  ),
  mutant(
    "HTTPS on another port",
    "move a listener",
    (plan) => set(plan, t.listener, "lgtm-https", "port", 8443),
    "sg-rule-has-listener 443<-0.0.0.0/0",
    "sg-needed-calls-pass ingress:clients->load-balancer:8443",
  ),
  mutant(
    "the load balancer in private subnets",
    "move the load balancer",
    (plan) =>
      set(plan, t.loadBalancer, "lgtm-alb", "subnets", [
        subnet(plan, "private-1"),
        subnet(plan, "private-2"),
      ]),
    "ingress-load-balancer-subnets private:lgtm-vpc-private-1",
    "ingress-load-balancer-subnets private:lgtm-vpc-private-2",
  ),
  mutant(
    "the load balancer in one zone",
    "move the load balancer",
    (plan) => set(plan, t.loadBalancer, "lgtm-alb", "subnets", [subnet(plan, "public-1")]),
    "ingress-load-balancer-subnets zones:1",
  ),
  devMutant(
    "the default action of dev forwards",
    "replace an action in dev",
    (plan) =>
      set(plan, t.listener, "lgtm-dev-https", "defaultActions", [
        { type: "forward", targetGroupArn: plan.arn(t.targetGroup, "lgtm-dev-grafana") },
      ]),
    "ingress-default-action forward",
  ),
  devMutant(
    "an old TLS policy in dev",
    "change a value in dev",
    (plan) =>
      set(plan, t.listener, "lgtm-dev-https", "sslPolicy", "ELBSecurityPolicy-TLS-1-1-2017-01"),
    "ingress-tls-policy sslPolicy:ELBSecurityPolicy-TLS-1-1-2017-01",
  ),
];

const targets: readonly Mutant[] = [
  mutant(
    "the root page tells health",
    "ask for something else than health",
    (plan) => set(plan, t.targetGroup, "lgtm-mimir", "healthCheck.path", "/"),
    "ingress-target-health path:/",
  ),
  mutant(
    "no health check of its own",
    "ask for something else than health",
    (plan) => set(plan, t.targetGroup, "lgtm-mimir", "healthCheck", undefined),
    "ingress-target-health path:/",
  ),
  mutant(
    "errors are healthy",
    "take errors for health",
    (plan) => set(plan, t.targetGroup, "lgtm-loki", "healthCheck.matcher", "200-499"),
    "ingress-target-health matcher:200-499",
  ),
  mutant(
    "OTLP's own port is asked for health",
    "ask the port of the traffic",
    (plan) => set(plan, t.targetGroup, "lgtm-otlp-http", "healthCheck.port", "traffic-port"),
    "ingress-target-health port:4318",
  ),
  mutant(
    "HTTP/1 to the gRPC port",
    "change a protocol version",
    (plan) => set(plan, t.targetGroup, "lgtm-otlp-grpc", "protocolVersion", "HTTP1"),
    "ingress-target-health protocol:4317",
    "ingress-target-health path:/AWS.ALB/healthcheck",
    "ingress-target-health port:4317",
  ),
  mutant(
    "gRPC to Mimir's HTTP port",
    "change a protocol version",
    (plan) => set(plan, t.targetGroup, "lgtm-mimir", "protocolVersion", "GRPC"),
    "ingress-target-health protocol:9009",
  ),
  mutant(
    "instances as targets",
    "change a target type",
    (plan) => set(plan, t.targetGroup, "lgtm-mimir", "targetType", "instance"),
    "ingress-target-health targetType:instance",
  ),
  mutant(
    "Grafana registers nowhere",
    "take a service out of its target group",
    (plan) => set(plan, t.service, "lgtm-grafana", "loadBalancers", []),
    "ingress-target-health no-targets",
  ),
  mutant(
    "traffic goes to Mimir's gRPC port",
    "register another port",
    (plan) =>
      set(plan, t.service, "lgtm-mimir-0", "loadBalancers", [
        {
          containerName: "mimir",
          containerPort: 9095,
          targetGroupArn: plan.arn(t.targetGroup, "lgtm-mimir"),
        },
      ]),
    "sg-needed-calls-pass ingress:load-balancer->mimir:9095",
  ),
];

export const sneakyNetworkMutants: readonly Mutant[] = [
  ...groups,
  ...network,
  ...frontDoor,
  ...targets,
];
