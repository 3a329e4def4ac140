import * as path from "node:path";
import type { PlannedStack } from "../../plan/makePlan";
import { devConfig, prodConfig } from "../fixtures/config";
import { defaultPlan, devPlan, planWith, prodPlan } from "../fixtures/plans";
import { roleOfTask, type Statement, type Task, tasksOf } from "./reading";

export const root = path.join(__dirname, "..", "..");
export const secretArn = (name: string) =>
  `arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:${name}-AbCdEf`;
export const kmsKeyArn =
  "arn:aws:kms:ap-northeast-2:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";
export const readerRole = "arn:aws:iam::210987654321:role/cloudwatch-reader";

export const shipped = [devPlan, prodPlan, defaultPlan] as const;
/** Everything that widens a role. */
export const wide = () =>
  planWith(prodConfig(), {
    storage: { kmsKeyArn },
    images: { credentialsSecretArn: secretArn("docker-hub") },
    collection: { logGroups: ["/ecs/shop"], assumeRoleArns: [readerRole] },
    grafana: {
      oidc: {
        clientId: "lgtm",
        clientSecretArn: `${secretArn("oidc")}:client::`,
        authUrl: "https://id.example.com/a",
        tokenUrl: "https://id.example.com/t",
        apiUrl: "https://id.example.com/u",
      },
    },
  });
export const cached = () =>
  planWith(prodConfig(), {
    images: {
      credentialsSecretArn: secretArn("ecr-pullthroughcache/docker-hub"),
      pullThroughCache: true,
    },
  });
export const withExec = () => planWith(devConfig(), { execEnabled: true });
export const withFlowLogs = () =>
  planWith(prodConfig(), { network: { flowLogs: { enabled: true } } });
export const all = [...shipped, wide, cached, withExec, withFlowLogs] as const;

export const products = [
  "memcached",
  "mimir",
  "loki",
  "tempo",
  "pyroscope",
  "grafana",
  "alloy",
] as const;
export const productOf = ({ service }: Task) => service.split("-")[0]!;
/** What a statement allows, and on what; every key that narrows it would show. */
export const bare = (statement: Statement): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(statement).filter(([key]) => key !== "Sid" && key !== "Effect"),
  );
export const withAction = (statements: readonly Statement[], action: string) =>
  statements.filter(({ Action }) => Action.includes(action));

/** A secret's ARN without the JSON key that selects a part of it. */
const wholeSecret = (arn: string) => arn.split(":").slice(0, 7).join(":");

/** Secrets that ECS reads to start the tasks of a product. */
export const namedSecrets = (tasks: readonly Task[]) =>
  [
    ...new Set(
      tasks
        .flatMap(({ containers }) => containers)
        .flatMap(({ secrets = [], repositoryCredentials }) => [
          ...secrets.map(({ valueFrom }) => wholeSecret(valueFrom)),
          ...(repositoryCredentials ? [repositoryCredentials.credentialsParameter] : []),
        ]),
    ),
  ].sort();

export const ofProduct = (stack: PlannedStack, product: string) =>
  tasksOf(stack).filter((task) => productOf(task) === product);
export const executionRole = (stack: PlannedStack, product: string) =>
  roleOfTask(stack, ofProduct(stack, product)[0]!.service, "execution")!;
export const taskRole = (stack: PlannedStack, product: string) =>
  ofProduct(stack, product)
    .map(({ service }) => roleOfTask(stack, service, "task"))
    .find((role) => role !== undefined);
