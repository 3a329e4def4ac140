#!/usr/bin/env bash
# Deploys a stack and proves it: policy pack, deployment, every service at its revision, then a push and a read of every signal.
#
#   deploy.sh STACK [--plan FILE]      only what FILE says is done; anything else stops the deployment
#
# A front door that lets in the VPC or named addresses only is not tried from here; `npm run smoke` says so.
set -euo pipefail

stack=$1
shift
pulumi up --stack "$stack" --yes --non-interactive --color never \
  --policy-pack policies --policy-pack-config "policies/config.$stack.json" "$@"
# `up` is green after a rollback by ECS's circuit breaker: this is not.
npm run --silent verify -- "$stack"
npm run --silent smoke -- "$stack"
