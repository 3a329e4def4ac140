#!/usr/bin/env bash
# Looks for changes made behind Pulumi's back, without changing anything.
#
#   drift.sh STACK FILE
#
# Writes what it saw to FILE. Exit code 0: none; 4: drift; anything else: could not look.
set -uo pipefail

stack=$1 file=$2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
pulumi refresh --stack "$stack" --preview-only --expect-no-changes --diff --non-interactive --color never >"$log" 2>&1
code=$?
# The engine's own words; any other failure (credentials, a locked backend) is not drift.
if [ "$code" -ne 0 ] && grep -qE "no changes were expected( for [a-z]+)? but changes" "$log"; then code=4; fi
{
  case "$code" in
  0) echo "No drift of \`$stack\`." ;;
  4) echo "\`$stack\` is not as it was deployed. \`pulumi up\` puts it back; \`pulumi refresh\` accepts it." ;;
  *) echo "Drift of \`$stack\` could not be looked for (exit code $code)." ;;
  esac
  echo
  echo '~~~~~~~~'
  tail -c 50000 "$log"
  echo '~~~~~~~~'
} >"$file"
exit "$code"
