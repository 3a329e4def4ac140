import { CreateSecurityGroupCommand, DescribeSubnetsCommand } from "@aws-sdk/client-ec2";
import {
  CreateClusterCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  type Task,
} from "@aws-sdk/client-ecs";
import type { Clients } from "../../operate/clients";

/** What a task needs before moto runs it. */
export interface Place {
  readonly cluster: string;
  readonly vpc: string;
  readonly subnet: string;
  readonly securityGroup: string;
}

export async function makeCluster({ ecs, ec2 }: Clients, cluster: string): Promise<Place> {
  await ecs.send(new CreateClusterCommand({ clusterName: cluster }));
  const { Subnets } = await ec2.send(new DescribeSubnetsCommand({}));
  const { GroupId = "" } = await ec2.send(
    new CreateSecurityGroupCommand({ GroupName: cluster, Description: "test" }),
  );
  const { SubnetId = "", VpcId = "" } = Subnets?.[0] ?? {};
  return { cluster, vpc: VpcId, subnet: SubnetId, securityGroup: GroupId };
}

/** Registers the next revision of a family. @returns its ARN. */
export async function makeRevision(
  { ecs }: Clients,
  family: string,
  image = "image",
): Promise<string> {
  const { taskDefinition } = await ecs.send(
    new RegisterTaskDefinitionCommand({
      family,
      cpu: "512",
      memory: "1024",
      requiresCompatibilities: ["FARGATE"],
      networkMode: "awsvpc",
      containerDefinitions: [{ name: "main", image, memory: 512 }],
    }),
  );
  return taskDefinition?.taskDefinitionArn ?? "";
}

/** A task of a service, or of nobody. */
export async function makeTask(
  { ecs }: Clients,
  place: Place,
  taskDefinition: string,
  service?: string,
): Promise<Task> {
  const { tasks } = await ecs.send(
    new RunTaskCommand({
      cluster: place.cluster,
      taskDefinition,
      launchType: "FARGATE",
      count: 1,
      ...(service === undefined ? {} : { group: `service:${service}` }),
      networkConfiguration: {
        awsvpcConfiguration: { subnets: [place.subnet], securityGroups: [place.securityGroup] },
      },
    }),
  );
  return tasks?.[0] as Task;
}
