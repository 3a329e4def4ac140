#!/usr/bin/env bash
# After a ring task died uncleanly: makes the others flush what they hold, so that the ring may lose one again.
#
#   operate/flush-ring.sh NAME RING DEAD
#
#   NAME  lgtm:name of the stack (lgtm, lgtm-dev)
#   RING  mimir | loki-ingester | tempo-ingester
#   DEAD  number of the replica that died (0, 1, 2): it has nothing to flush
#
# What was acknowledged since the last flush lies on the survivors alone. If one of them dies too, reads are short
# without an error (measured). The request comes from inside: a task of the Alloy collector's definition, which may
# reach every server, in whose init container this asks instead; it ends with an error on purpose, so that no second
# collector starts. Needs ecs:RunTask and iam:PassRole for the collector's roles.
set -euo pipefail

name=$1 ring=$2 dead=$3
case "$ring" in
mimir) request='9009/ingester/flush?wait=true' ;;
loki-ingester) request='3100/flush' ;;
tempo-ingester) request='3200/flush' ;;
*)
  echo "RING is mimir, loki-ingester or tempo-ingester, not $ring" >&2
  exit 2
  ;;
esac
cluster="$name-cluster" collector="$name-alloy-collector"

read -r definition < <(aws ecs describe-services --cluster "$cluster" --services "$collector" \
  --query 'services[0].taskDefinition' --output text)
network=$(aws ecs describe-services --cluster "$cluster" --services "$collector" \
  --query 'services[0].networkConfiguration' --output json)
services=$(aws ecs list-services --cluster "$cluster" --query 'serviceArns[]' --output text |
  tr '\t ' '\n\n' | sed 's|.*/||' | grep -E "^$name-$ring-[0-9]+$" | grep -vx "$name-$ring-$dead" | sort || true)
[ -n "$services" ] || {
  echo "no survivors of $name-$ring in $cluster" >&2
  exit 1
}

failed=0
for service in $services; do
  task=$(aws ecs list-tasks --cluster "$cluster" --service-name "$service" --query 'taskArns[0]' --output text)
  address=$(aws ecs describe-tasks --cluster "$cluster" --tasks "$task" --output text \
    --query "tasks[0].attachments[0].details[?name=='privateIPv4Address'].value | [0]")
  # 42 is "flushed": any other code, a missing wget among them, is not. (wget's -T crashes BusyBox 1.35: measured.)
  command="wget -q -O /dev/null --post-data '' 'http://$address:$request' && exit 42; exit 1"
  overrides=$(printf '{"containerOverrides":[{"name":"init","command":["%s"]}]}' "$command")
  flush=$(aws ecs run-task --cluster "$cluster" --task-definition "$definition" --count 1 \
    --capacity-provider-strategy capacityProvider=FARGATE,weight=1 --network-configuration "$network" \
    --overrides "$overrides" --started-by flush-ring --query 'tasks[0].taskArn' --output text)
  aws ecs wait tasks-stopped --cluster "$cluster" --tasks "$flush"
  code=$(aws ecs describe-tasks --cluster "$cluster" --tasks "$flush" --output text \
    --query "tasks[0].containers[?name=='init'].exitCode | [0]")
  if [ "$code" = 42 ]; then
    echo "$service ($address): flushed"
  else
    echo "$service ($address): NOT flushed (exit code $code)" >&2
    failed=1
  fi
done
exit "$failed"
