import type { ExistingNetwork } from "./existingNetwork";

/** Property bags as they travel between program and provider. */
export type Properties = Record<string, unknown>;

/** Where the stack would be deployed. */
export interface Place {
  readonly accountId: string;
  readonly region: string;
  /** The VPC that the stack file names instead of a new one. */
  readonly existingNetwork?: ExistingNetwork;
}

/** A resource as a provider is asked to create it. */
export interface CreateRequest {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly inputs: Properties;
  readonly place: Place;
  /** Tags of the provider, merged into every taggable resource (`tagsAll`). */
  readonly defaultTags: Readonly<Record<string, string>>;
  /**
   * How many resources of this URN were created before: a replacement has ids of its own.
   *
   * @default 0
   */
  readonly generation?: number;
}

/** What the provider answers: the id and the computed outputs (inputs are merged in by the host). */
export interface CreateAnswer {
  readonly id: string;
  readonly outputs: Properties;
}

/** What is known of one resource type. */
export interface TypeFacts {
  /** Property that Pulumi fills with the logical name and seven random hex digits where it is left out. */
  readonly autoName?: { readonly property: string; readonly maxLength: number };
  readonly taggable?: boolean;
  /** Outputs that the provider marks as secret by itself. */
  readonly secretOutputs?: readonly string[];
  /** The id, from the inputs after auto-naming. `hash(n)` gives n stable hex digits for this resource. */
  readonly id: (context: AnswerContext) => string;
  /** Computed outputs beyond the inputs. */
  readonly outputs?: (context: AnswerContext & { readonly id: string }) => Properties;
}

export interface AnswerContext {
  readonly inputs: Properties;
  readonly name: string;
  readonly place: Place;
  readonly hash: (digits: number) => string;
  /** How many resources of this URN were created before. */
  readonly generation: number;
}
