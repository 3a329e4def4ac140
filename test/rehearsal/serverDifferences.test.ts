import assert from "node:assert/strict";
import {
  fitToVersion,
  refusedKeys,
  serverDifferences,
  versionNumber,
} from "../../rehearsal/serverDifferences";

const file = `server:
  http_listen_port: 3200 # said here only
query_frontend:
  query_end_cutoff: 30s
memberlist:
  rejoin_interval: 30s
  rejoin_seed_nodes: [a]
`;

describe("files for another version of a server", () => {
  it("leaves out what an older version does not know, and keeps the rest as it is", () => {
    const { text, leftOut } = fitToVersion("tempo", "2.9.0", file);
    assert.deepEqual(leftOut, ["query_frontend.query_end_cutoff", "memberlist.rejoin_seed_nodes"]);
    assert.equal(
      text,
      "server:\n  http_listen_port: 3200 # said here only\nmemberlist:\n  rejoin_interval: 30s\n",
    );
  });

  it("knows in which patch release a setting came", () => {
    const { leftOut } = fitToVersion("tempo", "v2.10.2", file);
    assert.deepEqual(leftOut, ["memberlist.rejoin_seed_nodes"]);
  });

  it("changes no byte where the version knows everything", () => {
    const odd = "a:    1\n\n\nquery_frontend: {query_end_cutoff: 30s}\n";
    assert.deepEqual(fitToVersion("tempo", "2.10.8", odd), { text: odd, leftOut: [] });
    assert.deepEqual(fitToVersion("loki", "1.0.0", file), { text: file, leftOut: [] });
  });

  it("finds what the deployed version refuses", () => {
    const receivers = "distributor:\n  receivers:\n    opencensus: {}\n";
    assert.deepEqual(refusedKeys("tempo", "2.10.8", receivers), [
      "distributor.receivers.opencensus",
    ]);
    assert.deepEqual(refusedKeys("tempo", "2.10.5", receivers), []);
    assert.deepEqual(refusedKeys("tempo", "2.10.8", file), []);
  });

  it("has a source for each setting, and one bound at least", () => {
    for (const { key, since, before, source } of serverDifferences) {
      assert.match(source, /#\d+/, key);
      assert.ok(since !== undefined || before !== undefined, key);
    }
  });

  it("reads the version out of what servers print", () => {
    assert.equal(versionNumber("tempo, version v2.9.0 (branch: HEAD, revision: 607c7fb)"), "2.9.0");
    assert.equal(versionNumber("alloy, version v1.18.1 (branch: , revision: )"), "1.18.1");
    assert.equal(versionNumber("Mimir, version 2.16.0-4584085 (branch: x)"), "2.16.0");
    assert.equal(versionNumber("memcached 1.6"), undefined);
  });
});
