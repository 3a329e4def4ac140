import {
  pyroscopeArgs,
  pyroscopeConfigPath,
  renderPyroscope,
} from "../configs/pyroscope/pyroscope";
import type { StackConfig } from "../configs/stack/schema";
import { imageOf } from "../configs/versions";
import { portOf } from "./endpoints";
import { defineRole, FLUSH_SECONDS, SCRATCH_PATHS } from "./role";
import type { Product } from "./types";

/** Prefix of the bucket. */
export const PYROSCOPE_PREFIX = "ftt-pyroscope/";

/** S5: profiles, all in one process. Two would both compact the same bucket. */
export function pyroscope(config: StackConfig): Product {
  return {
    name: "pyroscope",
    image: imageOf(config, "pyroscope"),
    prefixes: [PYROSCOPE_PREFIX],
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
        user: "10001:10001",
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
