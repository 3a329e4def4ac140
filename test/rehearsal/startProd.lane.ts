import * as fs from "node:fs";
import * as path from "node:path";
import { startsFromNothing, writePlans } from "./command";

/** A file of its own, so that it can go beside another one. */
describe("a rehearsal of prod", () => {
  let folder: string;
  before(async () => {
    folder = await writePlans();
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  it("starts from nothing; every check holds and nothing is refused", () =>
    startsFromNothing(path.join(folder, "prod.json")));
});
