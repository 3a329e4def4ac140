// Loaded before a measured program: writes its peak memory, in bytes, to the file named by LGTM_BENCH_MEMORY.
process.on("exit", () => {
  require("node:fs").writeFileSync(
    process.env.LGTM_BENCH_MEMORY,
    String(process.resourceUsage().maxRSS * 1024),
  );
});
