import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { SecretId } from "../stacks/types";

/** What {@link LgtmSecrets} is made of. */
export interface LgtmSecretsArgs {
  /** Secrets to generate, 32 letters and digits each. */
  readonly secretIds: readonly SecretId[];
  /** Ids of the ingest tokens, in the order in which clients may use them; each is 64 lower-case hex characters. */
  readonly tokenIds: readonly string[];
  /**
   * Tokens brought from outside: token id → token. They are stored instead of generated ones.
   *
   * @default {} - every token is generated
   */
  readonly givenTokens?: Readonly<Record<string, string>>;
  /** Days in which a deleted secret can be restored: 7 to 30, or 0 to delete it at once. */
  readonly recoveryWindowDays: number;
}

/**
 * Passwords, keys and ingest tokens, generated once and kept in Secrets Manager. None is ever replaced by a later
 * deployment; a token is rotated by adding an id and removing the old one (G8, D2, D3).
 *
 * **Cost.** Each secret by the month.
 */
export class LgtmSecrets extends pulumi.ComponentResource {
  /** ARN of each secret, by id. */
  public readonly secretArns: pulumi.Output<Record<string, string>>;
  /** ARN of the secret of each ingest token, by token id. */
  public readonly tokenSecretArns: pulumi.Output<Record<string, string>>;

  private readonly stored = new Map<string, StoredSecret>();
  private readonly tokens: readonly StoredSecret[];

  constructor(name: string, args: LgtmSecretsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("lgtm:index:LgtmSecrets", name, {}, opts);

    for (const id of args.secretIds) {
      const password = new random.RandomPassword(
        `${name}-${id}`,
        // Letters and digits alone: some of these travel through connection strings.
        { length: 32, special: false },
        { parent: this },
      );
      this.stored.set(id, this.keep(`${name}-${id}`, password.result, args.recoveryWindowDays));
    }
    const tokens = args.tokenIds.map((id) => {
      const tokenName = `${name}-ingest-token-${id}`;
      const given = args.givenTokens?.[id];
      const token =
        given === undefined
          ? new random.RandomBytes(tokenName, { length: 32 }, { parent: this }).hex
          : pulumi.secret(given);
      return { id, ...this.keep(tokenName, token, args.recoveryWindowDays) };
    });
    this.tokens = tokens;

    this.secretArns = pulumi.output(arnsOf([...this.stored]));
    this.tokenSecretArns = pulumi.output(arnsOf(tokens.map((token) => [token.id, token])));
    this.registerOutputs({ secretArns: this.secretArns, tokenSecretArns: this.tokenSecretArns });
  }

  /** The ingest tokens themselves, as secret outputs. */
  public tokenValues(): readonly pulumi.Output<string>[] {
    return this.tokens.map(({ value }) => value);
  }

  /** A generated secret itself, as a secret output. @throws Error where the stack has no such secret. */
  public secretValue(id: SecretId): pulumi.Output<string> {
    return this.storedSecret(id).value;
  }

  /** ARN of a generated secret. @throws Error where the stack has no such secret. */
  public arnOf(id: SecretId): pulumi.Output<string> {
    return this.storedSecret(id).arn;
  }

  /** The version that a task reads at its start: no ARN carries this edge. */
  public versionOf(id: SecretId): pulumi.Resource {
    return this.storedSecret(id).version;
  }

  private storedSecret(id: SecretId): StoredSecret {
    const stored = this.stored.get(id);
    if (stored === undefined) {
      throw new Error(
        `the stack has no secret ${id}; it has ${[...this.stored.keys()].join(", ")}`,
      );
    }
    return stored;
  }

  private keep(
    name: string,
    value: pulumi.Output<string>,
    recoveryWindowInDays: number,
  ): StoredSecret {
    // Auto-named: the name of a deleted secret stays taken for its recovery window.
    const secret = new aws.secretsmanager.Secret(name, { recoveryWindowInDays }, { parent: this });
    const version = new aws.secretsmanager.SecretVersion(
      name,
      { secretId: secret.id, secretString: value },
      { parent: this },
    );
    return { arn: secret.arn, value, version };
  }
}

interface StoredSecret {
  readonly arn: pulumi.Output<string>;
  readonly value: pulumi.Output<string>;
  readonly version: aws.secretsmanager.SecretVersion;
}

const arnsOf = (stored: readonly (readonly [string, StoredSecret])[]) =>
  Object.fromEntries(stored.map(([id, { arn }]) => [id, arn]));
