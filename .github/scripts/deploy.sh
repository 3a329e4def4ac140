#!/usr/bin/env bash
# Deploys a stack and proves it: policy pack, deployment, every service at its revision, then the smoke hook.
#
#   deploy.sh STACK [--plan FILE]      only what FILE says is done; anything else stops the deployment
#
# The smoke hook is the script `smoke` of package.json, where there is one: `npm run smoke -- STACK`.
set -euo pipefail

stack=$1
shift
pulumi up --stack "$stack" --yes --non-interactive --color never \
  --policy-pack policies --policy-pack-config "policies/config.$stack.json" "$@"
# `up` is green after a rollback by ECS's circuit breaker: this is not.
npm run --silent verify -- "$stack"
npm run --silent --if-present smoke -- "$stack"
