import assert from "node:assert/strict";
import { otherPrices } from "../../plan/otherPrices";
import { figures } from "../../plan/workload/figures";
import {
  fargateSpotShare,
  prices,
  pricesOf,
  UnknownPriceRegionError,
  type PriceRow,
} from "../../plan/prices";

describe("price table", () => {
  const tables: readonly [string, readonly PriceRow[]][] = [
    ...Object.entries(prices),
    ["elsewhere", otherPrices],
  ];
  for (const [region, rows] of tables) {
    describe(region, () => {
      for (const row of rows) {
        it(`${row.id} has a price, a unit, a source and a date`, () => {
          assert.ok(row.usd > 0 && Number.isFinite(row.usd), `${row.usd} is no price`);
          assert.match(row.unit, /^USD per /);
          assert.equal(new URL(row.source).protocol, "https:");
          assert.match(row.seenOn, /^20\d\d-\d\d-\d\d$/);
          // A date that does not exist (2026-02-31) does not survive the round trip.
          assert.equal(new Date(row.seenOn).toISOString().slice(0, 10), row.seenOn);
        });
      }

      it("names every row once", () => {
        assert.equal(new Set(rows.map(({ id }) => id)).size, rows.length);
      });

      it("calls a figure of the price list only what names a price list file", () => {
        const wrong = rows.filter(
          ({ confidence, source }) =>
            confidence === "price list" && !source.startsWith("https://pricing.us-east-1."),
        );
        assert.deepEqual(wrong, []);
      });

      it("says why a third-party figure may be wrong", () => {
        const silent = rows.filter(
          ({ confidence, note }) => confidence === "third party" && note === undefined,
        );
        assert.deepEqual(silent, []);
      });
    });
  }

  it("has no figure without its source, and says what is assumed", () => {
    for (const [id, { value, unit, source }] of Object.entries(figures)) {
      assert.ok(value > 0 && Number.isFinite(value), id);
      assert.ok(unit.length > 3, id);
      assert.match(
        source,
        /^(assumed|measured|configs\/|https:\/\/|grafana\/|prometheus\/)/,
        `${id}: ${source}`,
      );
    }
  });

  it("assumes no cheaper Spot than was ever published", () => {
    const published = [0.01412301 / 0.04656, 0.01870297 / 0.0557];
    for (const share of published) assert.ok(fargateSpotShare.ofOnDemand >= share);
    assert.ok(fargateSpotShare.ofOnDemand < 1);
  });

  it("has ARM at four fifths of x86, as AWS prices it", () => {
    const seoul = pricesOf("ap-northeast-2");
    const ratio =
      (seoul.get("fargate-arm-vcpu")?.usd ?? 0) / (seoul.get("fargate-x86-vcpu")?.usd ?? 1);
    assert.ok(Math.abs(ratio - 0.8) < 0.001, String(ratio));
  });

  it("refuses a region without a table and names those that have one", () => {
    assert.throws(
      () => pricesOf("mars-north-1"),
      (error) =>
        error instanceof UnknownPriceRegionError &&
        error.message.includes('"mars-north-1"') &&
        Object.keys(prices).every((region) => error.message.includes(region)),
    );
    assert.throws(() => pricesOf("toString"), UnknownPriceRegionError);
  });
});
