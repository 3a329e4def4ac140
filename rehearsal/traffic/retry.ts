/** Outcome of something that was tried more than once. */
export interface Tried<T> {
  readonly tries: number;
  /** What the last try gave. */
  readonly result: T;
}

/** How a patient client behaves: it begins no new try later than this after the first one began. */
export const RETRY_MS = 5000;
const PAUSE_MS = 250;

/** Tries until it is good or {@link RETRY_MS} have passed. */
export async function retried<T>(
  attempt: () => Promise<T>,
  good: (result: T) => boolean,
): Promise<Tried<T>> {
  const began = Date.now();
  for (let tries = 1; ; tries++) {
    const result = await attempt();
    if (good(result) || Date.now() - began + PAUSE_MS >= RETRY_MS) return { tries, result };
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
