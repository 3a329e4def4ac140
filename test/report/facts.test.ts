import assert from "node:assert/strict";
import { reportFacts } from "../../report/facts/reportFacts";
import { inWords } from "../../report/facts/accessWords";
import { measuredFor, signalText, sourceOf } from "../../plan/measured";
import { devConfig, prodConfig } from "../fixtures/config";
import { devPlan, planWith, prodPlan, resourcesOf } from "../fixtures/plans";

// Not proven here: that the words are good ones.
describe("facts of the report", function () {
  this.timeout(60_000);
  const both = [
    ["dev", devPlan],
    ["prod", prodPlan],
  ] as const;

  for (const [name, planned] of both) {
    it(`${name}: every ECS service of the plan, with the plan's own counts and sizes`, async () => {
      const stack = await planned();
      const facts = reportFacts(stack);
      const shown = facts.roles.flatMap(({ services }) =>
        services.map((service) => [service.name, service.tasks]),
      );
      const inPlan = resourcesOf(stack, "aws:ecs/service:Service").map(({ inputs }) => [
        inputs["name"],
        inputs["desiredCount"],
      ]);
      assert.deepEqual(new Map(shown as [string, number][]), new Map(inPlan as [string, number][]));
      for (const role of facts.roles) {
        assert.ok(role.vcpu > 0 && role.memoryGb > 0, role.id);
        assert.match(role.image, /:/, role.id);
        assert.notEqual(role.health.command, "", role.id);
        assert.ok(
          role.services.every(({ zones }) => zones.length > 0),
          role.id,
        );
      }
    });

    it(`${name}: every security-group rule of the plan, with names in the place of ids`, async () => {
      const stack = await planned();
      const { firewall } = reportFacts(stack);
      assert.equal(
        firewall.ingress.length,
        resourcesOf(stack, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").length,
      );
      for (const { from, to } of [...firewall.ingress, ...firewall.egress])
        assert.doesNotMatch(`${from} ${to}`, /sg-/);
    });

    it(`${name}: every IAM role, its use, and no action without words`, async () => {
      const stack = await planned();
      const { access } = reportFacts(stack);
      assert.equal(access.length, resourcesOf(stack, "aws:iam/role:Role").length);
      for (const role of access) {
        // What no task carries is an AWS service's, which the trust names.
        if (role.kind === "other") assert.match(role.trust, /^EventBridge of account/, role.name);
        else assert.ok(role.usedBy.length > 0, role.name);
        assert.ok(role.permissions.length > 0, role.name);
        for (const { may } of role.permissions)
          for (const phrase of may) assert.doesNotMatch(phrase, /^\w+:\w+$/, role.name);
      }
    });

    it(`${name}: every listener rule, and the service behind it`, async () => {
      const stack = await planned();
      const routes = reportFacts(stack).frontDoor?.routes ?? [];
      assert.equal(routes.length, resourcesOf(stack, "aws:lb/listenerRule:ListenerRule").length);
      for (const { fixedAnswer, services } of routes)
        assert.ok(fixedAnswer !== undefined || services.length > 0);
    });
  }

  it("an action that has no words is shown as AWS writes it, never left out", () => {
    const { may } = inWords({
      Effect: "Allow",
      Action: ["s3:GetObject", "iam:PassRole"],
      Resource: "*",
    });
    assert.deepEqual(may, ["s3:GetObject", "iam:PassRole"]);
  });

  it("zones: three copies survive one zone, one copy does not", async () => {
    const prod = reportFacts(await prodPlan()).failures;
    assert.ok(prod.zones.every(({ roles }) => roles.every(({ level }) => level !== "down")));
    const dev = reportFacts(await devPlan()).failures;
    const [first] = dev.zones;
    assert.deepEqual(
      first?.roles.filter(({ level }) => level === "down").map(({ role }) => role),
      ["mimir", "loki-ingester", "tempo-ingester"],
    );
  });

  it("what if: figures of the rehearsal stand beside the events that were rehearsed in this shape, and only there", async () => {
    const { rows } = reportFacts(await prodPlan()).failures;
    const row = (event: RegExp) => rows.find((each) => event.test(each.event))?.rehearsed;
    const [zone] = measuredFor(prodConfig()).filter(({ experiment }) => experiment === "zone");
    assert.ok(zone !== undefined, "the zone's results are kept");
    assert.deepEqual(row(/^One of the zones/), [
      ...zone.signals.map(signalText),
      `(${sourceOf(zone)})`,
    ]);
    assert.deepEqual(row(/database/), []);
    const singleCopies = reportFacts(await devPlan()).failures.rows;
    assert.deepEqual(
      singleCopies.find(({ event }) => /^Zone .* is lost$/.test(event))?.rehearsed,
      [],
    );
  });

  it("two zones for three copies: the zone with two of them takes the quorum along", async () => {
    const stack = await planWith(devConfig(), {
      mimir: { replicas: 3, replicationFactor: 3 },
    });
    const losses = reportFacts(stack).failures.zones.map(
      ({ roles }) => roles.find(({ role }) => role === "mimir")?.level,
    );
    assert.deepEqual(losses, ["down", "ok"]);
  });

  it("retention of the servers and S3's own end stand side by side", async () => {
    const { prefixes } = reportFacts(await prodPlan()).storage;
    const loki = prefixes.find(({ prefix }) => prefix === "ftt-loki/");
    assert.deepEqual(loki?.serverKeepsDays, [365, 30]);
    assert.equal(loki?.expiresAfterDays, 400);
    for (const { serverKeepsDays, expiresAfterDays, prefix } of prefixes) {
      if (expiresAfterDays === undefined) assert.deepEqual(serverKeepsDays, [], prefix);
      else assert.ok(expiresAfterDays > Math.max(...serverKeepsDays), prefix);
    }
  });
});
