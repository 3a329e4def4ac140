#!/usr/bin/env bash
# Writes a comment on a pull request, or rewrites the one it wrote before.
#
#   comment.sh PULL_REQUEST MARKER FILE
#
# MARKER tells this comment from others. Wants GH_REPO and GH_TOKEN.
set -euo pipefail

pull_request=$1 marker="<!-- $2 -->" file=$3
[[ "$pull_request" =~ ^[0-9]+$ ]] || {
  echo "$pull_request is no number of a pull request" >&2
  exit 2
}
body=$(mktemp)
trap 'rm -f "$body"' EXIT
{
  echo "$marker"
  # GitHub refuses more than 65,536 characters.
  head -c 60000 "$file"
  if [ "$(wc -c <"$file")" -gt 60000 ]; then
    printf '\n\n…cut: the whole is in the summary of the run.\n'
  fi
} >"$body"

existing=$(gh api --paginate "repos/$GH_REPO/issues/$pull_request/comments" \
  --jq ".[] | select(.body | startswith(\"$marker\")) | .id" | head -n 1)
if [ -n "$existing" ]; then
  gh api --method PATCH "repos/$GH_REPO/issues/comments/$existing" -F "body=@$body" >/dev/null
  echo "rewrote comment $existing"
else
  gh api --method POST "repos/$GH_REPO/issues/$pull_request/comments" -F "body=@$body" >/dev/null
  echo "wrote a comment"
fi
