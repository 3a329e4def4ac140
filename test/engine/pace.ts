import { RingPause, type Clock } from "../../components/ringPause";

/** So many seconds of a ring's pause pass in one second of a test. */
export const PAUSE_SPEED = 60;

const fastClock: Clock = {
  now: () => performance.now() * PAUSE_SPEED,
  sleep: (milliseconds) =>
    new Promise((resolve) => setTimeout(resolve, milliseconds / PAUSE_SPEED)),
  say: (message) => {
    said.push(message);
    return Promise.resolve();
  },
};

const said: string[] = [];

/** What the pauses said while some work ran, with their clock sped up. The engine still waits for each of them. */
export async function withFastPauses<T>(
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly said: readonly string[] }> {
  const pause = RingPause.prototype as unknown as { clock?: Clock } & Pick<RingPause, "beforeSwap">;
  const { beforeSwap } = pause;
  pause.beforeSwap = function (this: typeof pause, service) {
    this.clock = fastClock;
    return beforeSwap.call(this, service);
  };
  said.length = 0;
  try {
    return { result: await work(), said: [...said] };
  } finally {
    Object.assign(pause, { beforeSwap });
  }
}
