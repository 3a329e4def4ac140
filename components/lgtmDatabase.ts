import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

/** What {@link LgtmDatabase} is made of. */
export interface LgtmDatabaseArgs {
  /** PostgreSQL version, `17` or `17.4`; minor versions are upgraded in the maintenance window. */
  readonly engineVersion: string;
  /** RDS instance class, such as `db.t4g.micro`. */
  readonly instanceClass: string;
  /** Disk, in GB. */
  readonly allocatedStorageGb: number;
  /** A standby in another zone. */
  readonly multiAz: boolean;
  /** Automatic backups, in days. */
  readonly backupRetentionDays: number;
  /** AWS and Pulumi both refuse to delete the database. */
  readonly deletionProtection: boolean;
  /** Take a snapshot when the database is deleted after all. */
  readonly finalSnapshot: boolean;
  /** TCP port. */
  readonly port: number;
  /** Name of the database. */
  readonly databaseName: string;
  /** Name of its owner. */
  readonly username: string;
  /** Password of the owner, kept secret. */
  readonly password: pulumi.Output<string>;
  /** Private subnets, at least two zones. */
  readonly subnetIds: pulumi.Input<string[]>;
  /** Group in front of the database. */
  readonly securityGroupId: pulumi.Input<string>;
}

/**
 * PostgreSQL for Grafana (D3): encrypted, TLS required, in private subnets. The password is the program's own and
 * never rotates by itself, because ECS reads secrets only when a task starts.
 *
 * **Cost.** The instance by the hour (twice with `multiAz`), its disk, and backups beyond the size of the disk.
 */
export class LgtmDatabase extends pulumi.ComponentResource {
  /** Host name of the instance. */
  public readonly address: pulumi.Output<string>;
  /** TCP port of the instance. */
  public readonly port: pulumi.Output<number>;
  /** RDS identifier of the instance, for alarms. */
  public readonly instanceId: pulumi.Output<string>;

  private readonly instance: aws.rds.Instance;

  constructor(name: string, args: LgtmDatabaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super("lgtm:index:LgtmDatabase", name, {}, opts);
    const options = { parent: this };

    const subnetGroup = new aws.rds.SubnetGroup(
      name,
      { subnetIds: args.subnetIds, description: "Private subnets of the Grafana database" },
      options,
    );
    const parameterGroup = new aws.rds.ParameterGroup(
      name,
      {
        family: `postgres${args.engineVersion.split(".")[0]}`,
        description: "TLS only",
        parameters: [{ name: "rds.force_ssl", value: "1" }],
      },
      options,
    );
    this.instance = new aws.rds.Instance(
      name,
      {
        engine: "postgres",
        engineVersion: args.engineVersion,
        instanceClass: args.instanceClass,
        allocatedStorage: args.allocatedStorageGb,
        storageType: "gp3",
        storageEncrypted: true,
        dbName: args.databaseName,
        username: args.username,
        password: args.password,
        port: args.port,
        dbSubnetGroupName: subnetGroup.name,
        parameterGroupName: parameterGroup.name,
        vpcSecurityGroupIds: [args.securityGroupId],
        publiclyAccessible: false,
        multiAz: args.multiAz,
        autoMinorVersionUpgrade: true,
        backupRetentionPeriod: args.backupRetentionDays,
        copyTagsToSnapshot: true,
        deletionProtection: args.deletionProtection,
        skipFinalSnapshot: !args.finalSnapshot,
        finalSnapshotIdentifier: args.finalSnapshot ? this.finalSnapshotName(name) : undefined,
      },
      { ...options, protect: args.deletionProtection || undefined },
    );

    this.address = this.instance.address;
    this.port = this.instance.port;
    this.instanceId = this.instance.identifier;
    this.registerOutputs({ address: this.address, port: this.port, instanceId: this.instanceId });
  }

  /** The snapshot outlives the stack: a second stack of the same name must not meet its name. */
  private finalSnapshotName(name: string): pulumi.Output<string> {
    const suffix = new random.RandomId(`${name}-final`, { byteLength: 4 }, { parent: this });
    return pulumi.interpolate`${name}-final-${suffix.hex}`;
  }
}
