import * as structproto from "google-protobuf/google/protobuf/struct_pb";
import type { Properties } from "../types";

type Struct = structproto.Struct;

export const propertiesOf = (struct: Struct | undefined): Properties =>
  struct?.toJavaScript() ?? {};

export const structOf = (value: Properties): Struct =>
  structproto.Struct.fromJavaScript(
    withoutUndefined(value) as { [key: string]: structproto.JavaScriptValue },
  );

/** Protocol buffers know no `undefined`. */
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => withoutUndefined(each) ?? null);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .map(([key, each]) => [key, withoutUndefined(each)]),
  );
}
