// Starts one of the project's TypeScript commands: `node run.js plan/main.ts dev`.
// The command is bundled once (esbuild, own sources only) and started with Node's compile cache, because compiling
// ~100 files at every start would cost more time than the whole plan.
const fs = require("node:fs");
const path = require("node:path");
const Module = require("node:module");

const root = __dirname;
const cache = path.join(root, "node_modules", ".cache", "lgtm-fargate");
const [entry, ...args] = process.argv.slice(2);
if (!entry) {
  console.error("usage: node run.js ENTRY.ts [ARGUMENT ...]");
  process.exit(2);
}

/** The bundle's inputs are listed in esbuild's metafile: the bundle is fresh while none of them is newer. */
function isFresh(bundle, meta) {
  try {
    const builtAt = fs.statSync(bundle).mtimeMs;
    const inputs = Object.keys(JSON.parse(fs.readFileSync(meta, "utf8")).inputs);
    return [...inputs, "package-lock.json", "run.js", "tsconfig.json"].every(
      (file) => fs.statSync(path.join(root, file)).mtimeMs < builtAt,
    );
  } catch {
    return false;
  }
}

/** esbuild prints what is wrong with place and line; a stack trace would only bury it. */
function build(options) {
  try {
    return require("esbuild").buildSync(options);
  } catch {
    process.exit(1);
  }
}

const name = entry.replace(/\.ts$/, "").replace(/[/\\]/g, "-");
const bundle = path.join(cache, `${name}.cjs`);
const meta = path.join(cache, `${name}.meta.json`);
if (!isFresh(bundle, meta)) {
  const result = build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    platform: "node",
    target: "node22",
    packages: "external",
    sourcemap: "inline",
    metafile: true,
    write: false,
    outfile: bundle,
    logLevel: "error",
  });
  fs.mkdirSync(cache, { recursive: true });
  // Two starts at once must not see half a file: write beside it, then rename.
  for (const [file, content] of [
    [meta, JSON.stringify({ inputs: result.metafile.inputs })],
    [bundle, result.outputFiles[0].contents],
  ]) {
    fs.writeFileSync(`${file}.${process.pid}`, content);
    fs.renameSync(`${file}.${process.pid}`, file);
  }
}

// `npm run plan -- prod | head`: whoever reads has seen enough, which is no mistake of ours.
process.stdout.on("error", (error) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

Module.enableCompileCache(path.join(cache, "v8"));
process.argv = [process.argv[0], path.join(root, entry), ...args];
require(bundle);
