import type { RehearsalSettings } from "../settings";
import type { ExperimentResult } from "./result";

/** What the process in the sandbox is told. */
export interface ExperimentOrder {
  readonly settings: RehearsalSettings;
  readonly experiment: string;
  /** A trap that is put back into the plan first. */
  readonly trap?: string;
}

export type ExperimentNews =
  | { readonly kind: "result"; readonly result: ExperimentResult }
  /** It could not be conducted at all. */
  | { readonly kind: "failed"; readonly reason: string };
