import assert from "node:assert/strict";
import { s3Endpoint } from "../../configs/objectStore";

describe("S3 client", () => {
  it("B1: the region's own host, without a scheme and without the bucket", () => {
    assert.equal(s3Endpoint("ap-northeast-2"), "s3.ap-northeast-2.amazonaws.com");
    assert.equal(s3Endpoint("cn-north-1"), "s3.cn-north-1.amazonaws.com.cn");
  });
});
