#!/usr/bin/env bash
# Keeps one issue open while something is wrong, and closes it when it is not.
#
#   issue.sh open TITLE FILE     opens the issue, or comments on the open one when its text has changed
#   issue.sh close TITLE         closes the open one, where there is one
#
# Wants GH_REPO and GH_TOKEN.
set -euo pipefail

what=$1 title=$2
number=$(gh issue list --state open --limit 200 --json number,title \
  --jq ".[] | select(.title == \"$title\") | .number" | head -n 1)

case "$what" in
open)
  body=$(mktemp)
  trap 'rm -f "$body"' EXIT
  head -c 60000 "$3" >"$body"
  if [ -z "$number" ]; then
    gh issue create --title "$title" --body-file "$body"
  else
    gh issue edit "$number" --body-file "$body"
  fi
  ;;
close)
  [ -z "$number" ] || gh issue close "$number" --comment "Gone."
  ;;
*)
  echo "issue.sh open|close TITLE [FILE]" >&2
  exit 2
  ;;
esac
