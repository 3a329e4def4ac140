/**
 * Imported first by the planner: keeps the Pulumi SDK from loading what only dynamic providers and magic functions use.
 * To serialise closures, the SDK loads npm's dependency resolver with a thousand files of its own, at every start,
 * whether anything is serialised or not: a third of its load time. Nothing here is ever serialised.
 */
import Module from "node:module";
import * as path from "node:path";

const skipped = ["@npmcli/arborist"];

for (const name of skipped) {
  try {
    const sdk = path.dirname(require.resolve("@pulumi/pulumi"));
    const file = require.resolve(name, { paths: [sdk] });
    const empty = new Module(file);
    empty.loaded = true;
    require.cache[file] ??= empty;
  } catch {
    // An SDK that does not use it: nothing to skip.
  }
}

// The SDK wraps every promise for a leak report that nobody reads here, four for each property of a resource, each with a
// stack trace: an eighth of the time that a program takes, and of its memory. LGTM_DEBUG keeps it.
if (process.env["LGTM_DEBUG"] === undefined) {
  Error.stackTraceLimit = 0;
  Error.prepareStackTrace = () => "";
  const sdk = Module.createRequire(__filename);
  const debuggable = sdk("@pulumi/pulumi/runtime/debuggable") as {
    debuggablePromise?: <T>(promise: Promise<T>) => Promise<T>;
  };
  if (debuggable.debuggablePromise !== undefined)
    debuggable.debuggablePromise = (promise) => promise;
}
