import * as path from "node:path";
import { localFiles, type LocalRun } from "./compose";

/** What a local run consists of and how it is used, for a terminal. */
export function page(settings: {
  readonly stack: string;
  readonly folder: string;
  readonly run: LocalRun;
  readonly httpsPort: number;
  /** Name of the Compose project. */
  readonly project: string;
}): string {
  const { stack, folder, run, httpsPort, project } = settings;
  const port = httpsPort === 443 ? "" : `:${httpsPort}`;
  const here = path.relative(process.cwd(), folder) || ".";
  const count = Object.values(run.compose.services).filter(
    ({ restart }) => restart !== "no",
  ).length;
  return [
    `${stack} on this machine: ${count} containers, written to ${here}/compose.yaml`,
    "",
    ...(run.publicHosts.length === 0
      ? []
      : [
          "  through the load balancer, by these names:",
          ...run.publicHosts.map((host) => `    https://${host}${port}`),
          "  for a browser, add to /etc/hosts:",
          `    127.0.0.1 ${run.publicHosts.join(" ")}`,
          `  authority to trust: ${path.join(here, localFiles.authority)}`,
        ]),
    ...(run.gatewayPorts.length === 0
      ? []
      : [`  without a token, through the gateway: 127.0.0.1, ports ${run.gatewayPorts.join(" ")}`]),
    `  passwords and tokens: ${path.join(here, "secrets.json")}`,
    `  ready when all are healthy: docker compose --project-name ${project} ps`,
    `  end: npm run local -- down ${stack} (--volumes: with its data)`,
    "  what it shows and what not: docs/local.md",
    "",
  ].join("\n");
}
