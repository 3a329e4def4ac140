import { ComponentProvider } from "@pulumi/pulumi/provider/experimental";
import { offered } from "./offered";

/** The package's schema, as the SDK's analyzer reads it from the components: what other languages' SDKs are made from. */
export async function pluginSchema(): Promise<string> {
  const schema: unknown = JSON.parse(await new ComponentProvider(offered).getSchema());
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}
