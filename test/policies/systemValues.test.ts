import assert from "node:assert/strict";
import fc from "fast-check";
import { modernTlsPolicy } from "../../policies/data/ingress";
import { secretIn } from "../../policies/rules/computeSecrets";
import { overlap } from "../../policies/servers/buckets";
import { durationSeconds, durationText } from "../../policies/servers/duration";
import { patternMatches } from "../../policies/servers/ingress";
import { productOf } from "../../policies/servers/server";

describe("what the rules understand", () => {
  it("durations of Go and of Prometheus, and nothing else", () => {
    const cases: readonly (readonly [unknown, number | undefined])[] = [
      ["1h30m", 5400],
      ["1y", 31_536_000],
      ["30d", 2_592_000],
      ["250ms", 0.25],
      ["1m36s", 96],
      ["0s", 0],
      [0, 0],
      ["0", 0],
      ["30", undefined],
      [30, undefined],
      ["", undefined],
      ["1 h", undefined],
      ["-5m", undefined],
      [undefined, undefined],
    ];
    for (const [given, expected] of cases)
      assert.equal(durationSeconds(given), expected, String(given));
  });

  it("the durations that it writes itself", () => {
    fc.assert(
      fc.property(fc.nat(10_000_000), (seconds) => {
        assert.equal(durationSeconds(durationText(seconds)), seconds);
      }),
    );
  });

  it("path patterns as a load balancer does", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("a", "b", "/", "*", "?"), maxLength: 12 }),
        fc.string({ unit: fc.constantFrom("a", "b", "/"), maxLength: 12 }),
        (pattern, path) => {
          const asRegExp = new RegExp(`^${pattern.replaceAll("*", ".*").replaceAll("?", ".")}$`);
          assert.equal(patternMatches(pattern, path), asRegExp.test(path), `${pattern} ${path}`);
        },
      ),
    );
  });

  it("that prefixes overlap exactly where a key can begin with both", () => {
    assert.ok(overlap("", "rules/"));
    assert.ok(overlap("ftt-", "ftt-loki/index/"));
    assert.ok(overlap("rules/rules/anonymous/", "rules/"));
    assert.ok(!overlap("ftt-loki/fake/", "ftt-loki/index/"));
    assert.ok(!overlap("rule/", "rules/"));
  });

  it("which server an image holds, through mirrors and digests", () => {
    assert.equal(productOf("docker.io/grafana/loki:3.7.6"), "loki");
    assert.equal(
      productOf("123456789012.dkr.ecr.eu-west-1.amazonaws.com:443/hub/grafana/mimir"),
      "mimir",
    );
    assert.equal(productOf(`grafana/grafana-enterprise@sha256:${"0".repeat(64)}`), "grafana");
    assert.equal(productOf("public.ecr.aws/docker/library/memcached:1.6.45-alpine"), "memcached");
    assert.equal(productOf("grafana/tempo-query:2.10.8"), undefined);
    assert.equal(productOf("busybox"), undefined);
  });

  it("TLS policies that stop at 1.2", () => {
    for (const name of [
      "ELBSecurityPolicy-TLS13-1-2-2021-06",
      "ELBSecurityPolicy-TLS13-1-3-2021-06",
      "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
      "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
      "ELBSecurityPolicy-FS-1-2-Res-2020-10",
    ]) {
      assert.match(name, modernTlsPolicy);
    }
    for (const name of [
      "ELBSecurityPolicy-2016-08",
      "ELBSecurityPolicy-TLS13-1-0-2021-06",
      "ELBSecurityPolicy-TLS13-1-1-2021-06",
      "ELBSecurityPolicy-TLS-1-1-2017-01",
      "ELBSecurityPolicy-FS-2018-06",
      "ELBSecurityPolicy-TLS13-1-2-Ext1-2021-06",
    ]) {
      assert.doesNotMatch(name, modernTlsPolicy);
    }
  });

  it("secrets in plain text", () => {
    const secrets: readonly (readonly [string, string])[] = [
      ["GF_SECURITY_ADMIN_PASSWORD", "hunter22"],
      ["db-password", "x7Kq"],
      ["API_KEY", "abc-def-ghi"],
      ["ANYTHING", "ASIAIOSFODNN7EXAMPLE"],
      ["ANYTHING", "0123456789abcdef0123456789abcdef"],
      ["ANYTHING", "Zm9vYmFyQmF6UXV4MTIzNDU2Nzg5MGFiY2RlZkdISUpLTE1OTw=="],
      ["DATABASE_URL", "postgres://grafana:s3cret@db:5432/grafana"],
      ["HEADER", "Authorization: Bearer abcdefghijklmnopqrstuvwx"],
      ["FILE", "auth:\n  password: hunter22\n"],
      ["FILE", 'basic_auth {\n  password = "hunter22"\n}\n'],
    ];
    for (const [name, value] of secrets)
      assert.notEqual(secretIn(name, value), undefined, `${name}=${value}`);
  });

  it("what only looks like a secret", () => {
    const harmless: readonly (readonly [string, string])[] = [
      ["GF_SECURITY_ADMIN_PASSWORD__FILE", "/run/secrets/admin"],
      ["GF_AUTH_GENERIC_OAUTH_TOKEN_URL", "https://id.example.com/token"],
      ["TOKEN_LIFETIME", "720h"],
      ["GF_AUTH_BASIC_ENABLED", "false"],
      ["PASSWORD", "${ADMIN_PASSWORD}"],
      ["SECRET", "arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:x-AbCdEf"],
      ["GOMEMLIMIT", "3600MiB"],
      ["HOST", "lgtm-grafana-ee043fa.ee043fae4d79.ap-northeast-2.rds.amazonaws.com"],
      ["URL", "postgres://grafana:$PASSWORD@db:5432/grafana"],
      ["PATHS", "/usr/local/share/ca-certificates/extra/AmazonRootCA1AndOthers2024.pem"],
      ["FILE", "auth:\n  password: ${ADMIN_PASSWORD}\n  # password: of somebody\n"],
      ["FILE", "-----BEGIN CERTIFICATE-----\nMIID\n-----END CERTIFICATE-----\n"],
      ["FILE", 'password = sys.env("REMOTE_PASSWORD")\n'],
    ];
    for (const [name, value] of harmless)
      assert.equal(secretIn(name, value), undefined, `${name}=${value}`);
  });
});
