import * as assert from "node:assert/strict";
import { fitServices } from "../../rehearsal/fitServices";
import { readPlanView } from "../../rehearsal/planView";
import type { Service } from "../../rehearsal/types";
import { devConfig } from "../fixtures/config";
import { planOfConfig } from "../fixtures/plans";

describe("files for the servers of this machine", () => {
  let services: readonly Service[];
  before(async () => {
    services = readPlanView((await planOfConfig(devConfig())).plan).services;
  });

  it("are the plan's own where the server knows every setting", () => {
    const fitted = fitServices(services, { loki: "3.7.6", tempo: "2.9.0" });
    assert.deepEqual(fitted.leftOut, []);
    assert.deepEqual(fitted.services, services);
  });

  it("lack what only the deployed version knows, and it is said", () => {
    const newer = services.map((service) => ({
      ...service,
      taskDefinition: {
        ...service.taskDefinition,
        containers: service.taskDefinition.containers.map((container) => ({
          ...container,
          environment: Object.fromEntries(
            Object.entries(container.environment).map(([name, value]) => [
              name,
              name === "FILE_TEMPO_YAML"
                ? value.replace(/^memberlist:$/m, "memberlist:\n  rejoin_seed_nodes: []")
                : value,
            ]),
          ),
        })),
      },
    }));
    const { leftOut, services: fitted } = fitServices(newer, { tempo: "2.9.0" });
    assert.ok(leftOut.length > 0);
    assert.ok(leftOut.every(({ key }) => key === "memberlist.rejoin_seed_nodes"));
    assert.ok(leftOut.every(({ service }) => service.includes("tempo")));
    assert.ok(!JSON.stringify(fitted).includes("rejoin_seed_nodes"));
    assert.equal(fitServices(newer, { tempo: "2.10.8" }).leftOut.length, 0);
  });
});
