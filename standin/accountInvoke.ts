import type { Account } from "./account";
import { invoke } from "./invoke";
import type { Place, Properties } from "./types";

const lookUps: Readonly<Record<string, (account: Account, args: Properties) => Properties>> = {
  "aws:ec2/getVpc:getVpc": (account, args) => ({
    cidrBlockAssociations: [],
    ...thing(account, "aws:ec2/vpc:Vpc", String(args["id"])),
  }),
  "aws:ec2/getSubnet:getSubnet": (account, args) =>
    thing(account, "aws:ec2/subnet:Subnet", String(args["id"])),
  "aws:ec2/getVpcEndpoint:getVpcEndpoint": (account, args) => {
    const found = account
      .all("aws:ec2/vpcEndpoint:VpcEndpoint")
      .filter(
        ({ outputs }) =>
          outputs["vpcId"] === args["vpcId"] && outputs["serviceName"] === args["serviceName"],
      );
    if (found.length !== 1) throw new Error(`${found.length} EC2 VPC Endpoints matched`);
    return { ...found[0]?.outputs, id: found[0]?.id };
  },
};

function thing(account: Account, type: string, id: string): Properties {
  const found = account.find(type, id);
  if (found === undefined) throw new Error(`no matching ${type} found: ${id}`);
  return { ...found.outputs, id };
}

/** Answers a read from what exists in the account; what does not depend on it, as the planner does. */
export function invokeIn(
  account: Account,
  token: string,
  args: Properties,
  place: Place,
): Properties {
  return lookUps[token]?.(account, args) ?? invoke(token, args, place);
}
