import {
  pyroscopeArgs,
  pyroscopeConfigPath,
  pyroscopePrefix,
  pyroscopeUser,
  renderPyroscope,
} from "../configs/pyroscope/pyroscope";
import type { StackConfig } from "../configs/stack/schema";
import { imageOf } from "../configs/versions";
import { portOf } from "./endpoints";
import { defineRole, FLUSH_SECONDS, SCRATCH_PATHS } from "./role";
import type { Product } from "./types";

/** S5: profiles, all in one process. Two would both compact the same bucket. */
export function pyroscope(config: StackConfig): Product {
  return {
    name: "pyroscope",
    image: imageOf(config, "pyroscope"),
    prefixes: [`${pyroscopePrefix}/`],
    awsAccess: [],
    roles: [
      defineRole(config, {
        id: "pyroscope",
        product: "pyroscope",
        component: "pyroscope",
        size: config.pyroscope,
        replacement: "singleton",
        holdsData: true,
        callsAws: true,
        calls: [],
        health: { kind: "http", port: portOf("pyroscope", "http"), path: "/ready" },
        user: pyroscopeUser,
        dataPath: "/data",
        scratchPaths: SCRATCH_PATHS,
        stopTimeoutSeconds: FLUSH_SECONDS,
        go: true,
        args: pyroscopeArgs,
        files: () => [{ path: pyroscopeConfigPath, content: renderPyroscope(config) }],
      }),
    ],
  };
}
