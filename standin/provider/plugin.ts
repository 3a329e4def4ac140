import * as fs from "node:fs";
import * as path from "node:path";
import { Account } from "../account";
import { Provider } from "./provider";

/** Plugins that the program's providers come from. */
export const pluginNames = ["aws", "awsx", "random"] as const;
export type PluginName = (typeof pluginNames)[number];

const versions: Readonly<Record<PluginName, string>> = {
  aws: "7.48.0",
  awsx: "3.9.0",
  random: "4.21.2",
};

/** @param folder Folder with the account's journal and a test's orders. */
export function pluginOf(name: PluginName, folder: string): Provider {
  return new Provider({
    name,
    version: versions[name],
    account: new Account(path.join(folder, "journal.jsonl")),
    accountId: "123456789012",
    controlFile: path.join(folder, "control.json"),
    note: (done) =>
      fs.appendFileSync(path.join(folder, "operations.jsonl"), `${JSON.stringify(done)}\n`),
  });
}
