import * as assert from "node:assert/strict";
import fc from "fast-check";
import { canonicalBlock, isInside, isPrivate, overlap } from "../../../configs/stack/addresses";
import { maxNameLength } from "../../../configs/stack/fields";
import { fargateSizes, isFargateSize, sizesFor } from "../../../configs/stack/fargateSizes";
import { nearest } from "../../../configs/stack/nearest";
import { deletionDelayHours, earliestExpiryDays } from "../../../configs/stack/retention";
import { rolePaths, rolesIn } from "../../../configs/stack/roles";
import { rules } from "../../../configs/stack/rules";
import { secretIn, tokenPlaceholder } from "../../../configs/stack/secrets";
import type { StackConfig } from "../../../configs/stack/schema";
import { configWith, defaultConfig, devConfig, prodConfig } from "../../fixtures/config";

const facts = { region: "ap-northeast-2", siblings: [] };
const broken = (config: StackConfig, id: string) =>
  rules.find((rule) => rule.id === id)?.check(config, facts) ?? assert.fail(`no rule ${id}`);

describe("rules across fields", () => {
  it("hold for dev, prod and the design's defaults", () => {
    for (const config of [devConfig(), prodConfig(), defaultConfig()]) {
      assert.deepEqual(
        rules.flatMap((rule) => rule.check(config, facts)),
        [],
        config.stack,
      );
    }
  });

  it("look at every role of the schema", () => {
    const paths: string[] = [];
    const walk = (value: unknown, path: string) => {
      if (typeof value !== "object" || value === null) return;
      if ("vcpu" in value) paths.push(path);
      for (const [key, child] of Object.entries(value)) {
        walk(child, path === "" ? key : `${path}.${key}`);
      }
    };
    walk(prodConfig(), "");
    assert.deepEqual(paths.sort(), [...rolePaths].sort());
    assert.equal(rolesIn(prodConfig()).length, rolePaths.length);
  });
});

describe("sizes of a Fargate task (S1–S7)", () => {
  it("are the pairs that AWS lists", () => {
    const counts = [...fargateSizes].map(([vcpu, memory]) => [vcpu, memory.length]);
    assert.deepEqual(counts, [
      [0.25, 3],
      [0.5, 4],
      [1, 7],
      [2, 13],
      [4, 23],
      [8, 12],
      [16, 12],
    ]);
    assert.deepEqual(
      [fargateSizes.get(8)?.at(0), fargateSizes.get(8)?.at(-1), fargateSizes.get(16)?.at(-1)],
      [16, 60, 120],
    );
  });

  it("exist exactly where the rule says nothing (property)", () => {
    const vcpu = fc.constantFrom(0.25, 0.5, 1, 2, 3, 4, 8, 16);
    const memoryGb = fc.oneof(fc.constant(0.5), fc.integer({ min: 1, max: 130 }));
    fc.assert(
      fc.property(vcpu, memoryGb, (cpu, memory) => {
        const config = configWith(prodConfig(), { pyroscope: { vcpu: cpu, memoryGb: memory } });
        const findings = broken(config, "fargate-size");
        assert.equal(findings.length === 0, isFargateSize(cpu, memory));
        assert.ok(!isFargateSize(cpu, memory) || (memory >= cpu * 2 && memory <= cpu * 8));
      }),
    );
  });

  it("are said in words", () => {
    assert.equal(sizesFor(0.25), "memoryGb 0.5, 1, 2 with vcpu 0.25");
    assert.equal(sizesFor(16), "memoryGb 32 to 120 in steps of 8 with vcpu 16");
    assert.equal(sizesFor(6), "vcpu 0.25, 0.5, 1, 2, 4, 8, 16");
  });
});

describe("S3's own end (B3)", () => {
  const days = fc.integer({ min: 2, max: 1500 });

  it("is after retention, an object's span and the deletion delay, and not a day later than needed (property)", () => {
    fc.assert(
      fc.property(
        days,
        fc.constantFrom(...Object.values(deletionDelayHours)),
        (retention, delay) => {
          const earliest = earliestExpiryDays(retention, delay);
          assert.ok(earliest * 24 > retention * 24 + 24 + delay);
          assert.ok((earliest - 1) * 24 <= retention * 24 + 24 + delay);
        },
      ),
    );
  });

  it("is refused exactly below that (property)", () => {
    fc.assert(
      fc.property(days, days, (retention, expiry) => {
        const config = configWith(prodConfig(), {
          tempo: { retentionDays: retention },
          storage: { traces: { expireAfterDays: expiry } },
        });
        const refused = broken(config, "expire-after-retention").length > 0;
        assert.equal(refused, expiry < earliestExpiryDays(retention, deletionDelayHours.tempo));
      }),
    );
  });

  it("takes no transition that is less than 30 days after another (property)", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 30, max: 200 }),
        fc.integer({ min: 60, max: 300 }),
        fc.integer({ min: 2, max: 500 }),
        (cold, colder, end) => {
          const config = configWith(prodConfig(), {
            storage: {
              metrics: {
                infrequentAccessAfterDays: cold,
                glacierInstantRetrievalAfterDays: colder,
                expireAfterDays: end,
              },
            },
          });
          const fits = colder - cold >= 30 && end > colder;
          assert.equal(broken(config, "transitions-ordered").length === 0, fits);
          const tiered = configWith(config, { storage: { tiering: "intelligentTiering" } });
          assert.deepEqual(broken(tiered, "transitions-ordered"), []);
        },
      ),
    );
  });
});

describe("address blocks (N1)", () => {
  const octet = fc.integer({ min: 0, max: 255 });
  const block = fc
    .tuple(octet, octet, octet, octet, fc.integer({ min: 0, max: 32 }))
    .map(([a, b, c, d, bits]) => `${a}.${b}.${c}.${d}/${bits}`);

  it("have one canonical form, which lies in the same place (property)", () => {
    fc.assert(
      fc.property(block, (cidr) => {
        const canonical = canonicalBlock(cidr) ?? "";
        assert.equal(canonicalBlock(canonical), canonical);
        assert.ok(isInside(cidr, canonical) && isInside(canonical, cidr));
      }),
    );
  });

  it("overlap exactly where they have an address in common (property)", () => {
    const first = (cidr: string) => {
      const [address = "", bits = "0"] = cidr.split("/");
      const number = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
      const size = 2 ** (32 - Number(bits));
      const low = Math.floor(number / size) * size;
      return { low, high: low + size - 1 };
    };
    fc.assert(
      fc.property(block, block, (a, b) => {
        const [one, other] = [first(a), first(b)];
        assert.equal(overlap(a, b), one.low <= other.high && other.low <= one.high);
      }),
    );
  });

  it("are private in RFC 1918 and 100.64.0.0/10 only", () => {
    for (const cidr of ["10.0.0.0/8", "172.31.0.0/16", "192.168.4.0/24", "100.127.0.0/16"]) {
      assert.ok(isPrivate(cidr), cidr);
    }
    for (const cidr of [
      "10.0.0.0/7",
      "172.32.0.0/16",
      "192.0.0.0/8",
      "100.128.0.0/16",
      "0.0.0.0/0",
    ]) {
      assert.ok(!isPrivate(cidr), cidr);
    }
  });
});

describe("names and words", () => {
  it("leave room for the longest target group", () => {
    assert.equal(maxNameLength, 14);
    assert.equal(`${"n".repeat(maxNameLength)}-otlp-http-1234567`.length, 32);
  });

  it("are suggested when near, and not when far", () => {
    assert.equal(nearest("lokki", ["loki", "tempo"]), "loki");
    assert.equal(nearest("nmae", ["name", "namespace"]), "name");
    assert.equal(nearest("develop", ["dev", "prod"]), "dev");
    assert.equal(nearest("zebra", ["name", "loki"]), undefined);
  });

  it("always find a word with two letters swapped (property)", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("accountId", "environment", "collection"),
        fc.nat(6),
        (word, at) => {
          const letters = [...word];
          [letters[at], letters[at + 1]] = [letters[at + 1] ?? "", letters[at] ?? ""];
          assert.equal(nearest(letters.join(""), ["accountId", "environment", "collection"]), word);
        },
      ),
    );
  });

  it("tell secrets from what is public", () => {
    assert.equal(secretIn("AKIAABCDEFGHIJKLMNOP", "owner"), "an AWS access key id");
    assert.equal(
      secretIn("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "x"),
      "an AWS secret access key",
    );
    assert.equal(secretIn("hunter2", "adminPassword"), "a password or token");
    assert.equal(secretIn("da39a3ee5e6b4b0d3255bfef95601890afd80709", "revision"), undefined);
    assert.equal(secretIn("arn:aws:secretsmanager:x:1:secret:y", "clientSecret"), undefined);
    assert.equal(secretIn("example.com", "domain"), undefined);
  });

  it("stand for an encrypted token within the limits of a real one (property)", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9]{1,10}$/), (id) => {
        assert.match(tokenPlaceholder(id), /^[0-9a-z]{32,100}$/);
      }),
    );
  });
});
