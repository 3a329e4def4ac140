/**
 * A provider plugin: `node run.js standin/provider/main.ts aws`, started by an executable `pulumi-resource-aws` on the
 * engine's PATH. It prints its port, and serves until the engine ends it.
 */
import { pluginNames, pluginOf } from "./plugin";
import { serve } from "./server";

const folder = process.env["LGTM_STANDIN_ACCOUNT"];
const name = pluginNames.find((each) => each === process.argv[2]);
if (folder === undefined || name === undefined)
  throw new Error(`usage: LGTM_STANDIN_ACCOUNT=FOLDER main.ts ${pluginNames.join("|")}`);

void serve(pluginOf(name, folder)).then(({ port }) => process.stdout.write(`${port}\n`));
