import * as assert from "node:assert/strict";
import * as dgram from "node:dgram";
import * as packet from "dns-packet";
import { NameServer } from "../../rehearsal/names/nameServer";
import { AddressPool, addressAt, contains } from "../../rehearsal/network/addresses";

describe("the name server", () => {
  let server: NameServer;
  let port: number;
  beforeEach(async () => {
    server = new NameServer(
      new Map([["*.s3.example", ["198.51.100.4"]]]),
      new Set(["mimir.lgtm.local"]),
      "compute.internal",
    );
    port = 20_000 + Math.floor(Math.random() * 30_000);
    await server.start("127.0.0.1", port);
  });
  afterEach(() => server.stop());

  const ask = (name: string, type: "A" | "AAAA" = "A"): Promise<packet.DecodedPacket> => {
    const socket = dgram.createSocket("udp4");
    const query = packet.encode({ type: "query", id: 7, questions: [{ type, name }] });
    return new Promise<packet.DecodedPacket>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("no answer")), 500);
      socket.once("message", (message) => {
        clearTimeout(timer);
        resolve(packet.decode(message));
      });
      socket.send(query, port, "127.0.0.1");
    }).finally(() => socket.close());
  };

  it("answers a registered name with its addresses and its TTL, and nothing once they are gone", async () => {
    server.register("loki.lgtm.local", 10, "10.0.0.1");
    server.register("loki.lgtm.local", 10, "10.0.0.2");
    const { answers = [] } = await ask("loki.lgtm.local");
    assert.deepEqual(
      answers.map((answer) => (answer.type === "A" ? [answer.data, answer.ttl] : [])).sort(),
      [
        ["10.0.0.1", 10],
        ["10.0.0.2", 10],
      ],
    );
    server.deregister("loki.lgtm.local", "10.0.0.1");
    server.deregister("loki.lgtm.local", "10.0.0.2");
    assert.equal(rcodeOf(await ask("loki.lgtm.local")), 3);
  });

  it("answers at most eight addresses", async () => {
    for (let i = 1; i <= 9; i++) server.register("many.lgtm.local", 10, `10.0.0.${i}`);
    assert.equal((await ask("many.lgtm.local")).answers?.length, 8);
  });

  it("has no IPv6 addresses, which is not the same as no such name", async () => {
    const answer = await ask("bucket.s3.example", "AAAA");
    assert.deepEqual([rcodeOf(answer), answer.answers], [0, []]);
    assert.equal((await ask("bucket.s3.example")).answers?.length, 1);
  });

  it("notes names that nobody planned, without what clients append to them", async () => {
    await ask("mimir.lgtm.local");
    await ask("stats.grafana.org");
    await ask("stats.grafana.org.compute.internal");
    assert.deepEqual([...server.unknownNames], [["stats.grafana.org", 1]]);
  });

  it("is silent to those for whom it is away", async () => {
    server.awayFor = (asker) => contains("10.0.0.0/8", asker);
    await ask("bucket.s3.example");
    server.awayFor = (asker) => contains("127.0.0.0/8", asker);
    await assert.rejects(ask("bucket.s3.example"), /no answer/);
  });
});

/** 0 is no error, 3 no such name (RFC 1035, 4.1.1). */
const rcodeOf = ({ flags = 0 }: packet.DecodedPacket) => flags & 15;

describe("addresses", () => {
  it("are those of the block, handed out once each, without AWS's own", () => {
    assert.equal(addressAt("10.40.0.0/16", 258), "10.40.1.2");
    const pool = new AddressPool("10.0.0.0/29");
    assert.deepEqual([pool.take(), pool.take(), pool.take()], ["10.0.0.4", "10.0.0.5", "10.0.0.6"]);
    assert.throws(() => pool.take(), /every address of 10\.0\.0\.0\/29 has been used/);
  });
});
