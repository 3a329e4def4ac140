import type { RoleFacts } from "../facts/services";
import { html, type Html } from "../html";
import { bottom, type Box, right } from "./geometry";
import { letter, rect, shortened, text } from "./shapes";

/** A role as a card that leads to its details. */
export function card(box: Box, role: RoleFacts, ownPorts: readonly string[]): Html {
  const tall = box.height > 120;
  const count = role.scaling === undefined ? role.tasks : `${role.scaling.min}–${role.scaling.max}`;
  // Alloy's two parts do different things under one name, so theirs is spelled out.
  const name =
    role.product === "alloy" || role.component === role.product ? role.id : role.component;
  return html`<a
    class="card product-${role.product}"
    href="#service-${role.id}"
    data-role="${role.id}"
  >
    ${rect(box, "card-box", 8)}
    <path class="card-stripe" d="M${box.x + 1} ${box.y + 9} v${box.height - 18}" />
    ${text(box.x + 12, box.y + 22, "card-name", shortened(name, 20))}
    ${text(box.x + 12, box.y + 42, "card-line", `${count} × ${role.vcpu} vCPU, ${role.memoryGb} GB`)}
    ${marks(box, role)}
    ${tall && role.replacement === "ring" ? replicas(box, role) : zonePills(box.x + 12, box.y + 53, role)}
    ${
      ownPorts.length > 0 &&
      text(box.x + 12, bottom(box) - 12, "card-line", `${ownPorts.join(", ")} among themselves`)
    }
  </a>`;
}

/** A disk where data lives in the task, and a word for Spot. */
function marks(box: Box, role: RoleFacts): Html {
  const x = right(box) - 20;
  const y = box.y + 54;
  return html`${
    role.holdsData &&
    html`<path
      class="disk"
      d="M${x} ${y + 2} a5 2 0 0 1 10 0 v7 a5 2 0 0 1 -10 0 z M${x} ${y + 2} a5 2 0 0 0 10 0"
    />`
  }${role.spot && text(right(box) - 10, box.y + 65, "card-mark", "Spot", "end")}`;
}

/** Distance of two pills. */
const PILL = 20;
const MOST_PILLS = 5;

function zonePills(x: number, y: number, role: RoleFacts): Html {
  const pinned = role.replacement === "ring";
  const zones = pinned
    ? role.services.map(({ zones: [zone = ""] }) => letter(zone))
    : (role.services[0]?.zones ?? []).map(letter);
  const shown = zones.slice(0, MOST_PILLS);
  return html`${shown.map((zone, index) => pill(x + index * PILL, y, zone, pinned))}${
    zones.length > shown.length &&
    text(x + shown.length * PILL + 2, y + 12, "card-line", `+${zones.length - shown.length}`)
  }`;
}

const pill = (x: number, y: number, zone: string, pinned: boolean) =>
  html`<g class="pill ${pinned ? "pinned" : "spread"}"
    >${rect({ x, y, width: 16, height: 16 }, "pill-box", 8)}${text(x + 8, y + 12, "pill-label", zone, "middle")}</g
  >`;

const REPLICA = { top: 80, distance: 34, height: 28 } as const;

/** One line per service of a tall card; what has no room is counted. */
function replicas(box: Box, role: RoleFacts): Html {
  const room = Math.floor((box.height - REPLICA.top - 30) / REPLICA.distance);
  const shown = role.services.slice(0, room);
  return html`${shown.map(({ shortName, zones: [zone = ""] }, index) => {
    const y = box.y + REPLICA.top + index * REPLICA.distance;
    const line = { x: box.x + 12, y, width: box.width - 24, height: REPLICA.height };
    return html`${rect(line, "replica", 6)}${text(line.x + 8, y + 18, "card-line", shortName)}${pill(
      right(line) - 22,
      y + 6,
      letter(zone),
      true,
    )}`;
  })}${
    role.services.length > room &&
    text(box.x + 12, box.y + 64, "card-line", `and ${role.services.length - room} more`)
  }`;
}
