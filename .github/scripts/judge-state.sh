#!/usr/bin/env bash
# Judges the exported state of a stack with the policy pack.
#
#   judge-state.sh STACK FILE
#
# Writes the verdict to FILE. Exit code 0: nothing mandatory; 2: findings; anything else: could not judge.
set -uo pipefail

stack=$1 file=$2
folder=$(mktemp -d)
# The state holds every resource, and its secrets encrypted: it is not left behind.
trap 'rm -rf "$folder"' EXIT
if ! pulumi stack export --stack "$stack" --file "$folder/state.json" >"$folder/log" 2>&1; then
  cp "$folder/log" "$file"
  exit 1
fi
npm run --silent policy -- --state "$folder/state.json" --config "policies/config.$stack.json" >"$folder/log" 2>&1
code=$?
{
  echo "Verdict of the policy pack over the state of \`$stack\`."
  echo
  echo '~~~~~~~~'
  head -c 50000 "$folder/log"
  echo '~~~~~~~~'
} >"$file"
exit "$code"
