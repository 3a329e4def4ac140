import { createHash } from "node:crypto";
import type { Place, Properties } from "./types";

type Answer = (inputs: Properties, place: Place) => Properties;

/** Digits that are the same for the same question every time. */
const hash = (...parts: unknown[]) =>
  createHash("sha256").update(JSON.stringify(parts)).digest("hex");

/** Reads that the program makes while it runs, and what AWS would answer. */
const answers: Readonly<Record<string, Answer>> = {
  "aws:index/getCallerIdentity:getCallerIdentity": (_, place) => ({
    accountId: place.accountId,
    arn: `arn:aws:iam::${place.accountId}:role/plan`,
    id: place.accountId,
    userId: "AROAPLAN",
  }),
  "aws:index/getRegion:getRegion": (_, place) => ({
    region: place.region,
    id: place.region,
    name: place.region,
  }),
  // A VPC that exists already: what is asked for is there and as it should be.
  "aws:ec2/getVpc:getVpc": (inputs, place) => ({
    ...inputs,
    arn: `arn:aws:ec2:${place.region}:${place.accountId}:vpc/${String(inputs["id"])}`,
    cidrBlock: place.existingNetwork?.cidr ?? "10.40.0.0/16",
    cidrBlockAssociations: [],
    enableDnsHostnames: true,
    enableDnsSupport: true,
    state: "available",
  }),
  "aws:ec2/getSubnet:getSubnet": (inputs, place) => ({
    ...inputs,
    arn: `arn:aws:ec2:${place.region}:${place.accountId}:subnet/${String(inputs["id"])}`,
    state: "available",
    mapPublicIpOnLaunch: false,
    vpcId: place.existingNetwork?.vpcId,
    availabilityZone: place.existingNetwork?.zoneOfSubnet[String(inputs["id"])],
    cidrBlock: place.existingNetwork?.cidr,
  }),
  "aws:ec2/getVpcEndpoint:getVpcEndpoint": (inputs) => ({
    ...inputs,
    id: `vpce-${hash(inputs["vpcId"], inputs["serviceName"]).slice(0, 17)}`,
    vpcEndpointType: "Gateway",
    state: "available",
  }),
  "aws:ec2/getRouteTable:getRouteTable": (inputs) => ({
    ...inputs,
    id: `rtb-${hash(inputs["subnetId"]).slice(0, 17)}`,
    routeTableId: `rtb-${hash(inputs["subnetId"]).slice(0, 17)}`,
  }),
};

/** @throws Error for a read that is not described. */
export function invoke(token: string, inputs: Properties, place: Place): Properties {
  const answer = answers[token];
  if (answer === undefined) {
    throw new Error(
      `the stand-in does not know the function ${token}: describe it in standin/invoke.ts`,
    );
  }
  return answer(inputs, place);
}
