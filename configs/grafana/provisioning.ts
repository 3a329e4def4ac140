import type { RenderedFile } from "../../stacks/types";
import { renderYaml, type Tree } from "../yaml";

/** `GF_PATHS_PROVISIONING`: the folder that holds data sources, providers of dashboards, and alerts. */
export const provisioningPath = "/etc/lgtm/provisioning";

/** Folder of the dashboards' JSON files; each of its folders becomes one in Grafana. */
export const dashboardsPath = "/etc/lgtm/dashboards";

/** A dashboard as JSON, by its path below {@link dashboardsPath}. */
export interface Dashboard {
  readonly path: string;
  readonly json: string;
}

/** A file of the folder `alerting/`. */
export interface AlertingFile {
  readonly name: string;
  readonly about: string;
  readonly tree: Tree;
}

/**
 * Files of the provisioning folder beside the data sources. Each of Grafana's folders has one, empty where there is
 * nothing, because a missing folder is an error in Grafana's log at every start. Dashboards travel compressed.
 */
export function provisioningFiles(
  dashboards: readonly Dashboard[],
  alerting: readonly AlertingFile[],
): RenderedFile[] {
  return [
    file("dashboards/lgtm.yaml", "Providers of dashboards", {
      apiVersion: 1,
      providers: [dashboardProvider],
    }),
    ...alerting.map(({ name, about, tree }) =>
      file(`alerting/${name}`, about, { apiVersion: 1, ...tree }),
    ),
    file("plugins/none.yaml", "Apps", { apiVersion: 1, apps: [] }),
    ...dashboards.map(({ path, json }) => ({
      path: `${dashboardsPath}/${path}`,
      content: json,
      packed: true as const,
    })),
  ];
}

/** Read-only in Grafana: what is changed there would be gone with the next task. */
const dashboardProvider: Tree = {
  name: "lgtm",
  orgId: 1,
  type: "file",
  disableDeletion: true,
  allowUiUpdates: false,
  updateIntervalSeconds: 3600,
  options: { path: dashboardsPath, foldersFromFilesStructure: true },
};

const file = (path: string, header: string, tree: Tree): RenderedFile => ({
  path: `${provisioningPath}/${path}`,
  content: renderYaml(tree, {}, header),
});
