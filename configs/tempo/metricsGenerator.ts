import type { Section } from "../section";
import type { StackConfig } from "../stack/schema";

/**
 * Span metrics and service graphs, written to Mimir (D4). Each span goes to one generator, whose series carry
 * `__metrics_gen_instance` (its host name): several generators do not collide.
 *
 * @param mimirAddress `host:port` of Mimir.
 */
export function metricsGeneratorSection(config: StackConfig, mimirAddress: string): Section {
  const single = config.tempo.metricsGenerator.replicas === 1;
  return {
    settings: {
      metrics_generator: {
        ring: single ? { instance_id: "tempo-metrics-generator-0" } : {},
        storage: {
          path: "/data/generator",
          remote_write: [{ url: `http://${mimirAddress}/api/v1/push`, send_exemplars: true }],
        },
        registry: { external_labels: { source: "tempo" } },
      },
    },
    reasons: {
      ...(single
        ? {
            "metrics_generator.ring.instance_id":
              "A killed generator's successor takes over its entry; else spans go to the dead one until it is forgotten.",
          }
        : {}),
      "metrics_generator.storage.path": "Without a path the generator is not configured at all.",
      "metrics_generator.storage.remote_write.0":
        "Exemplars link a metric to a trace; Mimir keeps them only with its own limit above 0.",
    },
  };
}
