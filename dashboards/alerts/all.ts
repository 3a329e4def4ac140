import type { Alert } from "./alert";
import { collectionAlerts } from "./collection";
import { lokiAlerts } from "./loki";
import { mimirAlerts } from "./mimir";
import { awsAlerts, grafanaAlerts, heartbeat, pyroscopeAlerts } from "./others";
import { tempoAlerts } from "./tempo";

/** Every alert, subject by subject. */
export const alerts: readonly Alert[] = [
  heartbeat,
  ...collectionAlerts,
  ...mimirAlerts,
  ...lokiAlerts,
  ...tempoAlerts,
  ...pyroscopeAlerts,
  ...grafanaAlerts,
  ...awsAlerts,
];
