import type { Product } from "./parts";
import { flushSettings, queryHoleSettings } from "./serverSettings";

/** Where the file is, how it is read, and which part of the server runs: what a file cannot say about itself. */
const always = ["config.file", "config.expand-env", "target"];

/** Flags that the rules read as they read the file. */
const readByRules = (product: Product): string[] =>
  [...flushSettings, ...queryHoleSettings].flatMap((row) =>
    row.product === product && row.flag !== undefined ? [row.flag] : [],
  );

/** Flags that a server of the system may be started with, without dashes; the others have no file, or another one. */
export const knownFlags: Readonly<Partial<Record<Product, ReadonlySet<string>>>> =
  Object.fromEntries(
    (["mimir", "loki", "tempo", "pyroscope"] as const).map((product) => [
      product,
      new Set([...always, ...readByRules(product)]),
    ]),
  );

/** Programs that run whatever they are told. */
export const shells: ReadonlySet<string> = new Set([
  "sh",
  "ash",
  "bash",
  "dash",
  "busybox",
  "env",
  "python3",
]);

/**
 * A shell's script, line by line, that starts its arguments as they are and does nothing else but ask the server for something
 * before its SIGTERM. Everything else that a shell may be told can hide what the server is started with.
 */
export const stopScript: readonly RegExp[] = [
  /^"\$0" "\$@" & server=\$!$/,
  /^trap '(\/[\w./-]+\/busybox) timeout \d+ \1 wget -q -O \/dev\/null http:\/\/127\.0\.0\.1:\d+\/[\w/-]*; \1 sleep \d+; kill -TERM \$server' TERM$/,
  /^wait \$server; code=\$\?$/,
  /^while kill -0 \$server 2>\/dev\/null; do wait \$server; code=\$\?; done$/,
  /^exit \$code$/,
];
