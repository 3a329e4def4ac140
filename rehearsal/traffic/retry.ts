/** Outcome of something that was tried more than once. */
export interface Tried<T> {
  readonly tries: number;
  /** What the last try gave. */
  readonly result: T;
}

/** How long a patient client goes on trying. */
export const RETRY_MS = 5000;
const PAUSE_MS = 250;

/**
 * Tries until it is good, or the client's patience is at its end.
 *
 * @param since - what patience is counted from: the first try's beginning (a sender, whose next batch waits), or its
 *   failure (somebody who reads, and asks again)
 */
export async function retried<T>(
  attempt: () => Promise<T>,
  good: (result: T) => boolean,
  since: "beginning" | "first failure" = "beginning",
): Promise<Tried<T>> {
  let began = Date.now();
  for (let tries = 1; ; tries++) {
    const result = await attempt();
    if (tries === 1 && since === "first failure") began = Date.now();
    if (good(result) || Date.now() - began + PAUSE_MS >= RETRY_MS) return { tries, result };
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
