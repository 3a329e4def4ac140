import { pause } from "../privilege/patience";
import type { Trap } from "./traps";

/** Pause between two looks, in milliseconds. */
const LOOK_MS = 5000;
/** So many looks in a row must see it: what one slow answer looks like is no trap. */
const LOOKS = 2;

/**
 * Looks at a running experiment until its trap is noticed; what comes after would only say it again.
 *
 * @param soFar - everything that is wrong by now
 */
export async function whenNoticed(
  { says }: Pick<Trap, "says">,
  soFar: () => Promise<readonly string[]>,
  lookMs = LOOK_MS,
): Promise<void> {
  for (let seen = 0; seen < LOOKS;) {
    await pause(lookMs);
    seen = (await soFar()).some((complaint) => says.test(complaint)) ? seen + 1 : 0;
  }
}
