/**
 * A provider that refuses nothing and answers what a plan says: `outputs.json` in the account's folder, by URN. With it
 * the engine judges resources that the stand-in of AWS would refuse, with every value known.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { Account } from "../../standin/account";
import { Provider } from "../../standin/provider/provider";
import type { PluginName } from "../../standin/provider/plugin";
import type { Properties } from "../../standin/types";

class Echo extends Provider {
  constructor(
    name: PluginName,
    private readonly folder: string,
  ) {
    super({
      name,
      version: "0.0.1",
      account: new Account(),
      accountId: "123456789012",
      controlFile: path.join(folder, "control.json"),
    });
  }

  private answers: Readonly<Record<string, Properties>> | undefined;

  override configure(): void {
    this.answers = JSON.parse(
      fs.readFileSync(path.join(this.folder, "outputs.json"), "utf8"),
    ) as Readonly<Record<string, Properties>>;
  }

  override check(_target: unknown, _olds: unknown, news: Properties): Properties {
    return news;
  }

  override create(target: { readonly urn: string }, inputs: Properties) {
    const outputs = this.answers?.[target.urn] ?? inputs;
    return Promise.resolve({ id: "", outputs });
  }
}

export const echoOf = (name: PluginName, accountFolder: string): Provider =>
  new Echo(name, accountFolder);
