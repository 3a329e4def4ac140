/** The plugin's process: Pulumi starts this file, which serves the components until the engine goes away. */
import { componentProviderHost } from "@pulumi/pulumi/provider/experimental";
import { offered } from "./offered";

void componentProviderHost(offered);
