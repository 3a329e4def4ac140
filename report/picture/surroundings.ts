import type { ReportFacts } from "../facts/reportFacts";
import { html, type Html } from "../html";
import type { Box } from "./geometry";
import { type Frame, middleOf } from "./place";
import { letter, rect, text } from "./shapes";

/** Each product's own way to its prefixes: straight down, through the gateway endpoint. */
export function storagePaths(
  facts: ReportFacts,
  products: readonly Frame[],
  endpoint: Box,
  bucket: Box,
): Html {
  const { prefixes } = facts.storage;
  const hasEndpoint = facts.network.gatewayEndpoints.includes("s3");
  return html` ${rect(bucket, "bucket", 10)}
  ${text(bucket.x + 12, bucket.y + 62, "frame-label strong", `s3://${facts.storage.bucket}`)}
  ${products.map(({ id, box }) => {
    const own = prefixes.filter(({ product }) => product === id);
    if (own.length === 0) return html``;
    const { x, y } = middleOf(box);
    const width = Math.max(150, own.length * 66);
    const chips = own.map(({ prefix }, index) => {
      const each = width / own.length;
      const chip = {
        x: x - width / 2 + index * each + 2,
        y: bucket.y + 12,
        width: each - 4,
        height: 28,
      };
      return html`${rect(chip, `prefix product-${id}`, 6)}${text(chip.x + chip.width / 2, chip.y + 18, "prefix-label", prefix, "middle")}`;
    });
    return html`<path class="wire-halo" d="M${x} ${y} L${x} ${bucket.y + 10}" />
      <g class="wire both" data-from="${id}"
        ><path d="M${x} ${y} L${x} ${bucket.y + 8}" marker-end="url(#arrow-both)" /></g
      >${chips}`;
  })}
  ${hasEndpoint && html`${rect(endpoint, "endpoint", 13)}${text(endpoint.x + 16, endpoint.y + 17, "endpoint-label", "S3 gateway endpoint: no NAT, no charge")}`}`;
}

export function natGateways(facts: ReportFacts): Html {
  const zones = facts.network.zones.filter(({ nat }) => nat);
  if (zones.length === 0) return html``;
  const [left, width] = [1130, 220];
  const each = Math.min(90, width / zones.length);
  return html`${zones.map((zone, index) => {
    const box = { x: left + index * each, y: 160, width: each - 8, height: 40 };
    const middle = box.x + box.width / 2;
    return html`<path class="wire-halo" d="M${middle} 160 L${middle} 62" />
      <g class="wire both"
        ><path d="M${middle} 160 L${middle} 64" marker-end="url(#arrow-both)"
      /></g>
      ${rect(box, "card-box", 8)}
      ${text(middle, 185, "card-line", `NAT ${letter(zone.name)}`, "middle")}`;
  })}
  ${text(left + width / 2 - 4, 40, "outside-label", "Internet: images, AWS APIs", "middle")}`;
}

export function footer(facts: ReportFacts, box: Box): Html {
  const chips = facts.surroundings;
  const each = box.width / chips.length;
  return html`${chips.map(({ title, note }, index) => {
    const chip = { x: box.x + index * each, y: box.y, width: each - 10, height: 46 };
    return html`${rect(chip, "aside", 8)} ${text(chip.x + 12, chip.y + 19, "card-name", title)}
    ${text(chip.x + 12, chip.y + 36, "card-line", note)}`;
  })}`;
}
