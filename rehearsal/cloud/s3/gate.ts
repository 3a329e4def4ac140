import type { PolicyStatement, TaskRole } from "../../types";
import type { TaskCredentials } from "../credentials";
import { judge } from "../policy";
import type { S3Operation } from "./operation";

/** How often a statement let something through, or how often it was asked for in vain. */
export interface StatementUse {
  readonly id: string;
  readonly requests: number;
}

/** Requests that no statement allowed. */
export interface S3Refusal {
  readonly roleArn: string;
  readonly action: string;
  /** Bucket and the key's first part: `sys-lgtm-s3/ftt-tempo/`. */
  readonly resource: string;
  /** A whole resource that was asked for. */
  readonly example: string;
  /** A task that asked. */
  readonly owner: string;
  readonly requests: number;
}

/** Decides who may do what in S3, by the task roles' policies and the buckets' own, and counts. */
export class Gate {
  private readonly callers = new Map<string, TaskCredentials>();
  private readonly uses = new Map<string, number>();
  private readonly refused = new Map<string, S3Refusal & { requests: number }>();
  private readonly removed = new Set<string>();

  constructor(
    private readonly roles: readonly TaskRole[],
    private readonly bucketStatements: readonly PolicyStatement[],
  ) {}

  know(credentials: TaskCredentials): void {
    this.callers.set(credentials.accessKeyId, credentials);
  }

  /** Takes a statement out of every policy, or puts it back. */
  remove(statementId: string): void {
    this.removed.add(statementId);
  }

  restore(statementId: string): void {
    this.removed.delete(statementId);
  }

  /** Who signed a request; undefined for a key that nobody was given. */
  callerOf(accessKeyId: string | undefined): TaskCredentials | undefined {
    return accessKeyId === undefined ? undefined : this.callers.get(accessKeyId);
  }

  /** Whether a caller may do all that an operation needs. Refusals and the use of statements are counted. */
  allows(
    caller: TaskCredentials,
    needs: S3Operation["needs"],
    context: S3Operation["context"],
    count = true,
  ): boolean {
    const statements = this.statementsOf(caller.roleArn);
    return needs
      .map(({ action, resource }) => {
        const { allowed, decisive } = judge({ action, resource, context }, statements);
        if (!count) return allowed;
        if (allowed) {
          for (const { id } of decisive) this.uses.set(id, (this.uses.get(id) ?? 0) + 1);
        } else this.noteRefusal(caller, action, resource);
        return allowed;
      })
      .every((allowed) => allowed);
  }

  /** Uses of every statement of every role. */
  statementUses(): StatementUse[] {
    return this.roles.flatMap(({ statements }) =>
      statements.map(({ id }) => ({ id, requests: this.uses.get(id) ?? 0 })),
    );
  }

  refusals(): S3Refusal[] {
    return [...this.refused.values()].sort((a, b) => b.requests - a.requests);
  }

  forgetRefusals(): void {
    this.refused.clear();
  }

  private statementsOf(roleArn: string): PolicyStatement[] {
    const own = this.roles.find(({ arn }) => arn === roleArn)?.statements ?? [];
    return [...own, ...this.bucketStatements].filter(({ id }) => !this.removed.has(id));
  }

  private noteRefusal(caller: TaskCredentials, action: string, resource: string): void {
    const place = resource.replace("arn:aws:s3:::", "").replace(/^([^/]*\/[^/]*\/?).*$/s, "$1");
    const key = `${caller.roleArn} ${action} ${place}`;
    const known = this.refused.get(key);
    if (known) known.requests++;
    else {
      this.refused.set(key, {
        roleArn: caller.roleArn,
        action,
        resource: place,
        example: resource,
        owner: caller.owner,
        requests: 1,
      });
    }
  }
}
