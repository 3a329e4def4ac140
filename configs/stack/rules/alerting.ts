import { repeated, type Rule } from "./rule";

export const alertingRules: readonly Rule[] = [
  {
    id: "alert-topics-unique",
    row: "D9",
    check: ({ grafana }) =>
      repeated(grafana.alerting.topicArns).map((item) => ({
        key: "grafana.alerting.topicArns",
        given: item,
        allowed: "each topic once",
        mend: `remove the second ${item}`,
      })),
  },
  {
    id: "smtp-login",
    row: "D9",
    check: ({ grafana: { alerting } }) => {
      const { user, passwordSecretArn } = alerting.email ?? {};
      if ((user === undefined) === (passwordSecretArn === undefined)) return [];
      const missing = user === undefined ? "user" : "passwordSecretArn";
      return [
        {
          key: `grafana.alerting.email.${missing}`,
          allowed: "user and passwordSecretArn together, or neither",
          mend: `name ${missing} too, or take the other one out: the SMTP server refuses half a login`,
          involves: ["grafana.alerting.email"],
        },
      ];
    },
  },
];
