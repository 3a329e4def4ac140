import { DescribeCertificateCommand } from "@aws-sdk/client-acm";
import { GetHostedZoneCommand } from "@aws-sdk/client-route-53";
import {
  ask,
  type Check,
  failed,
  type Finding,
  notChecked,
  ok,
  orMissing,
  warning,
} from "../check";
import type { Clients } from "../clients";
import type { Target } from "./target";

/** Name servers that the Internet sees for a domain, lower case without the final dot. */
export type ResolveNameServers = (domain: string) => Promise<readonly string[]>;

/** Days before its end at which a certificate that AWS does not renew by itself is worth a word. */
const SOON_DAYS = 30;

/** Will the hosts have a certificate, and will anybody find them? */
export function frontDoorChecks(
  target: Target,
  clients: Clients,
  resolveNameServers: ResolveNameServers,
): Check[] {
  const { certificateArn, hostedZoneId } = target.config.ingress;
  return [
    ...(certificateArn === undefined
      ? []
      : [
          {
            id: "certificate",
            what: "certificate of the hosts",
            run: () => certificate(target, certificateArn, clients),
          },
        ]),
    ...(hostedZoneId === undefined
      ? []
      : [
          {
            id: "hosted-zone",
            what: `hosted zone ${hostedZoneId}`,
            run: () => hostedZone(target, hostedZoneId, clients, resolveNameServers),
          },
        ]),
  ];
}

async function certificate(
  { hosts, config }: Target,
  arn: string,
  { acm }: Clients,
): Promise<Finding> {
  const region = arn.split(":")[3];
  if (region !== config.region) {
    return failed(
      `${arn} is in ${region}; a load balancer takes one of its own region`,
      `request it in ${config.region}`,
    );
  }
  const found = await orMissing(["ResourceNotFoundException"], () =>
    ask("acm:DescribeCertificate", () =>
      acm.send(new DescribeCertificateCommand({ CertificateArn: arn })),
    ),
  );
  const request = `aws acm request-certificate --region ${config.region} --domain-name '*.${config.domain}' --validation-method DNS, then lgtm:ingress.certificateArn`;
  if (found?.Certificate === undefined) return failed(`${arn} does not exist`, request);
  const { Status, SubjectAlternativeNames, DomainName, NotAfter, RenewalEligibility } =
    found.Certificate;
  if (Status !== "ISSUED") {
    return failed(
      `is ${Status}`,
      Status === "PENDING_VALIDATION"
        ? "make the CNAME records that `aws acm describe-certificate` names, and wait"
        : request,
    );
  }
  const names = SubjectAlternativeNames ?? (DomainName === undefined ? [] : [DomainName]);
  const uncovered = hosts.filter((host) => !names.some((name) => covers(name, host)));
  if (uncovered.length > 0)
    return failed(`covers ${names.join(", ")}, not ${uncovered.join(", ")}`, request);
  const days = NotAfter === undefined ? Infinity : (NotAfter.getTime() - Date.now()) / 86_400_000;
  if (days < 0) return failed(`ended on ${NotAfter?.toISOString().slice(0, 10)}`, request);
  if (days < SOON_DAYS && RenewalEligibility !== "ELIGIBLE") {
    return warning(`ends in ${Math.floor(days)} days, and ACM will not renew it`, request);
  }
  return ok(`issued, covers ${hosts.join(", ")}`);
}

/** Whether a certificate's name covers a host; a wildcard stands for one label (RFC 6125, 6.4.3). */
export function covers(name: string, host: string): boolean {
  const [pattern, wanted] = [name.toLowerCase(), host.toLowerCase()];
  if (!pattern.startsWith("*.")) return pattern === wanted;
  const dot = wanted.indexOf(".");
  return dot > 0 && wanted.slice(dot + 1) === pattern.slice(2);
}

async function hostedZone(
  { config }: Target,
  id: string,
  { route53 }: Clients,
  resolveNameServers: ResolveNameServers,
): Promise<Finding> {
  const found = await orMissing(["NoSuchHostedZone"], () =>
    ask("route53:GetHostedZone", () => route53.send(new GetHostedZoneCommand({ Id: id }))),
  );
  if (found?.HostedZone === undefined)
    return failed("does not exist in this account", "correct lgtm:ingress.hostedZoneId");
  const zone = plain(found.HostedZone.Name ?? "");
  if (config.domain !== zone && !config.domain.endsWith(`.${zone}`)) {
    return failed(
      `is of ${zone}; the hosts are below ${config.domain}`,
      "name the zone of lgtm:domain",
    );
  }
  if (found.HostedZone.Config?.PrivateZone === true) {
    return failed(
      `${zone} is a private zone: ACM cannot validate a certificate in it`,
      "name a public zone",
    );
  }
  const own = (found.DelegationSet?.NameServers ?? []).map(plain);
  let seen: readonly string[];
  try {
    seen = (await resolveNameServers(zone)).map(plain);
  } catch (error) {
    return notChecked(
      `nobody answers for ${zone}: ${error instanceof Error ? error.message : String(error)}`,
      `delegate ${zone} to ${own.join(", ")}`,
    );
  }
  return seen.length > 0 && seen.every((server) => own.includes(server))
    ? ok(`answers for ${zone}`)
    : failed(
        `${zone} is answered by ${seen.join(", ") || "nobody"}, not by this zone: no record made here is seen`,
        `delegate ${zone} to ${own.join(", ")}`,
      );
}

const plain = (name: string) => name.toLowerCase().replace(/\.$/, "");
