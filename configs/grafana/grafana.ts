import { addressOf, portNumbers } from "../../stacks/endpoints";
import { databaseOwner } from "../../stacks/database";
import type { EnvironmentVariable, RenderedFile, SecretVariable } from "../../stacks/types";
import type { StackConfig } from "../stack/schema";
import { alertRulesFile, DASHBOARD_FOLDER, generatedDashboards } from "./alertRules";
import { contactPointFiles, contactPointSecrets, smtpEnvironment } from "./contactPoints";
import { renderDataSources } from "./dataSources";
import { dashboardsPath, provisioningFiles, provisioningPath } from "./provisioning";

/** User and group of Grafana's process. It writes to `/var/lib/grafana`, and its data sources' sockets to `/tmp`. */
export const grafanaUser = "472:472";

/** Where the CA bundle of the database lies, when one is given (D3). */
export const caBundlePath = "/etc/lgtm/database-ca.pem";

/** Port and address of the gossip between several Grafanas: who has already sent which notification. */
const alertingPeers = (config: StackConfig) =>
  addressOf(config, "grafana", "http").replace(/\d+$/, String(portNumbers.grafanaAlerting));

/** Connections to its database that one task opens at most. Unlimited by default; a db.t4g.micro has room for about a hundred. */
export const databaseConnectionsPerTask = 20;

/** Several tasks run: only with PostgreSQL. */
export const grafanaIsClustered = (config: StackConfig): boolean =>
  config.grafana.replicas > 1 && config.grafana.database.type === "postgres";

/**
 * Environment of Grafana's container (S6, D2, D3, S25). Every key of the ini file is `GF_SECTION_KEY`
 * (conf/defaults.ini). No secret is among them.
 */
export function grafanaEnvironment(config: StackConfig): EnvironmentVariable[] {
  const host = `grafana.${config.domain}`;
  return [
    ...variables({
      GF_SERVER_DOMAIN: host,
      GF_SERVER_ROOT_URL: `https://${host}/`,
      GF_SERVER_HTTP_PORT: String(portNumbers.grafanaHttp),
      GF_PATHS_DATA: "/var/lib/grafana",
      GF_PATHS_PROVISIONING: provisioningPath,
      GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH: `${dashboardsPath}/${DASHBOARD_FOLDER}/overview.json`,
      GF_LOG_MODE: "console",
      // The load balancer speaks TLS; the cookie must not travel without.
      GF_SECURITY_COOKIE_SECURE: "true",
      GF_SECURITY_STRICT_TRANSPORT_SECURITY: "true",
      // Takes effect at the first start of a database only.
      GF_SECURITY_ADMIN_USER: config.grafana.adminUser,
      GF_SECURITY_DISABLE_GRAVATAR: "true",
      GF_AUTH_ANONYMOUS_ENABLED: "false",
      GF_USERS_ALLOW_SIGN_UP: "false",
      GF_USERS_ALLOW_ORG_CREATE: "false",
      GF_SNAPSHOTS_EXTERNAL_ENABLED: "false",
      GF_ANALYTICS_REPORTING_ENABLED: "false",
      GF_ANALYTICS_CHECK_FOR_UPDATES: "false",
      GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: "false",
      GF_NEWS_NEWS_FEED_ENABLED: "false",
      // Since 13.2 the data sources are plugins that the image carries. Unless both are said, each start replaces them by
      // what grafana.com has that day, into a file system that is read-only here.
      GF_PLUGINS_PREINSTALL_DISABLED: "true",
      GF_PLUGINS_PREINSTALL_AUTO_UPDATE: "false",
      GF_PLUGINS_PLUGIN_ADMIN_ENABLED: "false",
      // Default 30 s. The data sources carry the same number as `timeout` (S25).
      GF_DATAPROXY_TIMEOUT: String(config.queryTimeoutSeconds),
    }),
    ...databaseEnvironment(config),
    ...alertingEnvironment(config),
    ...smtpEnvironment(config),
    ...oidcEnvironment(config),
  ];
}

/** Secrets of Grafana's container: generated ones, and the client secret of the OIDC provider. */
export function grafanaSecrets(config: StackConfig): SecretVariable[] {
  const { database, oidc } = config.grafana;
  return [
    { name: "GF_SECURITY_ADMIN_PASSWORD", from: { secret: "grafana-admin-password" } },
    // Encrypts what the database holds of data sources and alerts: every task needs the same one, for ever.
    { name: "GF_SECURITY_SECRET_KEY", from: { secret: "grafana-secret-key" } },
    ...(database.type === "postgres"
      ? [{ name: "GF_DATABASE_PASSWORD", from: { secret: "database-password" } } as const]
      : []),
    ...(oidc === undefined
      ? []
      : [{ name: "GF_AUTH_GENERIC_OAUTH_CLIENT_SECRET", from: { arn: oidc.clientSecretArn } }]),
    ...contactPointSecrets(config),
  ];
}

/** Files that Grafana reads: data sources (D1), dashboards, alerts and where they go (D9), the database's CA bundle. */
export function grafanaFiles(config: StackConfig): RenderedFile[] {
  return [
    { path: `${provisioningPath}/datasources/lgtm.yaml`, content: renderDataSources(config) },
    ...provisioningFiles(generatedDashboards, contactPointFiles(config)),
    alertRulesFile(config),
    ...(verifiesDatabase(config) && config.caBundlePem !== undefined
      ? [{ path: caBundlePath, content: config.caBundlePem }]
      : []),
  ];
}

const verifiesDatabase = (config: StackConfig): boolean =>
  config.grafana.database.type === "postgres" && config.caBundlePem !== undefined;

function databaseEnvironment(config: StackConfig): EnvironmentVariable[] {
  if (config.grafana.database.type === "sqlite") return variables({ GF_DATABASE_TYPE: "sqlite3" });
  return [
    ...variables({ GF_DATABASE_TYPE: "postgres" }),
    // Without a port Grafana takes 5432.
    { name: "GF_DATABASE_HOST", late: "database.address" },
    ...variables({
      GF_DATABASE_NAME: databaseOwner.databaseName,
      GF_DATABASE_USER: databaseOwner.username,
      ...(verifiesDatabase(config)
        ? { GF_DATABASE_SSL_MODE: "verify-full", GF_DATABASE_CA_CERT_PATH: caBundlePath }
        : { GF_DATABASE_SSL_MODE: "require" }),
      GF_DATABASE_MAX_OPEN_CONN: String(databaseConnectionsPerTask),
    }),
  ];
}

/**
 * Every task evaluates every rule; which one notifies is settled by gossip, without which each would. No advertise
 * address: Alertmanager's cluster code then takes the private address of the interface with the default route
 * (cluster/advertise.go), which on Fargate is the task's own. Peers that cannot be resolved yet do not stop the start
 * (cluster.go, resolvePeers) and are looked up again every 15 s. The push-pull interval is below the 15 s that the second
 * task waits before it notifies, so that they agree over TCP alone, too.
 */
function alertingEnvironment(config: StackConfig): EnvironmentVariable[] {
  if (!grafanaIsClustered(config)) return [];
  return variables({
    GF_UNIFIED_ALERTING_HA_LISTEN_ADDRESS: `0.0.0.0:${portNumbers.grafanaAlerting}`,
    GF_UNIFIED_ALERTING_HA_PEERS: alertingPeers(config),
    GF_UNIFIED_ALERTING_HA_PEER_TIMEOUT: "15s",
    GF_UNIFIED_ALERTING_HA_PUSH_PULL_INTERVAL: "10s",
  });
}

function oidcEnvironment(config: StackConfig): EnvironmentVariable[] {
  const { oidc } = config.grafana;
  if (oidc === undefined) return [];
  return variables({
    GF_AUTH_GENERIC_OAUTH_ENABLED: "true",
    GF_AUTH_GENERIC_OAUTH_NAME: oidc.name,
    GF_AUTH_GENERIC_OAUTH_CLIENT_ID: oidc.clientId,
    GF_AUTH_GENERIC_OAUTH_SCOPES: oidc.scopes,
    GF_AUTH_GENERIC_OAUTH_AUTH_URL: oidc.authUrl,
    GF_AUTH_GENERIC_OAUTH_TOKEN_URL: oidc.tokenUrl,
    GF_AUTH_GENERIC_OAUTH_API_URL: oidc.apiUrl,
    GF_AUTH_GENERIC_OAUTH_USE_PKCE: "true",
    // Accounts of people whom the provider lets in; sign-up by form stays off.
    GF_AUTH_GENERIC_OAUTH_ALLOW_SIGN_UP: "true",
    ...(oidc.roleAttributePath === undefined
      ? {}
      : { GF_AUTH_GENERIC_OAUTH_ROLE_ATTRIBUTE_PATH: oidc.roleAttributePath }),
  });
}

const variables = (values: Readonly<Record<string, string>>): EnvironmentVariable[] =>
  Object.entries(values).map(([name, value]) => ({ name, value }));
