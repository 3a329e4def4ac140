// Entry of the plugin for Pulumi, which compiles TypeScript by the tsconfig.json of the folder that it was called in: the
// user's, or none. tsx compiles by this repository's own.
require("tsx/cjs");
require("./index.ts");
