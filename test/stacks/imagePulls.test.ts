import assert from "node:assert/strict";
import { buildCatalog, servicesOf } from "../../stacks/catalog";
import {
  anonymousDockerHubPulls,
  dockerHubAnonymousLimit,
  imagePulls,
} from "../../stacks/imagePulls";
import type { StackConfig } from "../../configs/stack/schema";
import { configWith, devConfig, prodConfig } from "../fixtures/config";

const secret =
  "arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:ecr-pullthroughcache/hub-AbCdEf";
const anonymous = (config: StackConfig) => anonymousDockerHubPulls(buildCatalog(config), config);

describe("S10: image pulls of one up", () => {
  it("are two per task: the server's image and the init container's", () => {
    for (const config of [devConfig(), prodConfig()]) {
      const catalog = buildCatalog(config);
      const tasks = servicesOf(catalog).reduce(
        (sum, { instance }) => sum + instance.desiredCount,
        0,
      );
      const pulls = imagePulls(catalog, config);
      assert.equal(
        pulls.reduce((sum, one) => sum + one.pulls, 0),
        2 * tasks,
      );
      assert.equal(
        pulls.find(({ image }) => image.includes("/mimir"))!.pulls,
        config.mimir.replicas,
      );
    }
  });

  it("take busybox and memcached from the public ECR gallery", () => {
    for (const { image, registry } of imagePulls(buildCatalog(prodConfig()), prodConfig())) {
      const gallery = image.includes("busybox") || image.includes("memcached");
      assert.equal(registry, gallery ? "public.ecr.aws" : "docker.io", image);
    }
  });

  it("count against Docker Hub's anonymous limit, but not with credentials or the cache", () => {
    // 30 tasks in prod, less memcached; 17 in dev, less memcached.
    assert.equal(anonymous(prodConfig()), 29);
    assert.equal(anonymous(devConfig()), 16);
    assert.ok(anonymous(prodConfig()) < dockerHubAnonymousLimit.pulls);
    for (const pullThroughCache of [false, true]) {
      const images = { credentialsSecretArn: secret, pullThroughCache };
      assert.equal(anonymous(configWith(prodConfig(), { images })), 0);
    }
  });

  it("come from nowhere else than ECR with the cache", () => {
    const config = configWith(prodConfig(), {
      images: { credentialsSecretArn: secret, pullThroughCache: true },
    });
    for (const { registry } of imagePulls(buildCatalog(config), config)) {
      assert.match(
        registry,
        /^(public\.ecr\.aws|123456789012\.dkr\.ecr\.ap-northeast-2\.amazonaws\.com)$/,
      );
    }
  });
});
