import type { Plan, PlannedResource } from "../plan/plan";

/** A plan that lacks what a rehearsal needs; the message lists all of it. */
export class PlanError extends Error {}

/** A planned resource that exists in AWS, not only in the program. */
export type CustomResource = PlannedResource & { readonly id: string };

/** Looks resources of a plan up and collects what is missing, so that it is said at once. */
export class PlanReader {
  private readonly complaints: string[] = [];
  private readonly byType = new Map<string, CustomResource[]>();

  constructor(readonly plan: Plan) {
    for (const { id, ...resource } of plan.resources) {
      if (id === undefined) continue;
      const list = this.byType.get(resource.type) ?? [];
      list.push({ ...resource, id });
      this.byType.set(resource.type, list);
    }
  }

  /** Every resource of a type, in the plan's order. */
  all(type: string): readonly CustomResource[] {
    return this.byType.get(type) ?? [];
  }

  /** The one resource of a type. @throws PlanError where there is none: nothing can be read then. */
  only(type: string): CustomResource {
    const [first, ...rest] = this.all(type);
    if (first === undefined || rest.length > 0) {
      throw new PlanError(
        `the plan must have one ${type} to be rehearsed; it has ${this.all(type).length}`,
      );
    }
    return first;
  }

  /** A text among the inputs. */
  text(resource: PlannedResource, key: string): string {
    const value = resource.inputs[key];
    if (typeof value === "string") return value;
    this.complain(`${resource.name} (${resource.type}): ${key} is no text`);
    return "";
  }

  /** A text among the inputs that holds JSON. */
  json<T>(resource: PlannedResource, key: string): T | undefined {
    try {
      return JSON.parse(this.text(resource, key)) as T;
    } catch {
      this.complain(`${resource.name} (${resource.type}): ${key} is no JSON`);
      return undefined;
    }
  }

  complain(text: string): void {
    this.complaints.push(text);
  }

  /** @throws PlanError with everything that was complained about. */
  done(): void {
    if (this.complaints.length > 0) throw new PlanError(this.complaints.join("\n"));
  }
}
