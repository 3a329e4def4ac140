import { repeated, type Rule } from "./rule";

export const watchRules: readonly Rule[] = [
  {
    id: "watch-unique",
    row: "D9",
    check: ({ watch }) =>
      (
        [
          ["watch.emails", watch.emails],
          ["watch.webhooks", watch.webhooks],
        ] as const
      ).flatMap(([key, list]) =>
        repeated(list).map((item) => ({
          key,
          given: item,
          allowed: "each entry once",
          mend: `remove the second ${item}`,
        })),
      ),
  },
  {
    id: "watch-while-asleep",
    row: "D9",
    check: ({ watch, schedule }) =>
      watch.enabled === true && schedule !== undefined
        ? [
            {
              key: "watch.enabled",
              allowed: "false, or absent, together with a schedule",
              mend: "remove it, or remove the schedule: a stack that sleeps would ring every evening",
              involves: ["schedule"],
            },
          ]
        : [],
  },
];
