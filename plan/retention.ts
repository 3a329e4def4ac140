import type { StackConfig } from "../configs/stack/schema";

/** How long the server that owns a prefix of the bucket keeps what it writes there, in words. */
export function retentionOf(config: StackConfig, prefix: string): string {
  switch (prefix) {
    case "blocks/":
      return `${config.mimir.retentionDays} days`;
    case "ftt-loki/":
      return `${config.loki.retentionDays} days, level=info ${config.loki.infoRetentionDays}`;
    case "ftt-tempo/":
      return `${config.tempo.retentionDays} days`;
    case "ftt-pyroscope/":
      return `${config.pyroscope.retentionDays} days`;
    default:
      return "for ever";
  }
}
