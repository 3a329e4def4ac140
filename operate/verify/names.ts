import { type Check, failed, MissingPermission, notChecked, ok, worst } from "../check";
import type { Observation } from "./observe";

/** Addresses of a name; rejects where there are none. */
export type ResolveAddresses = (name: string) => Promise<readonly string[]>;

/** Do the hosts lead to the load balancer? */
export function hostChecks(
  hosts: readonly string[],
  loadBalancer: string,
  resolve: ResolveAddresses,
): Check[] {
  return hosts.map((host) => ({
    id: `host-${host}`,
    what: host,
    run: async () => {
      const expected = await resolve(loadBalancer).catch(nobody);
      if (expected.length === 0)
        return notChecked(
          `the load balancer's own name ${loadBalancer} does not resolve from here`,
        );
      const found = await resolve(host).catch(nobody);
      const mend = `a CNAME (or alias) record: ${host} → ${loadBalancer}`;
      if (found.length === 0) return failed("does not resolve", mend);
      // A load balancer's addresses change, and DNS answers in turns: one in common is enough.
      return found.some((address) => expected.includes(address))
        ? ok("leads to the load balancer")
        : failed(`resolves to ${found.join(", ")}, not to the load balancer`, mend);
    },
  }));
}

/** Inside the VPC: does each name answer with the addresses that Cloud Map has, and no other? */
export function privateNameChecks(
  names: Readonly<Record<string, string>>,
  seen: Observation,
  resolve: ResolveAddresses,
): Check[] {
  return Object.entries(names).map(([name, registryArn]) => ({
    id: `name-${name}`,
    what: name,
    run: async () => {
      const instances = seen.instances.get(registryArn) ?? [];
      if (instances instanceof MissingPermission) throw instances;
      const found = await resolve(name).catch(nobody);
      if (found.length === 0)
        return failed(
          "does not resolve",
          "run this inside the VPC, or in one that lgtm:collection.associateVpcs names",
        );
      const known = instances.map(({ address }) => address);
      return worst(
        found.map((address) =>
          known.includes(address)
            ? ok(address)
            : failed(`${address} is no instance of Cloud Map's`),
        ),
      );
    },
  }));
}

const nobody = (): readonly string[] => [];
