/**
 * Does some work without stack traces: the SDK notes one on every promise it makes, which is most of the time that a plan
 * takes where sources are translated while they load (tests, generators). Errors keep their messages.
 */
export async function withoutStackTraces<T>(work: () => Promise<T>): Promise<T> {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return await work();
  } finally {
    Error.stackTraceLimit = limit;
  }
}
