"""Extracts from botocore's service models what AWS demands of the operations that the stand-in answers.

    python3 -m venv ~/.cache/lgtm-fargate/botocore
    ~/.cache/lgtm-fargate/botocore/bin/pip install botocore==1.44.5
    ~/.cache/lgtm-fargate/botocore/bin/python standin/shapes/generate.py > standin/shapes/shapes.json
"""

import json
import sys

import botocore
import botocore.session

OPERATIONS = {
    "acm": ["RequestCertificate"],
    "application-autoscaling": ["PutScalingPolicy", "PutScheduledAction", "RegisterScalableTarget"],
    "budgets": ["CreateBudget"],
    "cloudwatch": ["PutMetricAlarm"],
    "ec2": [
        "AssociateRouteTable",
        "AttachInternetGateway",
        "AuthorizeSecurityGroupEgress",
        "AuthorizeSecurityGroupIngress",
        "CreateFlowLogs",
        "CreateNatGateway",
        "CreateRoute",
        "CreateRouteTable",
        "CreateSecurityGroup",
        "CreateSubnet",
        "CreateVpc",
        "CreateVpcEndpoint",
    ],
    "ecr": ["CreatePullThroughCacheRule"],
    "ecs": ["CreateCluster", "CreateService", "PutClusterCapacityProviders", "RegisterTaskDefinition"],
    "elbv2": ["CreateListener", "CreateLoadBalancer", "CreateRule", "CreateTargetGroup"],
    "events": ["PutRule", "PutTargets"],
    "iam": ["CreateRole", "PutRolePolicy"],
    "logs": ["CreateLogGroup", "PutRetentionPolicy"],
    "rds": ["CreateDBInstance", "CreateDBParameterGroup", "CreateDBSubnetGroup"],
    "s3": [
        "CreateBucket",
        "PutBucketEncryption",
        "PutBucketLifecycleConfiguration",
        "PutBucketOwnershipControls",
        "PutBucketPolicy",
        "PutBucketVersioning",
        "PutPublicAccessBlock",
    ],
    "secretsmanager": ["CreateSecret", "PutSecretValue"],
    "sns": ["CreateTopic", "SetTopicAttributes", "Subscribe"],
    "servicediscovery": ["CreatePrivateDnsNamespace", "CreateService"],
}

NUMBERS = {"integer": "integer", "long": "integer", "float": "number", "double": "number"}


class Service:
    """Collects the shapes that the operations of one service reach; equal shapes are kept once, by name."""

    def __init__(self, model):
        self.model = model
        self.shapes = {}

    def reach(self, shape):
        if shape.name in self.shapes:
            return shape.name
        entry = self.shapes[shape.name] = {"type": NUMBERS.get(shape.type_name, shape.type_name)}
        limits = {key: shape.metadata[key] for key in ("min", "max", "pattern") if key in shape.metadata}
        entry.update(limits)
        if shape.type_name == "structure":
            if shape.required_members:
                entry["required"] = sorted(shape.required_members)
            entry["members"] = {name: self.reach(member) for name, member in sorted(shape.members.items())}
        elif shape.type_name == "list":
            entry["of"] = self.reach(shape.member)
        elif shape.type_name == "map":
            entry["key"] = self.reach(shape.key)
            entry["of"] = self.reach(shape.value)
        elif getattr(shape, "enum", None):
            entry["enum"] = sorted(shape.enum)
        return shape.name


def main():
    session = botocore.session.get_session()
    services = {}
    for name, operations in OPERATIONS.items():
        service = Service(session.get_service_model(name))
        inputs = {each: service.reach(service.model.operation_model(each).input_shape) for each in operations}
        services[name] = {
            "apiVersion": service.model.api_version,
            "operations": inputs,
            "shapes": dict(sorted(service.shapes.items())),
        }
    json.dump(
        {"source": f"botocore {botocore.__version__}, service-2.json of each service", "services": services},
        sys.stdout,
        separators=(",", ":"),
        sort_keys=True,
    )
    sys.stdout.write("\n")


main()
