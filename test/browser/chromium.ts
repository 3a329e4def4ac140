import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { chromium, type Browser } from "playwright-core";

/** Where distributions and CI images put it. */
const places = ["/usr/bin/chromium", "/usr/bin/google-chrome", "/usr/bin/chromium-browser"];

/** Starts a headless Chromium; installs Debian's where there is none. @throws Error where that fails. */
export async function startChromium(): Promise<Browser> {
  const executablePath = found() ?? installed();
  return chromium.launch({
    executablePath,
    // The sandbox needs a user of its own, which a container's root is not. Only our own page is opened.
    args: ["--no-sandbox"],
  });
}

const found = () =>
  [process.env["CHROMIUM"] ?? "", ...places].find((place) => fs.existsSync(place));

function installed(): string {
  const options = { stdio: "inherit", timeout: 300_000 } as const;
  execFileSync("apt-get", ["update"], options);
  execFileSync("apt-get", ["install", "--yes", "--no-install-recommends", "chromium"], options);
  const place = found();
  if (place === undefined) throw new Error("chromium was installed and is not there");
  return place;
}
