import type {
  Listener,
  ListenerAction,
  ListenerCondition,
  LoadBalancer,
  TargetGroup,
} from "../types";

/** How the stand-in listens; everything else comes from the plan. */
export interface FrontDoorPlace {
  /** Address to listen on: any, in a network namespace of its own. */
  readonly address: string;
  /** Where the plan's ports are not free: the port to listen on instead, by the plan's port. */
  readonly ports?: Readonly<Record<number, number>>;
  /** PEM file with certificate and key of the public hosts. */
  readonly certificateFile: string;
  /** Unix socket through which targets come and go. */
  readonly socketFile: string;
  /** Host names of a target group's targets where they never change; absent: they come and go through the socket. */
  readonly targetNames?: (group: TargetGroup) => readonly string[];
}

/** Most targets of one group at a time: old and new tasks of a replacement, with room. */
export const SLOTS_PER_GROUP = 12;

/** HAProxy's name of each algorithm; requests under way count as connections do. */
const algorithms: Readonly<Record<TargetGroup["algorithm"], string>> = {
  round_robin: "roundrobin",
  least_outstanding_requests: "leastconn",
  weighted_random: "random",
};

/** Name of a target group's backend in HAProxy. */
export const backendName = (group: Pick<TargetGroup, "name">): string => group.name;

/**
 * HAProxy's configuration for a front door: an application load balancer as far as a client can tell one from the
 * other. Differences that are known: HAProxy answers 503 where an ALB answers 502 or 504 for a target that is gone.
 *
 * Sources of how the ALB behaves: docs.aws.amazon.com/elasticloadbalancing/latest/application/
 * rule-condition-types.html (paths with case, hosts and header values without; `*`, `?`),
 * target-group-health-checks.html (fails open where no target is healthy; first checks before any traffic),
 * x-forwarded-headers.html, load-balancer-troubleshooting.html (10 s to connect to a target).
 */
export function haproxyConfiguration(
  balancer: LoadBalancer,
  groups: readonly TargetGroup[],
  place: FrontDoorPlace,
): string {
  return [
    "global",
    // One thread: two lines of the runtime API are not interleaved with a health check.
    "  nbthread 1",
    "  log stdout format raw local0",
    `  stats socket ${place.socketFile} mode 600 level admin`,
    "  stats timeout 1m",
    "  hard-stop-after 5s",
    "  tune.bufsize 32768",
    "",
    "defaults",
    "  mode http",
    "  log global",
    "  option forwardfor",
    "  retries 0",
    "  timeout connect 10s",
    `  timeout client ${balancer.idleTimeoutSeconds}s`,
    `  timeout server ${balancer.idleTimeoutSeconds}s`,
    // No queue: without a target the answer is 503 at once.
    "  timeout queue 1s",
    '  log-format "%ci %HM %[var(txn.host)] %HP %ST %b %s rule=%[var(txn.rule)] total=%Tt ms end=%ts"',
    "",
    ...balancer.listeners.flatMap((listener) => [
      ...frontend(listener, balancer, groups, place),
      "",
    ]),
    // A container that is started anew has another address.
    ...(place.targetNames ? ["resolvers names", "  parse-resolv-conf", "  hold valid 5s", ""] : []),
    ...groups.flatMap((group) => [...backend(group, place.targetNames?.(group)), ""]),
  ].join("\n");
}

function frontend(
  listener: Listener,
  balancer: LoadBalancer,
  groups: readonly TargetGroup[],
  place: FrontDoorPlace,
): readonly string[] {
  const tls =
    listener.protocol === "HTTPS"
      ? ` ssl crt ${place.certificateFile} alpn h2,http/1.1 ssl-min-ver TLSv1.2`
      : "";
  const port = place.ports?.[listener.port] ?? listener.port;
  return [
    `frontend port-${listener.port}`,
    `  bind ${place.address}:${port}${tls}`,
    "  http-request set-var(txn.host) hdr(host),host_only",
    ...(balancer.dropInvalidHeaderFields ? ["  http-request del-header [^-A-Za-z0-9] -m reg"] : []),
    `  http-request set-header X-Forwarded-Proto ${listener.protocol.toLowerCase()}`,
    `  http-request set-header X-Forwarded-Port ${listener.port}`,
    ...listener.rules.map(
      ({ name, conditions }) =>
        `  http-request set-var(txn.rule) str(${name}) if !{ var(txn.rule) -m found } ` +
        conditions.map(test).join(" "),
    ),
    ...[
      ...listener.rules.map(({ name, action }) => ({
        when: `{ var(txn.rule) -m str ${name} }`,
        action,
      })),
      { when: "!{ var(txn.rule) -m found }", action: listener.defaultAction },
    ]
      .map(({ when, action }) => `  ${answer(action, groups)} if ${when}`)
      // HAProxy warns of any other order; the conditions exclude each other.
      .sort((a, b) => Number(a.includes("use_backend")) - Number(b.includes("use_backend"))),
  ];
}

function test(condition: ListenerCondition): string {
  switch (condition.kind) {
    case "host":
      return `{ var(txn.host) -m reg -i ${patterns(condition.values)} }`;
    case "path":
      return `{ path -m reg ${patterns(condition.values)} }`;
    case "header":
      return `{ req.fhdr(${condition.header}) -m reg -i ${patterns(condition.values)} }`;
    case "method":
      return `{ method ${condition.values.join(" ")} }`;
    case "sourceIp":
      return `{ src ${condition.values.join(" ")} }`;
  }
}

const patterns = (values: readonly string[]): string =>
  values.map((value) => `'${regularExpression(value)}'`).join(" ");

/** A pattern of a listener rule as a regular expression: `*` is any text, `?` one character. */
export function regularExpression(pattern: string): string {
  if (/['\n]/.test(pattern)) throw new Error(`${pattern} does not fit HAProxy's quoting`);
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return `^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`;
}

function answer(action: ListenerAction, groups: readonly TargetGroup[]): string {
  switch (action.kind) {
    case "forward": {
      const group = groups.find(({ arn }) => arn === action.targetGroupArn);
      if (group === undefined) throw new Error(`no target group ${action.targetGroupArn}`);
      return `use_backend ${backendName(group)}`;
    }
    case "fixedResponse":
      return (
        `http-request return status ${action.statusCode} content-type ${action.contentType} ` +
        `string '${action.body.replaceAll("'", "")}'`
      );
    case "redirect":
      return `http-request redirect code ${action.statusCode} location ${location(action)}`;
  }
}

/** Where a redirect leads; `#{host}` and its like are what the request had. */
function location(action: Extract<ListenerAction, { kind: "redirect" }>): string {
  const { protocol, host, port, path, query } = action;
  if (path !== "/#{path}" || query !== "#{query}")
    throw new Error("a redirect that changes path or query is not stood in for");
  if (protocol.includes("#{") || port.includes("#{"))
    throw new Error("a redirect that keeps protocol or port is not stood in for");
  return `${protocol.toLowerCase()}://${host.replace("#{host}", "%[var(txn.host)]")}:${port}%[pathq]`;
}

function backend(group: TargetGroup, names?: readonly string[]): readonly string[] {
  const { healthCheck } = group;
  const grpc = group.protocolVersion === "GRPC";
  const protocol = group.protocolVersion === "HTTP1" ? "" : " proto h2";
  const check = [
    `check inter ${healthCheck.intervalSeconds}s rise ${healthCheck.healthyThreshold}`,
    `fall ${healthCheck.unhealthyThreshold} port ${healthCheck.port}${protocol === "" ? "" : " check-proto h2"}`,
  ].join(" ");
  return [
    `backend ${backendName(group)}`,
    `  balance ${algorithms[group.algorithm]}`,
    `  timeout check ${healthCheck.timeoutSeconds}s`,
    "  option httpchk",
    ...(grpc
      ? [
          `  http-check send meth POST uri ${healthCheck.path} ver HTTP/2.0 hdr host target hdr user-agent ELB-HealthChecker/2.0 hdr content-type application/grpc hdr te trailers`,
          `  http-check expect hdr name "grpc-status" value -m reg '${grpcStatuses(healthCheck.matcher)}'`,
        ]
      : [
          `  http-check send meth GET uri ${healthCheck.path} ver ${protocol === "" ? "HTTP/1.1" : "HTTP/2.0"} hdr Host target hdr User-Agent ELB-HealthChecker/2.0`,
          `  http-check expect status ${healthCheck.matcher}`,
        ]),
    // An ALB whose targets are all unhealthy asks all of them: each target has a second entry, used when no first is.
    "  option allbackups",
    ...(names?.flatMap((name, index) => {
      const place = `${name}:${group.port} resolvers names init-addr none`;
      return [
        `  server target${index + 1} ${place} ${check}${protocol}`,
        `  server open${index + 1} ${place} backup${protocol}`,
      ];
    }) ?? [
      `  server-template target 1-${SLOTS_PER_GROUP} 0.0.0.0:${group.port} disabled ${check}${protocol}`,
      `  server-template open 1-${SLOTS_PER_GROUP} 0.0.0.0:${group.port} disabled backup${protocol}`,
    ]),
  ];
}

/** The gRPC status codes of a matcher, such as `0-99` or `0,12`, as a regular expression. */
function grpcStatuses(matcher: string): string {
  const codes = matcher.split(",").flatMap((part) => {
    const [from = NaN, to = from] = part.split("-").map(Number);
    if (!Number.isInteger(from) || !Number.isInteger(to))
      throw new Error(`${matcher} is no list of gRPC status codes`);
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
  return `^(${codes.join("|")})$`;
}
