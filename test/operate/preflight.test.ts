import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import * as path from "node:path";
import { ImportCertificateCommand, RequestCertificateCommand } from "@aws-sdk/client-acm";
import { CreateLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import { AllocateAddressCommand, CreateVpcCommand } from "@aws-sdk/client-ec2";
import { CreateClusterCommand } from "@aws-sdk/client-ecs";
import { CreateRoleCommand, CreateServiceLinkedRoleCommand } from "@aws-sdk/client-iam";
import { CreateHostedZoneCommand } from "@aws-sdk/client-route-53";
import { CreateBucketCommand, PutBucketTaggingCommand } from "@aws-sdk/client-s3";
import { type CheckResult, checkPage, exitCodeOf } from "../../operate/check";
import { covers } from "../../operate/preflight/frontDoor";
import { preflight } from "../../operate/preflight/preflight";
import { fargateDemand } from "../../operate/preflight/quotas";
import type { Target } from "../../operate/preflight/target";
import { hostNames } from "../../stacks/dns";
import { devConfig, prodConfig } from "../fixtures/config";
import { planOfConfig, planWith } from "../fixtures/plans";
import { startCloud, type Cloud } from "./cloud";
import { json } from "./interposer";
import { makeCluster, makeRevision, makeTask } from "./scene";
import { selfSigned } from "./selfSigned";

/** Quotas that moto does not know, as Service Quotas answers them. */
const otherQuotas: Readonly<Record<string, { name: string; value: number }>> = {
  "L-3032A538": { name: "Fargate On-Demand vCPU resource count", value: 140 },
  "L-36FBB829": { name: "Fargate Spot vCPU resource count", value: 140 },
  "L-0263D0A3": { name: "EC2-VPC Elastic IPs", value: 5 },
};

describe("preflight (N7)", function () {
  this.timeout(120_000);
  let cloud: Cloud;
  let limits: typeof otherQuotas;

  before(async () => {
    cloud = await startCloud();
  });
  after(() => cloud.stop());

  beforeEach(async () => {
    await cloud.reset();
    limits = otherQuotas;
    cloud.between.answer("servicequotas:GetServiceQuota", (body) => {
      const { QuotaCode } = JSON.parse(body) as { QuotaCode: string };
      const known = limits[QuotaCode];
      return known && json({ Quota: { QuotaCode, QuotaName: known.name, Value: known.value } });
    });
  });

  const target = async (base = devConfig(), overrides = {}): Promise<Target> => {
    const { config, catalog, plan } =
      Object.keys(overrides).length === 0
        ? await planOfConfig(base)
        : await planWith(base, overrides);
    return { config, plan, hosts: hostNames(catalog, config) };
  };
  const nameServers =
    (...servers: string[]) =>
    () =>
      Promise.resolve(servers);
  const run = async (wanted?: Target, resolveNameServers = nameServers()) =>
    preflight(wanted ?? (await target()), { clients: cloud.clients, resolveNameServers });
  const of = (results: readonly CheckResult[], id: string): CheckResult => {
    const found = results.find((each) => each.id === id);
    assert.ok(found, `no check ${id} among ${results.map((each) => each.id).join(", ")}`);
    return found;
  };
  const outcomes = (results: readonly CheckResult[]) =>
    Object.fromEntries(results.map(({ id, outcome }) => [id, outcome]));

  /** A certificate in the account, as the stack file must name it. */
  const certificateFor = async (...names: string[]) => {
    const { certificate, key } = selfSigned(names);
    const { CertificateArn = "" } = await cloud.scene.acm.send(
      new ImportCertificateCommand({
        Certificate: Buffer.from(certificate),
        PrivateKey: Buffer.from(key),
      }),
    );
    return CertificateArn;
  };
  const makeServiceLinkedRole = (service: string) =>
    cloud.scene.iam.send(new CreateServiceLinkedRoleCommand({ AWSServiceName: service }));

  it("N7: an account with everything in place is ready", async () => {
    await makeServiceLinkedRole("ecs.amazonaws.com");
    await makeServiceLinkedRole("elasticloadbalancing.amazonaws.com");
    const certificateArn = await certificateFor("*.dev.example.com");
    const results = await run(await target(devConfig(), { ingress: { certificateArn } }));
    assert.deepEqual(outcomes(results), {
      account: "ok",
      region: "ok",
      zones: "ok",
      "service-linked-role-ecs": "ok",
      "service-linked-role-elasticloadbalancing": "ok",
      "quota-fargate-vcpu": "ok",
      "quota-fargate-spot-vcpu": "ok",
      "quota-elastic-ips": "ok",
      "quota-vpcs": "ok",
      "quota-internet-gateways": "ok",
      "quota-nat-gateways": "ok",
      "quota-security-groups": "ok",
      "quota-rules-per-group": "ok",
      // What ACM imports it does not renew, and this one ends soon.
      certificate: "warning",
      bucket: "ok",
      "cluster-name": "ok",
      "log-group-names": "ok",
      "role-names": "ok",
    });
    assert.equal(exitCodeOf(results), 0);
    const writes = [...cloud.between.asked].filter(
      (operation) => !/:(Get|List|Describe)|:GET |:HEAD /.test(operation),
    );
    assert.deepEqual(writes, []);
  });

  it("N7: an empty account gets a mend for each failure", async () => {
    const results = await run();
    assert.equal(exitCodeOf(results), 1);
    for (const result of results.filter(({ outcome }) => outcome === "failed"))
      assert.ok((result.mend ?? []).length > 0, `${result.id} has no mend`);
    const page = checkPage("title", results);
    assert.match(
      page,
      /FAILED +service-linked role of ecs\.amazonaws\.com: missing\n +mend: aws iam create-service-linked-role --aws-service-name ecs\.amazonaws\.com\n/,
    );
    assert.match(page, /\d+ ok, 0 warnings, 3 failed, 0 not checked\n$/);
  });

  it("stops at credentials of another account", async () => {
    const results = await run(await target(devConfig(), { accountId: "999999999999" }));
    assert.deepEqual(outcomes(results), { account: "failed" });
    assert.match(of(results, "account").found, /^123456789012; the stack file says 999999999999$/);
  });

  it("refuses a region that is not enabled, and zones that are not there", async () => {
    cloud.between.rewrite("ec2:DescribeRegions", (xml) =>
      xml.replace(
        /<optInStatus>[^<]*<\/optInStatus><regionName>ap-northeast-2</,
        "<optInStatus>not-opted-in</optInStatus><regionName>ap-northeast-2<",
      ),
    );
    cloud.between.rewrite("ec2:DescribeAvailabilityZones", (xml) =>
      xml.replaceAll("ap-northeast-2b", "ap-northeast-2x"),
    );
    const results = await run();
    assert.equal(of(results, "region").outcome, "failed");
    assert.match(of(results, "zones").found, /^ap-northeast-2b does not exist for this account$/);
  });

  it("wants RDS's and auto scaling's roles only where the plan has them", async () => {
    const dev = await run();
    assert.ok(!dev.some(({ id }) => /rds|autoscaling/.test(id)));
    const scaled = await target(prodConfig(), {
      loki: { querier: { autoscaling: { minReplicas: 2, maxReplicas: 4 } } },
    });
    const prod = await run(scaled);
    assert.equal(of(prod, "service-linked-role-rds").outcome, "failed");
    assert.equal(of(prod, "service-linked-role-ecs-autoscaling").outcome, "failed");
    await makeServiceLinkedRole("rds.amazonaws.com");
    await makeServiceLinkedRole("ecs.application-autoscaling.amazonaws.com");
    const made = await run(scaled);
    assert.equal(of(made, "service-linked-role-rds").outcome, "ok");
    assert.equal(of(made, "service-linked-role-ecs-autoscaling").outcome, "ok");
  });

  describe("quotas", () => {
    it("vCPU: counts what other clusters run, fails below the plan, warns below its peak", async () => {
      const wanted = await target(prodConfig());
      const { onDemand } = fargateDemand(wanted.plan.resources);
      // 3 × 2 Mimir, 10 Loki, 9.5 Tempo and queries, 1 Pyroscope, 0.5 each of Grafana and Alloy …: the table of S1–S7.
      assert.equal(onDemand.needed, 29.5);
      const limit = (value: number) => {
        limits = { ...otherQuotas, "L-3032A538": { name: otherQuotas["L-3032A538"]!.name, value } };
      };
      const outcome = async () => of(await run(wanted), "quota-fargate-vcpu");
      limit(29);
      assert.equal((await outcome()).outcome, "failed");
      limit(30);
      assert.equal((await outcome()).outcome, "warning");
      limit(Math.ceil(onDemand.peak));
      assert.equal((await outcome()).outcome, "ok");

      const place = await makeCluster(cloud.scene, "other");
      await makeTask(cloud.scene, place, await makeRevision(cloud.scene, "other"));
      // moto leaves a task's size out of its answer.
      cloud.between.rewrite("ecs:DescribeTasks", (text) => {
        const answer = JSON.parse(text) as { tasks: { cpu?: string; launchType?: string }[] };
        return JSON.stringify({
          tasks: answer.tasks.map((task) => ({ ...task, cpu: "4096", launchType: "FARGATE" })),
        });
      });
      const busy = await outcome();
      assert.equal(busy.outcome, "warning");
      assert.match(
        busy.mend?.[0] ?? "",
        new RegExp(`--quota-code L-3032A538 --desired-value ${Math.ceil(onDemand.peak + 4)}$`),
      );
    });

    it("Spot has a quota of its own", async () => {
      const { spot, onDemand } = fargateDemand((await target()).plan.resources);
      assert.equal(spot.needed, 1);
      assert.ok(onDemand.needed > 0);
      limits = { ...otherQuotas, "L-36FBB829": { ...otherQuotas["L-36FBB829"]!, value: 0 } };
      assert.equal(of(await run(), "quota-fargate-spot-vcpu").outcome, "failed");
    });

    it("N7: elastic addresses and VPCs: fails where others hold them", async () => {
      const wanted = await target(prodConfig());
      assert.equal(of(await run(wanted), "quota-elastic-ips").outcome, "ok");
      for (let i = 0; i < 3; i++)
        await cloud.scene.ec2.send(new AllocateAddressCommand({ Domain: "vpc" }));
      assert.match(of(await run(wanted), "quota-elastic-ips").found, /^needs 3, 2 of 5 free$/);
      assert.equal(of(await run(wanted), "quota-elastic-ips").outcome, "failed");
      // One is the account's default VPC.
      for (let i = 0; i < 4; i++)
        await cloud.scene.ec2.send(new CreateVpcCommand({ CidrBlock: `10.${i}.0.0/16` }));
      assert.equal(of(await run(wanted), "quota-vpcs").outcome, "failed");
    });

    it("its own VPC and addresses do not count against it", async () => {
      const tags = [{ Key: "lgtm:name", Value: "lgtm" }];
      const own = (ResourceType: "vpc" | "elastic-ip") => [{ ResourceType, Tags: tags }];
      for (let i = 0; i < 3; i++)
        await cloud.scene.ec2.send(
          new AllocateAddressCommand({ Domain: "vpc", TagSpecifications: own("elastic-ip") }),
        );
      assert.equal(of(await run(await target(prodConfig())), "quota-elastic-ips").outcome, "ok");
    });

    it("a quota under another name is not taken for the right one", async () => {
      limits = { ...otherQuotas, "L-0263D0A3": { name: "Something else", value: 100 } };
      const result = of(await run(), "quota-elastic-ips");
      assert.equal(result.outcome, "not checked");
      assert.match(result.found, /is called "Something else"/);
    });

    it("a region without the quota is not checked", async () => {
      limits = {};
      assert.equal(of(await run(), "quota-fargate-vcpu").outcome, "not checked");
    });
  });

  describe("certificate", () => {
    const check = async (certificateArn: string) =>
      of(await run(await target(devConfig(), { ingress: { certificateArn } })), "certificate");

    it("must exist", async () => {
      assert.match(of(await run(), "certificate").found, /does not exist$/);
    });

    it("N7: the certificate must be issued", async () => {
      const { CertificateArn = "" } = await cloud.scene.acm.send(
        new RequestCertificateCommand({ DomainName: "*.dev.example.com", ValidationMethod: "DNS" }),
      );
      const result = await check(CertificateArn);
      assert.deepEqual([result.outcome, result.found], ["failed", "is PENDING_VALIDATION"]);
    });

    it("must cover every host", async () => {
      const result = await check(await certificateFor("grafana.dev.example.com"));
      assert.equal(result.outcome, "failed");
      assert.match(result.found, /not .*mimir\.dev\.example\.com/);
      assert.doesNotMatch(result.found, /not .*grafana/);
    });

    it("must be of the load balancer's region", async () => {
      const result = await check("arn:aws:acm:us-east-1:123456789012:certificate/1");
      assert.match(result.found, /a load balancer takes one of its own region/);
    });

    it("a wildcard covers one label", () => {
      assert.ok(covers("*.example.com", "grafana.example.com"));
      assert.ok(covers("GRAFANA.example.com", "grafana.example.com"));
      assert.ok(!covers("*.example.com", "grafana.dev.example.com"));
      assert.ok(!covers("*.example.com", "example.com"));
    });
  });

  describe("hosted zone", () => {
    const zoneOf = async (name: string) => {
      const { HostedZone, DelegationSet } = await cloud.scene.route53.send(
        new CreateHostedZoneCommand({ Name: name, CallerReference: name }),
      );
      return {
        id: (HostedZone?.Id ?? "").replace("/hostedzone/", ""),
        servers: DelegationSet?.NameServers ?? [],
      };
    };
    /** moto's zone ids are not of the form that a stack file takes. */
    const withZone = async (hostedZoneId: string): Promise<Target> => {
      const wanted = await target(devConfig(), {
        ingress: { hostedZoneId: "Z0123456789ABC", certificateArn: undefined },
      });
      const ingress = { ...wanted.config.ingress, hostedZoneId };
      return { ...wanted, config: { ...wanted.config, ingress } };
    };
    const check = async (hostedZoneId: string, ...servers: string[]) =>
      of(await run(await withZone(hostedZoneId), nameServers(...servers)), "hosted-zone");

    it("is authoritative where the Internet asks its name servers", async () => {
      const { id, servers } = await zoneOf("example.com");
      assert.equal(
        (await check(id, ...servers.map((name) => `${name.toUpperCase()}.`))).outcome,
        "ok",
      );
      const elsewhere = await check(id, "ns1.registrar.example");
      assert.equal(elsewhere.outcome, "failed");
      assert.match(elsewhere.mend?.[0] ?? "", /^delegate example\.com to ns-/);
      assert.equal((await check(id)).outcome, "failed");
    });

    it("must exist, and be of the domain", async () => {
      assert.match((await check("Z000000000000")).found, /does not exist in this account/);
      const { id, servers } = await zoneOf("example.org");
      assert.match((await check(id, ...servers)).found, /is of example\.org/);
    });

    it("a name that nobody answers is not checked, with the delegation it needs", async () => {
      const { id } = await zoneOf("example.com");
      const results = await run(await withZone(id), () =>
        Promise.reject(new Error("queryNs ENOTFOUND")),
      );
      assert.equal(of(results, "hosted-zone").outcome, "not checked");
    });
  });

  describe("names", () => {
    const ours = { "lgtm:name": "lgtm-dev", "pulumi:project": "lgtm", "pulumi:stack": "dev" };
    const upper = (tags: Record<string, string>) =>
      Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

    it("N7: the bucket must be free, or ours", async () => {
      const Bucket = "sys-lgtm-dev-s3";
      assert.equal(of(await run(), "bucket").found, "free");
      await cloud.scene.s3.send(
        new CreateBucketCommand({
          Bucket,
          CreateBucketConfiguration: { LocationConstraint: "ap-northeast-2" },
        }),
      );
      assert.match(of(await run(), "bucket").found, /and is not this stack's$/);
      await cloud.scene.s3.send(
        new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: upper(ours) } }),
      );
      assert.match(of(await run(), "bucket").found, /and is this stack's$/);
      cloud.between.answer(`s3:HEAD /${Bucket}/`, () => ({ status: 403, body: "" }));
      const foreign = of(await run(), "bucket");
      assert.deepEqual([foreign.outcome, /another account/.test(foreign.found)], ["failed", true]);
    });

    it("cluster, log groups and roles must be free, or ours", async () => {
      const lower = Object.entries(ours).map(([key, value]) => ({ key, value }));
      const make = async (own: boolean) => {
        await cloud.scene.ecs.send(
          new CreateClusterCommand({
            clusterName: "lgtm-dev-cluster",
            ...(own ? { tags: lower } : {}),
          }),
        );
        await cloud.scene.logs.send(
          new CreateLogGroupCommand({
            logGroupName: "/ecs/lgtm-dev-mimir",
            ...(own ? { tags: ours } : {}),
          }),
        );
        await cloud.scene.iam.send(
          new CreateRoleCommand({
            RoleName: "lgtm-dev-mimir-task-ap-northeast-2",
            AssumeRolePolicyDocument: "{}",
            ...(own ? { Tags: upper(ours) } : {}),
          }),
        );
      };
      const ids = ["cluster-name", "log-group-names", "role-names"];
      await make(false);
      const clashing = await run();
      assert.deepEqual(
        ids.map((id) => of(clashing, id).outcome),
        ["failed", "failed", "failed"],
      );
      await cloud.moto.reset();
      await make(true);
      const own = await run();
      assert.deepEqual(
        ids.map((id) => of(own, id).outcome),
        ["ok", "ok", "ok"],
      );
    });

    it("a longer name is no clash", async () => {
      await cloud.scene.logs.send(
        new CreateLogGroupCommand({ logGroupName: "/ecs/lgtm-dev-mimir-2" }),
      );
      assert.equal(of(await run(), "log-group-names").outcome, "ok");
    });

    it("the namespace must be free in a VPC that exists already", async () => {
      const existing = {
        vpcId: "vpc-0123456789abcdef0",
        publicSubnetIds: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
        privateSubnetIds: ["subnet-0123456789abcdef2", "subnet-0123456789abcdef3"],
      };
      const wanted = await target(devConfig(), { network: { existing } });
      assert.equal(of(await run(wanted), "namespace").outcome, "ok");
      await cloud.scene.route53.send(
        new CreateHostedZoneCommand({
          Name: "lgtm.local",
          CallerReference: "1",
          VPC: { VPCId: existing.vpcId, VPCRegion: "ap-northeast-2" },
          HostedZoneConfig: { PrivateZone: true },
        }),
      );
      assert.equal(of(await run(wanted), "namespace").outcome, "failed");
    });
  });

  describe("permissions", () => {
    const cases: readonly [denied: string, check: string, permission: string][] = [
      ["ec2:DescribeRegions", "region", "ec2:DescribeRegions"],
      ["ec2:DescribeAvailabilityZones", "zones", "ec2:DescribeAvailabilityZones"],
      ["iam:ListRoles", "service-linked-role-ecs", "iam:ListRoles"],
      ["servicequotas:GetServiceQuota", "quota-vpcs", "servicequotas:GetServiceQuota"],
      ["ecs:ListClusters", "quota-fargate-vcpu", "ecs:ListClusters"],
      ["ec2:DescribeAddresses", "quota-elastic-ips", "ec2:DescribeAddresses"],
      ["acm:DescribeCertificate", "certificate", "acm:DescribeCertificate"],
      ["ecs:DescribeClusters", "cluster-name", "ecs:DescribeClusters"],
      ["logs:DescribeLogGroups", "log-group-names", "logs:DescribeLogGroups"],
      ["iam:GetRole", "role-names", "iam:GetRole"],
    ];
    for (const [denied, check, permission] of cases) {
      it(`without ${permission}, ${check} is not checked and says so`, async () => {
        cloud.between.deny(denied);
        const result = of(await run(), check);
        assert.deepEqual(
          [result.outcome, result.found],
          ["not checked", `the caller lacks ${permission}`],
        );
      });
    }
  });

  describe("command", () => {
    const command = (...args: string[]) =>
      new Promise<{ status: number | null; stdout: string; stderr: string }>((resolve) => {
        const child = spawn(process.execPath, ["run.js", "operate/preflight.ts", ...args], {
          cwd: path.join(__dirname, "..", ".."),
          env: { ...process.env, ...cloud.environment },
        });
        let [stdout, stderr] = ["", ""];
        child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
        child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
        child.on("close", (status) => resolve({ status, stdout, stderr }));
      });

    it("exits 1 on a failure, with the page or JSON", async () => {
      const page = await command("dev");
      assert.equal(page.status, 1, page.stderr);
      assert.match(page.stdout, /^Preflight of stack dev: account 123456789012, ap-northeast-2\n/);
      const { stdout, status } = await command("dev", "--json");
      assert.equal(status, 1);
      const results = JSON.parse(stdout) as CheckResult[];
      assert.equal(results.find(({ id }) => id === "account")?.outcome, "ok");
    });

    it("a stack that does not exist is told, not stack-traced", async () => {
      const { status, stderr } = await command("nowhere");
      assert.equal(status, 1);
      assert.doesNotMatch(stderr, /\n {4}at /);
    });
  });
});
