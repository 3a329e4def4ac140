/**
 * A provider plugin: `node run.js standin/provider/main.ts aws`, started by an executable `pulumi-resource-aws` on the
 * engine's PATH. It prints its port, and serves until the engine ends it.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { Account } from "../account";
import { Provider } from "./provider";
import { serve } from "./server";

/** Folder with the account's journal and a test's orders. */
const folder = process.env["LGTM_STANDIN_ACCOUNT"];
const [name] = process.argv.slice(2);
if (folder === undefined || name === undefined)
  throw new Error("usage: LGTM_STANDIN_ACCOUNT=FOLDER main.ts aws|awsx|random");

const versions: Readonly<Record<string, string>> = {
  aws: "7.48.0",
  awsx: "3.9.0",
  random: "4.21.2",
};
const provider = new Provider({
  name,
  version: versions[name] ?? "0.0.0",
  account: new Account(path.join(folder, "journal.jsonl")),
  accountId: process.env["LGTM_STANDIN_ACCOUNT_ID"] ?? "123456789012",
  controlFile: path.join(folder, "control.json"),
  note: (done) =>
    fs.appendFileSync(path.join(folder, "operations.jsonl"), `${JSON.stringify(done)}\n`),
});
void serve(provider).then((port) => process.stdout.write(`${port}\n`));
