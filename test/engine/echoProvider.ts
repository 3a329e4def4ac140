/**
 * A provider that refuses nothing and answers what a plan says: `outputs.json` in the account's folder, by URN. With it
 * the engine judges resources that the stand-in of AWS would refuse, with every value known.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { Account } from "../../standin/account";
import { Provider } from "../../standin/provider/provider";
import { serve } from "../../standin/provider/server";
import type { Properties } from "../../standin/types";

const folder = process.env["LGTM_STANDIN_ACCOUNT"] ?? "";
const [name = "aws"] = process.argv.slice(2);

class Echo extends Provider {
  private answers: Readonly<Record<string, Properties>> | undefined;

  override configure(): void {
    this.answers = JSON.parse(
      fs.readFileSync(path.join(folder, "outputs.json"), "utf8"),
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

const provider = new Echo({
  name,
  version: "0.0.1",
  account: new Account(),
  accountId: "123456789012",
  controlFile: path.join(folder, "control.json"),
});
void serve(provider).then((port) => process.stdout.write(`${port}\n`));
