import { resourceRule, type Rule } from "../rule";

const ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint";

const privateDns = resourceRule({
  id: "network-endpoint-names",
  subject: "network",
  rationale:
    "An interface endpoint without private DNS is paid for and unused: the service's name still leads through NAT.",
  source: "https://docs.aws.amazon.com/vpc/latest/privatelink/manage-dns-names.html",
  mend: "Set privateDnsEnabled to true",
  scope: "any",
  reads: { [ENDPOINT]: ["vpcEndpointType", "privateDnsEnabled"] },
  severity: "medium",
  judge(endpoint, judgement) {
    if (endpoint.at("vpcEndpointType").text() !== "Interface") return;
    if (endpoint.at("privateDnsEnabled").boolean() === true) return;
    judgement.report(endpoint, { finding: "privateDnsEnabled", says: "it answers under no name" });
  },
});

export const networkEndpointRules: readonly Rule[] = [privateDns];
