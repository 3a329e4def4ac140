import { type BrokenPlan, type Mutant, type Properties, types } from "./mutant";

const group = (plan: BrokenPlan, role: string) => plan.id(types.group, `lgtm-${role}`);

interface RuleSpec {
  readonly to: string;
  readonly port: number;
  readonly toPort?: number;
  readonly protocol?: string;
  /** A role's group, or the address block or list as AWS spells it. */
  readonly from: { readonly role: string } | Properties;
}

const peerOf = (plan: BrokenPlan, from: RuleSpec["from"]): Properties =>
  "role" in from ? { referencedSecurityGroupId: group(plan, String(from["role"])) } : from;

function addRule(plan: BrokenPlan, spec: RuleSpec): void {
  plan.add(types.ingress, "lgtm-added", {
    securityGroupId: group(plan, spec.to),
    ipProtocol: spec.protocol ?? "tcp",
    fromPort: spec.port,
    toPort: spec.toPort ?? spec.port,
    description: "added",
    ...peerOf(plan, spec.from),
  });
}

const mutant = (
  operator: string,
  what: string,
  expected: readonly string[],
  apply: Mutant["apply"],
  stack: Mutant["stack"] = "prod",
): Mutant => ({ name: `${operator}: ${what}`, operator, stack, apply, expected });

/** Adds one standalone rule. */
const opened = (
  operator: string,
  what: string,
  spec: RuleSpec,
  expected: readonly string[],
): Mutant => mutant(operator, what, expected, (plan) => addRule(plan, spec));

const open = "open a port to the Internet";
const internet = "sg-internet-meets-load-balancer-only";
const toInternet: readonly Mutant[] = [
  opened(open, "0.0.0.0/0", { to: "mimir", port: 9009, from: { cidrIpv4: "0.0.0.0/0" } }, [
    `${internet} 0.0.0.0/0:9009`,
  ]),
  opened(open, "::/0, the IPv6 twin", { to: "mimir", port: 9009, from: { cidrIpv6: "::/0" } }, [
    `${internet} ::/0:9009`,
  ]),
  opened(open, "one office", { to: "grafana", port: 3000, from: { cidrIpv4: "203.0.113.7/32" } }, [
    `${internet} 203.0.113.7/32:3000`,
  ]),
  mutant(
    "split the Internet",
    "0.0.0.0/1 and 128.0.0.0/1",
    [
      `${internet} 0.0.0.0/1:3200`,
      `${internet} 128.0.0.0/1:3200`,
      "sg-no-inline-and-standalone rule+standalone",
    ],
    (plan) => {
      for (const block of ["0.0.0.0/1", "128.0.0.0/1"]) {
        plan.add(types.classicRule, `lgtm-added-${block}`, {
          type: "ingress",
          securityGroupId: group(plan, "tempo-querier"),
          protocol: "tcp",
          fromPort: 3200,
          toPort: 3200,
          cidrBlocks: [block],
          description: "half",
        });
      }
    },
  ),
  opened("split the Internet", "::/1", { to: "mimir", port: 9009, from: { cidrIpv6: "::/1" } }, [
    `${internet} ::/1:9009`,
  ]),
  opened(
    "write an IPv4 block as IPv6",
    "::ffff:0:0/96",
    { to: "mimir", port: 9009, from: { cidrIpv6: "::ffff:0:0/96" } },
    [`${internet} ::ffff:0:0/96:9009`],
  ),
  opened(
    "write an IPv4 block as IPv6",
    "::ffff:8.0.0.0/104",
    { to: "mimir", port: 9009, from: { cidrIpv6: "::ffff:8.0.0.0/104" } },
    [`${internet} ::ffff:8.0.0.0/104:9009`],
  ),
  opened(
    "write host bits into a block",
    "10.1.2.3/0",
    { to: "mimir", port: 9009, from: { cidrIpv4: "10.1.2.3/0" } },
    [`${internet} 10.1.2.3/0:9009`],
  ),
  opened(
    "write no block",
    "a host name",
    { to: "mimir", port: 9009, from: { cidrIpv4: "everybody" } },
    [`${internet} everybody:9009`],
  ),
  opened(
    "open another port of the load balancer",
    "8443",
    { to: "load-balancer", port: 8443, from: { cidrIpv4: "0.0.0.0/0" } },
    [`${internet} 0.0.0.0/0:8443`, "sg-rule-has-listener 8443<-0.0.0.0/0"],
  ),
  opened(
    "open another port of the load balancer",
    "443 over UDP",
    { to: "load-balancer", port: 443, protocol: "udp", from: { cidrIpv4: "0.0.0.0/0" } },
    [`${internet} 0.0.0.0/0:udp/443`, "sg-rule-has-listener udp/443<-0.0.0.0/0"],
  ),
  opened(
    "open another port of the load balancer",
    "80 to 443",
    { to: "load-balancer", port: 80, toPort: 443, from: { cidrIpv4: "0.0.0.0/0" } },
    [`${internet} 0.0.0.0/0:80-443`, "sg-one-port-per-rule 80-443<-0.0.0.0/0"],
  ),
  mutant(
    "give a service the load balancer's group",
    "grafana",
    [
      `${internet} 0.0.0.0/0:443`,
      `${internet} 0.0.0.0/0:80`,
      "sg-edges grafana->grafana:3000",
      "sg-edges grafana->loki/distributor:3100",
      "sg-edges grafana->tempo/distributor:3200",
      "sg-edges grafana->tempo/distributor:4317",
      "sg-edges grafana->tempo/distributor:4318",
    ],
    (plan) => {
      plan.change(types.service, "lgtm-grafana", (properties) => {
        const network = properties["networkConfiguration"] as { securityGroups: string[] };
        network.securityGroups = [...network.securityGroups, group(plan, "load-balancer")];
      });
    },
  ),
  mutant(
    "hide a block in a prefix list",
    "a list of the stack with 0.0.0.0/0",
    [`${internet} 0.0.0.0/0:9009`],
    (plan) => {
      plan.add(types.prefixList, "lgtm-list", {
        addressFamily: "IPv4",
        maxEntries: 1,
        entries: [{ cidr: "0.0.0.0/0" }],
      });
      addRule(plan, { to: "mimir", port: 9009, from: { prefixListId: "lgtm-list-id" } });
    },
  ),
  opened(
    "hide a block in a prefix list",
    "a list from elsewhere",
    { to: "mimir", port: 9009, from: { prefixListId: "pl-0123456789abcdef0" } },
    [`${internet} pl-0123456789abcdef0:9009`],
  ),
  mutant(
    "write the rule in another way",
    "ec2.SecurityGroupRule to ::/0",
    [`${internet} ::/0:9009`, "sg-no-inline-and-standalone rule+standalone"],
    (plan) => {
      plan.add(types.classicRule, "lgtm-added", {
        type: "ingress",
        securityGroupId: group(plan, "mimir"),
        protocol: "6",
        fromPort: 9009,
        toPort: 9009,
        ipv6CidrBlocks: ["::/0"],
        description: "added",
      });
    },
  ),
  mutant(
    "write the rule in another way",
    "inside a group without other rules",
    [`${internet} 0.0.0.0/0:22`, "sg-described ingress[0].description"],
    (plan) => {
      plan.add(
        types.group,
        "lgtm-bastion",
        {
          vpcId: "vpc",
          description: "bastion",
          ingress: [{ protocol: "tcp", fromPort: 22, toPort: 22, cidrBlocks: ["0.0.0.0/0"] }],
        },
        { arn: "arn:aws:ec2:ap-northeast-2:123456789012:security-group/lgtm-bastion-id" },
      );
      plan.add("aws:ec2/instance:Instance", "lgtm-bastion", {
        vpcSecurityGroupIds: ["lgtm-bastion-id"],
      }).propertyDependencies = {
        vpcSecurityGroupIds: [plan.find(types.group, "lgtm-bastion").urn],
      };
    },
  ),
];

const widen = "widen a peer to a block";
const withBlocks: readonly Mutant[] = [
  opened(widen, "the VPC", { to: "mimir", port: 9009, from: { cidrIpv4: "10.40.0.0/16" } }, [
    "sg-edges 10.40.0.0/16->mimir:9009",
  ]),
  opened(widen, "10.0.0.0/8", { to: "mimir", port: 9009, from: { cidrIpv4: "10.0.0.0/8" } }, [
    "sg-blocks-within-vpc 10.0.0.0/8:9009",
    "sg-edges 10.0.0.0/8->mimir:9009",
  ]),
  opened(
    widen,
    "100.64.0.0/10",
    { to: "grafana", port: 3000, from: { cidrIpv4: "100.64.0.0/10" } },
    ["sg-blocks-within-vpc 100.64.0.0/10:3000", "sg-edges 100.64.0.0/10->grafana:3000"],
  ),
  opened(
    "widen the gateway's clients",
    "a whole private range",
    { to: "alloy-gateway", port: 4317, from: { cidrIpv4: "172.16.0.0/12" } },
    ["sg-blocks-within-vpc 172.16.0.0/12:4317"],
  ),
  opened(
    "widen the gateway's clients",
    "to its own metrics",
    { to: "alloy-gateway", port: 12345, from: { cidrIpv4: "10.40.1.0/24" } },
    ["sg-edges 10.40.1.0/24->alloy/gateway:12345"],
  ),
];

const protocol = "let every protocol in";
const ports = "widen the ports";
const ranges: readonly Mutant[] = [
  opened(
    protocol,
    "from a peer",
    { to: "mimir", port: 0, protocol: "-1", from: { role: "grafana" } },
    ["sg-no-all-protocols-ingress all<-" + "SG:grafana"],
  ),
  mutant(
    protocol,
    "by changing a rule",
    ["sg-no-all-protocols-ingress all<-SG:grafana"],
    (plan) => {
      plan.change(types.ingress, "lgtm-mimir-from-grafana-9009", (properties) => {
        properties["ipProtocol"] = "-1";
      });
    },
  ),
  opened(
    ports,
    "around the right one",
    { to: "mimir", port: 9000, toPort: 9010, from: { role: "grafana" } },
    ["sg-one-port-per-rule 9000-9010<-lgtm-grafana"],
  ),
  opened(
    ports,
    "all of TCP",
    { to: "memcached", port: 0, toPort: 65535, from: { role: "loki-querier" } },
    ["sg-one-port-per-rule 0-65535<-lgtm-loki-querier"],
  ),
  opened(
    ports,
    "over gRPC too",
    { to: "mimir", port: 9009, toPort: 9095, from: { role: "alloy-gateway" } },
    [
      "sg-one-port-per-rule 9009-9095<-lgtm-alloy-gateway",
      "sg-grpc-and-gossip-inside-product alloy/gateway->mimir:9095",
    ],
  ),
];

const stranger = "let a stranger in";
const inside = "sg-grpc-and-gossip-inside-product";
const edges: readonly Mutant[] = [
  opened(
    stranger,
    "grafana to loki's distributor",
    { to: "loki-distributor", port: 3100, from: { role: "grafana" } },
    ["sg-edges grafana->loki/distributor:3100"],
  ),
  opened(stranger, "pyroscope to mimir", { to: "mimir", port: 9009, from: { role: "pyroscope" } }, [
    "sg-edges pyroscope->mimir:9009",
  ]),
  opened(
    stranger,
    "the load balancer to an ingester",
    { to: "loki-ingester", port: 3100, from: { role: "load-balancer" } },
    ["sg-edges load-balancer->loki/ingester:3100"],
  ),
  opened(
    "let a stranger into the database",
    "mimir",
    { to: "postgres", port: 5432, from: { role: "mimir" } },
    ["sg-edges mimir->database:5432"],
  ),
  opened(
    "let a stranger into the cache",
    "tempo",
    { to: "memcached", port: 11211, from: { role: "tempo-querier" } },
    ["sg-edges tempo/querier->memcached:11211"],
  ),
  opened(
    "let a group from elsewhere in",
    "mimir",
    { to: "mimir", port: 9009, from: { referencedSecurityGroupId: "sg-00000000000000000" } },
    ["sg-edges sg-00000000000000000->mimir:9009"],
  ),
  opened(
    "open gRPC to another product",
    "grafana to mimir",
    { to: "mimir", port: 9095, from: { role: "grafana" } },
    [`${inside} grafana->mimir:9095`],
  ),
  opened(
    "open gRPC to another product",
    "alloy to loki's ingester",
    { to: "loki-ingester", port: 9095, from: { role: "alloy-gateway" } },
    [`${inside} alloy/gateway->loki/ingester:9095`],
  ),
  opened(
    "open gRPC within a product",
    "loki's compactor to its ingesters",
    { to: "loki-ingester", port: 9095, from: { role: "loki-compactor" } },
    ["sg-edges loki/compactor->loki/ingester:9095"],
  ),
  opened(
    "join gossip",
    "loki's frontend, which has no memberlist",
    { to: "loki-ingester", port: 7946, from: { role: "loki-query-frontend" } },
    ["sg-edges loki/query-frontend->loki/ingester:7946"],
  ),
  opened(
    "join gossip",
    "tempo and mimir",
    { to: "mimir", port: 7946, from: { role: "tempo-ingester" } },
    [`${inside} tempo/ingester->mimir:7946`],
  ),
  mutant(
    "share a gossip group",
    "grafana with mimir's",
    [
      `${inside} grafana->mimir:7946`,
      `${inside} mimir->grafana:7946`,
      "sg-edges grafana->grafana:7946",
    ],
    (plan) => {
      plan.change(types.service, "lgtm-grafana", (properties) => {
        const network = properties["networkConfiguration"] as { securityGroups: string[] };
        network.securityGroups = [...network.securityGroups, group(plan, "mimir-gossip")];
      });
    },
  ),
];

const remove = "remove a needed rule";
const needs = "sg-needed-calls-pass";
const removed = (rule: string, expected: readonly string[], operator = remove): Mutant =>
  mutant(operator, rule, expected, (plan) => plan.remove(types.ingress, `lgtm-${rule}`));

const closure: readonly Mutant[] = [
  removed("mimir-from-mimir-9095", [`${needs} ingress:mimir->mimir:9095`]),
  removed("loki-ingester-from-loki-querier-9095", [
    `${needs} ingress:loki/querier->loki/ingester:9095`,
  ]),
  removed("tempo-metrics-generator-from-tempo-distributor-9095", [
    `${needs} ingress:tempo/distributor->tempo/metrics-generator:9095`,
  ]),
  removed(
    "mimir-from-tempo-metrics-generator-9009",
    [`${needs} ingress:tempo/metrics-generator->mimir:9009`],
    "remove a rule between products",
  ),
  removed(
    "postgres-from-grafana-5432",
    [`${needs} ingress:grafana->database:5432`],
    "remove a rule between products",
  ),
  removed(
    "pyroscope-from-grafana-4040",
    [`${needs} ingress:grafana->pyroscope:4040`],
    "remove a rule between products",
  ),
  removed(
    "tempo-distributor-from-load-balancer-4318",
    [`${needs} ingress:load-balancer->tempo/distributor:4318`],
    "remove a rule of the front door",
  ),
  removed(
    "tempo-distributor-from-load-balancer-3200",
    [`${needs} ingress:load-balancer->tempo/distributor:3200`],
    "remove a rule of the front door",
  ),
  removed(
    "tempo-compactor-from-alloy-collector-3200",
    [`${needs} ingress:alloy/collector->tempo/compactor:3200`],
    "remove a rule of the scrape",
  ),
  mutant(
    "close the way out",
    "of loki's distributor",
    [
      `${needs} egress:loki/distributor->loki/ingester:9095`,
      `${needs} egress:loki/distributor->loki/compactor:7946`,
      `${needs} egress:loki/distributor->loki/distributor:7946`,
      `${needs} egress:loki/distributor->loki/ingester:7946`,
      `${needs} egress:loki/distributor->loki/querier:7946`,
      `${needs} egress:loki/distributor->https:443`,
    ],
    (plan) => plan.remove(types.egress, "lgtm-loki-distributor-to-anywhere"),
  ),
  mutant(
    "narrow the way out",
    "of grafana to HTTPS",
    [
      `${needs} egress:grafana->mimir:9009`,
      `${needs} egress:grafana->loki/query-frontend:3100`,
      `${needs} egress:grafana->tempo/query-frontend:3200`,
      `${needs} egress:grafana->pyroscope:4040`,
      `${needs} egress:grafana->database:5432`,
    ],
    (plan) => {
      plan.change(types.egress, "lgtm-grafana-to-anywhere", (properties) => {
        Object.assign(properties, { ipProtocol: "tcp", fromPort: 443, toPort: 443 });
      });
    },
  ),
  mutant("remove the gossip rule", "of mimir", [`${needs} ingress:mimir->mimir:7946`], (plan) =>
    plan.remove(types.ingress, "lgtm-mimir-gossip-from-self-7946"),
  ),
  opened(
    "open a port without a listener",
    "mimir's old one",
    { to: "mimir", port: 9090, from: { role: "alloy-gateway" } },
    ["sg-edges alloy/gateway->mimir:9090", "sg-rule-has-listener 9090<-lgtm-alloy-gateway"],
  ),
  mutant(
    "open a port without a listener",
    "gossip over UDP",
    ["sg-rule-has-listener udp/7946<-self", "sg-needed-calls-pass ingress:mimir->mimir:7946"],
    (plan) => {
      plan.change(types.ingress, "lgtm-mimir-gossip-from-self-7946", (properties) => {
        properties["ipProtocol"] = "udp";
      });
    },
  ),
  mutant(
    "leave a group without carrier",
    "a group for nobody",
    ["sg-rule-has-listener 9009<-lgtm-grafana"],
    (plan) => {
      plan.add(types.group, "lgtm-orphan", { vpcId: "vpc", description: "nobody" });
      plan.add(types.ingress, "lgtm-added", {
        securityGroupId: "lgtm-orphan-id",
        ipProtocol: "tcp",
        fromPort: 9009,
        toPort: 9009,
        description: "added",
        referencedSecurityGroupId: group(plan, "grafana"),
      });
    },
  ),
  mutant(
    "take a service's groups",
    "memcached",
    [
      "sg-service-names-its-groups securityGroups",
      `${needs} ingress:loki/querier->memcached:11211`,
      `${needs} ingress:loki/ingester->memcached:11211`,
      "sg-rule-has-listener 11211<-lgtm-loki-querier",
      "sg-rule-has-listener 11211<-lgtm-loki-ingester",
      "sg-rule-has-listener 11211<-lgtm-loki-query-frontend",
    ],
    (plan) => {
      plan.change(types.service, "lgtm-memcached", (properties) => {
        (properties["networkConfiguration"] as Properties)["securityGroups"] = [];
      });
      plan.find(types.service, "lgtm-memcached").propertyDependencies = {};
    },
  ),
];

const writing: readonly Mutant[] = [
  mutant("leave a description out", "of a rule", ["sg-described description"], (plan) => {
    plan.change(types.ingress, "lgtm-mimir-from-mimir-9095", (properties) => {
      delete properties["description"];
    });
  }),
  mutant(
    "leave a description out",
    "of a group (the tool's own text)",
    ["sg-described description"],
    (plan) => {
      plan.change(types.group, "lgtm-mimir", (properties) => {
        properties["description"] = "Managed by Pulumi";
      });
    },
  ),
  mutant("leave a description out", "of a way out", ["sg-described description"], (plan) => {
    plan.change(types.egress, "lgtm-mimir-to-anywhere", (properties) => {
      properties["description"] = " ";
    });
  }),
  mutant(
    "mix rules inside and beside a group",
    "the same rule, written inside",
    ["sg-no-inline-and-standalone inline+standalone"],
    (plan) => {
      plan.remove(types.ingress, "lgtm-mimir-from-mimir-9095");
      plan.change(types.group, "lgtm-mimir", (properties) => {
        properties["ingress"] = [
          { protocol: "tcp", fromPort: 9095, toPort: 9095, self: true, description: "inside" },
        ];
      });
    },
  ),
  mutant(
    "mix rules inside and beside a group",
    "ec2.SecurityGroupRule",
    ["sg-no-inline-and-standalone rule+standalone"],
    (plan) => {
      plan.remove(types.ingress, "lgtm-mimir-from-mimir-9095");
      plan.add(types.classicRule, "lgtm-added", {
        type: "ingress",
        securityGroupId: group(plan, "mimir"),
        protocol: "tcp",
        fromPort: 9095,
        toPort: 9095,
        self: true,
        description: "classic",
      });
    },
  ),
  mutant(
    "open the default group",
    "to itself",
    ["hygiene-no-default-resources ingress", "sg-no-all-protocols-ingress all<-self"],
    (plan) => {
      plan.change(types.defaultGroup, "lgtm-default", (properties) => {
        properties["ingress"] = [{ protocol: "-1", fromPort: 0, toPort: 0, self: true }];
      });
    },
  ),
  mutant("open the default group", "outwards", ["hygiene-no-default-resources egress"], (plan) => {
    plan.change(types.defaultGroup, "lgtm-default", (properties) => {
      properties["egress"] = [
        { protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] },
      ];
    });
  }),
];

/** Mistakes in who may talk to whom. */
export const securityGroupMutants: readonly Mutant[] = [
  ...toInternet,
  ...withBlocks,
  ...ranges,
  ...edges,
  ...closure,
  ...writing,
];
