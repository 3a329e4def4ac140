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

// The SDK notes a stack trace on every promise it makes, for a leak report that nobody reads here; LGTM_DEBUG keeps them.
if (process.env["LGTM_DEBUG"] === undefined) {
  Error.stackTraceLimit = 0;
  Error.prepareStackTrace = () => "";
}
