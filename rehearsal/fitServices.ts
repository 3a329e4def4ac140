import { fitToVersion } from "./serverDifferences";
import { imageName } from "./tasks/images";
import type { Container, Service } from "./types";

/** What was left out of a service's files because the server that is started does not know it. */
export interface LeftOut {
  readonly service: string;
  readonly key: string;
}

/**
 * Services whose files the programs of this machine can read: settings that only the deployed version knows are left
 * out. Nothing else changes.
 *
 * @param versions Version of the program that stands for an image, by the image's name: `tempo` → `2.9.0`.
 */
export function fitServices(
  services: readonly Service[],
  versions: Readonly<Record<string, string>>,
): { readonly services: Service[]; readonly leftOut: LeftOut[] } {
  const leftOut: LeftOut[] = [];
  const fitted = services.map((service): Service => {
    const { taskDefinition } = service;
    const server = imageName(
      taskDefinition.containers.find(({ essential }) => essential)?.image ?? "",
    );
    const version = versions[server];
    if (version === undefined) return service;
    const fit = (container: Container): Container => ({
      ...container,
      environment: Object.fromEntries(
        Object.entries(container.environment).map(([name, value]) => {
          if (!/^FILE_.*_YAML$/.test(name)) return [name, value];
          const file = fitToVersion(server, version, value);
          leftOut.push(...file.leftOut.map((key) => ({ service: service.name, key })));
          return [name, file.leftOut.length === 0 ? value : file.text];
        }),
      ),
    });
    return {
      ...service,
      taskDefinition: { ...taskDefinition, containers: taskDefinition.containers.map(fit) },
    };
  });
  return { services: fitted, leftOut };
}
