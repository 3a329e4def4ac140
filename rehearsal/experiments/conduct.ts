import { startInSandbox } from "../sandbox";
import type { RehearsalSettings } from "../settings";
import type { ExperimentNews, ExperimentOrder } from "./order";
import type { ExperimentResult } from "./result";

/**
 * Conducts one experiment in a sandbox of its own, from nothing to nothing.
 *
 * @throws Error where it could not be conducted; a promise that was not kept is no error but part of the result.
 */
export function conduct(
  settings: RehearsalSettings,
  experiment: string,
  trap?: string,
): Promise<ExperimentResult> {
  const sandbox = startInSandbox(settings.projectRoot, "rehearsal/experiments/inside.ts");
  const end = () => {
    if (sandbox.connected) sandbox.disconnect();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, end);
  const order: ExperimentOrder = { settings, experiment, trap };
  sandbox.send(order);
  return new Promise<ExperimentResult>((resolve, reject) => {
    sandbox.once("message", (news: ExperimentNews) => {
      if (news.kind === "result") resolve(news.result);
      else reject(new Error(news.reason));
    });
    sandbox.once("error", reject);
    sandbox.once("exit", (code) => reject(new Error(`the rehearsal ended early (${code})`)));
  }).finally(() => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.off(signal, end);
  });
}
