import type { RefusalRule } from "./rule";

const docs = (path: string) => `https://docs.aws.amazon.com/elasticloadbalancing/latest/${path}`;

interface Condition {
  readonly [kind: string]: { readonly values?: readonly string[] } | undefined;
}

export const ingressRefusals: readonly RefusalRule[] = [
  {
    id: "rule-priority-in-use",
    source: docs("APIReference/API_CreateRule.html"),
    operations: ["create", "update"],
    types: ["aws:lb/listenerRule:ListenerRule"],
    refuse: ({ account, inputs, target, present }) =>
      account
        .all(target.type)
        .some(
          ({ id, outputs }) =>
            id !== present?.id &&
            outputs["listenerArn"] === inputs["listenerArn"] &&
            outputs["priority"] === inputs["priority"],
        )
        ? `PriorityInUse: Priority '${String(inputs["priority"])}' is currently in use`
        : undefined,
  },
  {
    id: "five-condition-values",
    source: docs("application/load-balancer-limits.html"),
    operations: ["create", "update"],
    types: ["aws:lb/listenerRule:ListenerRule"],
    refuse: ({ inputs }) => {
      const conditions = (inputs["conditions"] as Condition[] | undefined) ?? [];
      const values = conditions.flatMap((each) =>
        Object.values(each).flatMap((condition) => condition?.values ?? []),
      );
      if (values.length > 5)
        return `TooManyConditionValues: the rule has ${values.length} condition values; 5 are allowed`;
      const long = values.find((value) => value.length > 128);
      return long === undefined
        ? undefined
        : `ValidationError: a condition value has ${long.length} characters; 128 are allowed`;
    },
  },
  {
    id: "https-needs-certificate",
    source: docs("APIReference/API_CreateListener.html"),
    operations: ["create", "update"],
    types: ["aws:lb/listener:Listener"],
    refuse: ({ inputs }) =>
      inputs["protocol"] === "HTTPS" && inputs["certificateArn"] === undefined
        ? "ValidationError: A certificate must be specified for HTTPS listeners"
        : undefined,
  },
  {
    id: "listener-port-in-use",
    source: docs("APIReference/API_CreateListener.html"),
    operations: ["create"],
    types: ["aws:lb/listener:Listener"],
    refuse: ({ account, inputs, target }) =>
      account
        .all(target.type)
        .some(
          ({ outputs }) =>
            outputs["loadBalancerArn"] === inputs["loadBalancerArn"] &&
            outputs["port"] === inputs["port"],
        )
        ? "DuplicateListener: A listener already exists on this port for this load balancer"
        : undefined,
  },
  {
    id: "access-logs-need-bucket-policy",
    source: docs("application/enable-access-logging.html"),
    operations: ["create", "update"],
    types: ["aws:lb/loadBalancer:LoadBalancer"],
    refuse: ({ account, inputs }) => {
      const logs = inputs["accessLogs"] as { bucket?: string; enabled?: boolean } | undefined;
      if (logs?.enabled !== true) return undefined;
      const policy = account
        .all("aws:s3/bucketPolicy:BucketPolicy")
        .find(({ outputs }) => outputs["bucket"] === logs.bucket);
      return String(policy?.outputs["policy"]).includes("s3:PutObject")
        ? undefined
        : `InvalidConfigurationRequest: Access Denied for bucket: ${logs.bucket}. Please check S3bucket permission`;
    },
  },
];
