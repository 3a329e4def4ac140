import shapes from "./shapes.json";

interface Shape {
  readonly type: string;
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly required?: readonly string[];
  readonly members?: Readonly<Record<string, string>>;
  readonly of?: string;
}

interface Service {
  readonly operations: Readonly<Record<string, string>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}

/** What `shapes/generate.py` took from botocore. */
interface Model {
  readonly source: string;
  readonly services: Readonly<Record<string, Service>>;
}

const model = shapes as unknown as Model;

/**
 * What AWS's own model of an operation says against a request.
 *
 * @param operation Such as `ecs:CreateService`.
 * @returns one line per mistake, with the path of the member.
 * @throws Error for an operation that was not extracted.
 */
export function requestMistakes(operation: string, request: unknown): string[] {
  const [name = "", call = ""] = operation.split(":");
  const service = model.services[name];
  const shape = service?.operations[call];
  if (service === undefined || shape === undefined)
    throw new Error(`${operation} is not in standin/shapes/generate.py`);
  return [...mistakes(service, shape, request, call)];
}

function* mistakes(service: Service, name: string, value: unknown, at: string): Generator<string> {
  const shape = service.shapes[name] as Shape;
  switch (shape.type) {
    case "structure":
      yield* structureMistakes(service, shape, value, at);
      break;
    case "list":
      if (!Array.isArray(value)) yield `${at} is no list`;
      else {
        yield* lengthMistakes(shape, value.length, `${at} has`, "entries");
        for (const [index, each] of value.entries())
          yield* mistakes(service, shape.of as string, each, `${at}[${index}]`);
      }
      break;
    case "map":
      if (!isObject(value)) yield `${at} is no map`;
      else
        for (const [key, each] of Object.entries(value))
          yield* mistakes(service, shape.of as string, each, `${at}.${key}`);
      break;
    case "string":
      yield* stringMistakes(shape, value, at);
      break;
    case "integer":
    case "number":
      if (typeof value !== "number" || (shape.type === "integer" && !Number.isInteger(value)))
        yield `${at} is ${JSON.stringify(value)}, not a number`;
      else yield* lengthMistakes(shape, value, `${at} is`, "");
      break;
    case "boolean":
      if (typeof value !== "boolean") yield `${at} is ${JSON.stringify(value)}, not true or false`;
      break;
    default:
      break;
  }
}

function* structureMistakes(
  service: Service,
  shape: Shape,
  value: unknown,
  at: string,
): Generator<string> {
  if (!isObject(value)) {
    yield `${at} is no structure`;
    return;
  }
  for (const member of shape.required ?? [])
    if (value[member] === undefined) yield `${at} lacks ${member}`;
  for (const [member, each] of Object.entries(value)) {
    if (each === undefined) continue;
    const type = shape.members?.[member];
    if (type === undefined) yield `${at} has no member ${member}`;
    else yield* mistakes(service, type, each, `${at}.${member}`);
  }
}

function* stringMistakes(shape: Shape, value: unknown, at: string): Generator<string> {
  if (typeof value !== "string") {
    yield `${at} is ${JSON.stringify(value)}, not a text`;
    return;
  }
  yield* lengthMistakes(shape, value.length, `${at} has`, "characters");
  if (shape.enum !== undefined && !shape.enum.includes(value))
    yield `${at} is ${value}; allowed are ${shape.enum.join(", ")}`;
  if (shape.pattern !== undefined && !matches(shape.pattern, value))
    yield `${at} is ${value}, which does not match ${shape.pattern}`;
}

function* lengthMistakes(
  shape: Shape,
  length: number,
  has: string,
  unit: string,
): Generator<string> {
  if (shape.min !== undefined && length < shape.min)
    yield `${has} ${length} ${unit}; at least ${shape.min} are needed`;
  if (shape.max !== undefined && length > shape.max)
    yield `${has} ${length} ${unit}; at most ${shape.max} are allowed`;
}

/** Some of AWS's patterns are Java's, which JavaScript cannot read: those say nothing here. */
function matches(pattern: string, value: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, "s").test(value);
  } catch {
    return true;
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
