/**
 * A tag that always means the same version: at least three numbers (`3.7.6`, `v1.11.3`, `1.6.39-alpine`), two for
 * busybox, whose versions with two numbers get no other image, or a date or commit. What moves (`latest`, `3`, `3.7`,
 * `main`) is another image tomorrow.
 */
export const pinnedTag = /(^|[^0-9])\d+\.\d+\.\d+|^\d{8}|[0-9a-f]{12,}/;
