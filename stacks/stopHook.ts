import { BUSYBOX_PATH } from "./initContainer";

/** What a server is asked for before it is told to end. ECS has no such hook: SIGTERM is the first that a task hears. */
export interface StopHook {
  /** Program of the server's image, which starts as its child. */
  readonly program: string;
  /** Asked with GET on this machine. */
  readonly port: number;
  readonly path: string;
  /** Seconds from there to the server's own SIGTERM; part of the task's stop timeout. */
  readonly seconds: number;
}

/** Longest wait for the server's answer. */
const ANSWER_SECONDS = 5;

/**
 * Entry point of such a server's container; the program and its arguments are the command. The shell is the init container's
 * busybox (S11), because server images have none. It ends as the server ends.
 */
export function stopHookEntryPoint({ port, path, seconds }: Omit<StopHook, "program">): string[] {
  // Not wget's own -T: with it Debian's build of busybox 1.35 crashes (seen), which rehearsals use.
  const wget = `${BUSYBOX_PATH} wget -q -O /dev/null http://127.0.0.1:${port}${path}`;
  const ask = `${BUSYBOX_PATH} timeout ${ANSWER_SECONDS} ${wget}`;
  const script = [
    `"$0" "$@" & server=$!`,
    `trap '${ask}; ${BUSYBOX_PATH} sleep ${seconds}; kill -TERM $server' TERM`,
    `wait $server; code=$?`,
    // A signal ends the wait, not the server.
    `while kill -0 $server 2>/dev/null; do wait $server; code=$?; done`,
    `exit $code`,
  ];
  return [BUSYBOX_PATH, "sh", "-c", script.join("\n")];
}
