import * as pulumi from "@pulumi/pulumi";

/** Time and waiting, so that a test need not wait. */
export interface Clock {
  /** Milliseconds on a clock that never goes back. */
  now(): number;
  /** Resolves after so many milliseconds. */
  sleep(milliseconds: number): Promise<void>;
  /** Tells whoever watches the deployment why nothing happens. */
  say(message: string): Promise<void>;
}

const systemClock: Clock = {
  now: () => performance.now(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  say: (message) => pulumi.log.info(message),
};

/**
 * Keeps the stops of a ring's replicas apart (S22): what a replaced replica flushed becomes visible to the others only
 * after some checks and caches have gone round (measured: up to 100 s), so that swapping the next one earlier leaves
 * reads silently short.
 *
 * The engine itself waits: {@link hooks} are bound to every replica's service, and the one that runs before an update
 * ends only when enough time has passed since the update of another replica began, which stops its task first. Creating
 * a ring, an unchanged replica, and a preview wait for nothing. A deployment that starts soon after another one ended
 * does not know of it.
 */
export class RingPause {
  private lastSwap: number | undefined;

  /**
   * @param name Logical name, unique in the stack.
   * @param seconds Least time between the beginnings of two swaps.
   * @param clock Replaced in tests.
   */
  constructor(
    private readonly name: string,
    private readonly seconds: number,
    private readonly clock: Clock = systemClock,
  ) {}

  /** Bound to the service of every replica of one ring. They do not run in previews, which is their default. */
  hooks(): pulumi.ResourceHookBinding {
    return {
      beforeUpdate: [
        new pulumi.ResourceHook(`${this.name}-pause-${this.seconds}s`, ({ name }) =>
          this.beforeSwap(name),
        ),
      ],
    };
  }

  /** Waits until the last swap began long enough ago; then the next one begins. */
  async beforeSwap(service: string): Promise<void> {
    const remaining =
      this.lastSwap === undefined ? 0 : this.lastSwap + this.seconds * 1000 - this.clock.now();
    if (remaining > 0) {
      await this.clock.say(
        `${service}: waiting ${Math.ceil(remaining / 1000)} s until what the last replica flushed is visible`,
      );
      await this.clock.sleep(remaining);
    }
    this.lastSwap = this.clock.now();
  }
}
