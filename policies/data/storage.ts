/**
 * Live state that nothing but its server may end, move or freeze (B3): rules, alerts and Loki's index. Prefixes of the
 * requirements; those that the servers' configurations name come on top.
 */
export const neverTouched: readonly string[] = ["rules/", "alerts/", "ftt-loki/index/"];

/**
 * Storage classes and tiers whose objects can't be read without a restore.
 * Source: docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html and
 * .../intelligent-tiering-overview.html (the two archive tiers, which are opt-in).
 */
export const unreadableClasses: readonly string[] = [
  "GLACIER",
  "DEEP_ARCHIVE",
  "ARCHIVE_ACCESS",
  "DEEP_ARCHIVE_ACCESS",
];

/** B1: days in which an overwritten or deleted rule file can be got back. */
export const PRECIOUS_UNDELETE_DAYS = 30;
export const preciousPrefixes: readonly string[] = ["rules/", "alerts/"];

/** Uploads that were begun and never completed are billed and seen by nobody (B3). */
export const MOST_ABORT_DAYS = 7;
