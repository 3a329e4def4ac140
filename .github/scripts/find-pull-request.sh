#!/usr/bin/env bash
# Number of the open pull request of a head branch at a commit; nothing where there is none. A workflow_run event of a
# fork does not name it.
#
#   find-pull-request.sh OWNER BRANCH COMMIT
set -euo pipefail

owner=$1 branch=$2 commit=$3
[[ "$commit" =~ ^[0-9a-f]{40}$ ]] || {
  echo "$commit is no commit" >&2
  exit 2
}
gh api --method GET "repos/$GH_REPO/pulls" -f state=open -f "head=$owner:$branch" \
  --jq ".[] | select(.head.sha == \"$commit\") | .number" | head -n 1
