import assert from "node:assert/strict";
import * as http2 from "node:http2";
import type { AddressInfo } from "node:net";
import { ThrowAwayAuthority } from "../../rehearsal/cloud/certificates";
import { makeCall } from "../../rehearsal/experiments/badCaller";
import { badCalls, type BadCall } from "../../rehearsal/experiments/badCalls";

const token = "t".repeat(64);

describe("bad gRPC calls", () => {
  it("are refusals all, and none of them is a good push", () => {
    const calls = badCalls("https://tempo.example.com:443", token);
    assert.equal(new Set(calls.map(({ what }) => what)).size, calls.length);
    for (const { what, answers } of calls) {
      assert.ok(answers.length > 0, what);
      assert.ok(!answers.includes("gRPC 0") && !answers.includes("HTTP 200"), what);
    }
    const without = calls.find(({ what }) => what.endsWith("no token"));
    assert.ok(without !== undefined && !("authorization" in without.headers));
  });

  describe("by the caller", () => {
    let server: http2.Http2SecureServer;
    let origin: string;
    let ca: string;
    const sessions = new Set<http2.ServerHttp2Session>();
    const bodies: number[] = [];

    before(async () => {
      const authority = await ThrowAwayAuthority.make();
      const { certificatePem, privateKeyPem } = await authority.issue(["localhost"]);
      ca = authority.pem;
      server = http2.createSecureServer({ cert: certificatePem, key: privateKeyPem });
      server.on("session", (session) => sessions.add(session));
      server.on("stream", (stream, headers) => {
        const path = headers[":path"] ?? "";
        stream.on("error", () => undefined);
        let bytes = 0;
        stream.on("data", (chunk: Buffer) => (bytes += chunk.length));
        if (path === "/hang") return;
        if (path === "/reset") return stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR);
        if (path === "/refuse") return stream.respond({ ":status": 404 }, { endStream: true });
        stream.on("end", () => {
          if (stream.destroyed) return;
          bodies.push(bytes);
          stream.respond({ ":status": 200 }, { waitForTrailers: true });
          stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "13" }));
          stream.end();
        });
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      origin = `https://localhost:${(server.address() as AddressInfo).port}`;
    });
    after(() => {
      for (const session of sessions) session.destroy();
      server.close();
    });

    const said = async (path: string, more: Partial<BadCall> = {}) => {
      const headers = { ":method": "POST", ":path": path };
      const call = { what: path, origin, headers, pieces: ["AAAA"], answers: [], ...more };
      return (await makeCall(call, ca)).said;
    };

    it("says the status of gRPC, in trailers too, or else of HTTP", async () => {
      assert.equal(await said("/trailers"), "gRPC 13");
      assert.equal(await said("/refuse"), "HTTP 404");
      assert.match(await said("/reset"), /^reset 2/);
    });

    it("sends every byte, in its own time", async () => {
      bodies.length = 0;
      assert.equal(await said("/a", { pieces: [{ bytes: 131_072 }, "AAAA"] }), "gRPC 13");
      const began = performance.now();
      assert.equal(await said("/a", { pieces: ["AAAA", "AAAA"], everySeconds: 0.2 }), "gRPC 13");
      assert.ok(performance.now() - began > 390);
      assert.deepEqual(bodies, [131_075, 6]);
    });

    it("gives up on what is never answered", async () => {
      assert.equal(await said("/hang", { openSeconds: 0.3 }), "no answer");
      assert.equal(await said("/never-ends", { openSeconds: 0.3 }), "no answer");
    });
  });
});
