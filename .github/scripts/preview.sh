#!/usr/bin/env bash
# Previews a stack with the policy pack and writes the page for a comment.
#
#   preview.sh STACK FILE [OPTION ...]      options go to `pulumi preview`
set -uo pipefail

stack=$1 file=$2
shift 2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
pulumi preview --stack "$stack" --diff --non-interactive --color never \
  --policy-pack policies --policy-pack-config "policies/config.$stack.json" "$@" >"$log" 2>&1
code=$?
{
  if [ "$code" -eq 0 ]; then echo "### Preview of \`$stack\`"; else echo "### Preview of \`$stack\` failed (exit code $code)"; fi
  echo
  echo '<details><summary>Output</summary>'
  echo
  echo '~~~~~~~~'
  # What was decided stands at the end.
  tail -c 55000 "$log"
  echo '~~~~~~~~'
  echo
  echo '</details>'
} >"$file"
cat "$log"
exit "$code"
