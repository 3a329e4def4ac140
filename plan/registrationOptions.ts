import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import type { Properties } from "../standin/types";
import type { RecordedResource } from "./registrar";

/** What a registration says besides type, name and inputs. */
export interface Options extends Partial<
  Omit<RecordedResource, "urn" | "type" | "name" | "inputs" | "outputs">
> {
  readonly providers?: Readonly<Record<string, string>>;
}

/** Reads the options of a registration. */
export function optionsOf(request: RegisterResourceRequest): Options {
  const timeouts = request.getCustomtimeouts();
  const hooks = request.getHooks();
  const properties: Record<string, string[]> = {};
  request.getPropertydependenciesMap().forEach((urns, key) => {
    properties[key] = [...urns.getUrnsList()].sort();
  });
  const providers: Record<string, string> = {};
  request.getProvidersMap().forEach((reference, key) => {
    providers[key] = reference;
  });
  return {
    custom: request.getCustom(),
    parent: request.getParent() || undefined,
    dependencies: request.getDependenciesList(),
    propertyDependencies: sortKeys(properties),
    provider: request.getProvider() || undefined,
    providers,
    protect: request.getProtect(),
    retainOnDelete: request.getRetainondelete(),
    deleteBeforeReplace: request.getDeletebeforereplace(),
    ignoreChanges: request.getIgnorechangesList(),
    aliases: request.getAliasesList().map((alias) => alias.toObject()),
    customTimeouts: dropUndefined({
      create: timeouts?.getCreate() || undefined,
      update: timeouts?.getUpdate() || undefined,
      delete: timeouts?.getDelete() || undefined,
    }) as Record<string, string>,
    hooks: dropUndefined({
      beforeCreate: nonEmpty(hooks?.getBeforeCreateList()),
      afterCreate: nonEmpty(hooks?.getAfterCreateList()),
      beforeUpdate: nonEmpty(hooks?.getBeforeUpdateList()),
      afterUpdate: nonEmpty(hooks?.getAfterUpdateList()),
    }) as Record<string, string[]>,
  };
}

const nonEmpty = (list: string[] | undefined) =>
  list !== undefined && list.length > 0 ? list : undefined;

export const dropUndefined = (object: Readonly<Properties>): Properties =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));

const sortKeys = <T>(object: Record<string, T>): Record<string, T> =>
  Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
