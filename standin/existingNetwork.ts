/** A VPC that was there before the stack, as far as the program looks at it. */
export interface ExistingNetwork {
  readonly vpcId: string;
  readonly cidr: string;
  /** Zone of each subnet, by id. */
  readonly zoneOfSubnet: Readonly<Record<string, string>>;
}

interface NetworkSettings {
  readonly cidr?: string;
  readonly zones?: readonly string[];
  readonly existing?: {
    readonly vpcId: string;
    readonly publicSubnetIds: readonly string[];
    readonly privateSubnetIds: readonly string[];
  };
}

/**
 * The VPC that a stack file names. Nobody can be asked without a cloud, so it is taken to be as the file says: in a
 * preview AWS itself answers.
 *
 * @param text The stack's `lgtm:network`, as JSON.
 */
export function existingNetworkOf(
  text: string | undefined,
  region: string,
): ExistingNetwork | undefined {
  const { cidr, zones, existing } = JSON.parse(text ?? "{}") as NetworkSettings;
  if (existing === undefined) return undefined;
  const letters = zones ?? ["a", "b"];
  const zoneOf = (ids: readonly string[]) =>
    ids.map((id, index) => [id, `${region}${letters[index] ?? "?"}`]);
  return {
    vpcId: existing.vpcId,
    cidr: cidr ?? "10.40.0.0/16",
    zoneOfSubnet: Object.fromEntries([
      ...zoneOf(existing.publicSubnetIds),
      ...zoneOf(existing.privateSubnetIds),
    ]) as Record<string, string>,
  };
}
