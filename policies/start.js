// Entry of the pack for the Pulumi CLI. tsx compiles as it loads: the CLI's own ts-node would check types at every start.
require("tsx/cjs");
require("./pack.ts");
