import * as assert from "node:assert/strict";
import { unknownOperators } from "../../rehearsal/cloud/policy";
import { Gate } from "../../rehearsal/cloud/s3/gate";
import { operationOf } from "../../rehearsal/cloud/s3/operation";
import type { PolicyStatement, TaskRole } from "../../rehearsal/types";

const endpoint = "s3.ap-northeast-2.amazonaws.com";
const role: TaskRole = {
  arn: "arn:aws:iam::123456789012:role/loki",
  name: "loki",
  statements: [
    {
      id: "loki/OwnPrefixes",
      document: {
        Effect: "Allow",
        Action: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
        Resource: ["arn:aws:s3:::bucket/ftt-loki/*"],
      },
    },
    {
      id: "loki/ListBucket",
      document: { Effect: "Allow", Action: "s3:ListBucket", Resource: "arn:aws:s3:::bucket" },
    },
  ],
};
const tlsOnly: PolicyStatement = {
  id: "bucket/TlsOnly",
  document: {
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: ["arn:aws:s3:::bucket/*"],
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  },
};
const loki = {
  accessKeyId: "ASIA1",
  secretAccessKey: "s",
  sessionToken: "t",
  roleArn: role.arn,
  owner: "loki/1",
};

describe("the gate in front of S3", () => {
  const ask = (gate: Gate, method: string, url: string, host = `bucket.${endpoint}`) => {
    const operation = operationOf(method, url, { host }, endpoint);
    return gate.allows(loki, operation.needs, operation.context);
  };
  const gateOf = (more: readonly PolicyStatement[] = [tlsOnly]) => {
    const gate = new Gate([role], more);
    gate.know(loki);
    return gate;
  };

  it("knows S3 by its dual-stack name, which Pyroscope asks", () => {
    const host = `bucket.${endpoint.replace("s3.", "s3.dualstack.")}`;
    const { bucket, key } = operationOf("GET", "/some/key", { host }, endpoint);
    assert.deepEqual({ bucket, key }, { bucket: "bucket", key: "some/key" });
  });

  it("lets a role read and write its own prefix, in both styles of address", () => {
    const gate = gateOf();
    assert.equal(ask(gate, "PUT", "/ftt-loki/a/b"), true);
    assert.equal(ask(gate, "GET", "/bucket/ftt-loki/a/b?x-id=GetObject", endpoint), true);
    assert.equal(ask(gate, "GET", "/?list-type=2&prefix=other/"), true);
    assert.deepEqual(gate.statementUses(), [
      { id: "loki/OwnPrefixes", requests: 2 },
      { id: "loki/ListBucket", requests: 1 },
    ]);
    assert.deepEqual(gate.refusals(), []);
  });

  it("refuses another prefix, one that only looks alike, and what no statement names", () => {
    const gate = gateOf();
    assert.equal(ask(gate, "GET", "/ftt-tempo/a"), false);
    assert.equal(ask(gate, "PUT", "/ftt-loki2/a"), false);
    assert.equal(ask(gate, "GET", "/?location"), false);
    assert.equal(ask(gate, "PUT", "/ftt-loki/a?tagging"), false);
    assert.deepEqual(
      gate.refusals().map(({ action, resource }) => `${action} ${resource}`),
      [
        "s3:GetObject bucket/ftt-tempo/",
        "s3:PutObject bucket/ftt-loki2/",
        "s3:GetBucketLocation bucket",
        "s3:PutObjectTagging bucket/ftt-loki/",
      ],
    );
  });

  it("a copy needs its source, a listed deletion each of its keys", () => {
    const gate = gateOf();
    const copy = operationOf(
      "PUT",
      "/ftt-loki/a",
      { host: `bucket.${endpoint}`, "x-amz-copy-source": "/bucket/ftt-tempo/secret%20file" },
      endpoint,
    );
    assert.deepEqual(copy.needs[1], {
      action: "s3:GetObject",
      resource: "arn:aws:s3:::bucket/ftt-tempo/secret file",
    });
    assert.equal(gate.allows(loki, copy.needs, copy.context), false);
    assert.equal(
      operationOf("POST", "/bucket?delete", { host: endpoint }, endpoint).deletesMany,
      true,
    );
  });

  it("a statement that is taken out is missed, and back again", () => {
    const gate = gateOf();
    gate.remove("loki/OwnPrefixes");
    assert.equal(ask(gate, "PUT", "/ftt-loki/a"), false);
    gate.restore("loki/OwnPrefixes");
    assert.equal(ask(gate, "PUT", "/ftt-loki/a"), true);
  });

  it("a matching Deny wins", () => {
    const deny = { id: "bucket/No", document: { ...tlsOnly.document, Condition: undefined } };
    assert.equal(ask(gateOf([deny]), "PUT", "/ftt-loki/a"), false);
  });

  it("a condition that it does not know is named, not ignored", () => {
    const strange = {
      id: "bucket/Strange",
      document: { ...tlsOnly.document, Condition: { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } } },
    };
    assert.deepEqual(unknownOperators([tlsOnly, strange]), ["bucket/Strange: IpAddress"]);
  });
});
