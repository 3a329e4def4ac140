#!/usr/bin/env bash
# Plans one stack and compares it with the plan of the base branch.
#
#   plan-diff.sh STACK BASE_CHECKOUT OUTPUT_FOLDER [--allow-data-loss]
#
# Writes OUTPUT_FOLDER/STACK.md for the comment on the pull request. Exit code: the plan's own (2 policy, 3 data loss);
# a base branch that cannot be planned (a first commit, a broken one) is said and is no failure of this change.
set -uo pipefail

stack=$1 base=$2 out=$3
shift 3
mkdir -p "$out"
page="$out/$stack.md"

if [ ! -f "$base/Pulumi.$stack.yaml" ]; then
  npm run --silent plan -- "$stack" >"$out/$stack.txt" 2>&1
  code=$?
  echo "### Plan of \`$stack\`: a new stack" >"$page"
elif ! npm --prefix "$base" run --silent plan -- "$stack" --out "$out/base-$stack" >"$out/base-$stack.txt" 2>&1; then
  npm run --silent plan -- "$stack" >"$out/$stack.txt" 2>&1
  code=$?
  {
    echo "### Plan of \`$stack\`: nothing to compare with"
    echo
    echo "The base branch could not be planned."
  } >"$page"
else
  npm run --silent plan -- "$stack" --diff "$out/base-$stack/plan.json" --markdown "$@" >"$page" 2>"$out/$stack.txt"
  code=$?
fi

if [ "$code" -ne 0 ] && [ "$code" -ne 3 ]; then
  {
    echo "### Plan of \`$stack\` failed (exit code $code)"
    echo
    echo '~~~~~~~~'
    # The last lines hold what is wrong; a comment has room for 65,536 characters in all.
    tail -c 15000 "$out/$stack.txt"
    tail -c 15000 "$page" | grep -v '^### ' || true
    echo '~~~~~~~~'
  } >"$page.new"
  mv "$page.new" "$page"
fi
exit "$code"
