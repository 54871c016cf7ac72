#!/usr/bin/env bash
# Every command that the README gives for build/release/nnc works as written, and every example checks.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# As in a fresh clone, whatever was run before.
NNC_STORE=$(mktemp -d)
export NNC_STORE
trap 'rm -rf "$NNC_STORE"' EXIT

count=0
while IFS= read -r line; do
  command="${line%%#*}"
  printf '$ %s\n' "$command"
  bash -c "$command" > /dev/null
  count=$((count + 1))
done < <(grep '^build/release/nnc ' README.md)
# The table that it shows of the first program is the one that is printed, but for the time.
shown=$(build/release/nnc run examples/quickstart.nn 2> /dev/null | grep -o '.*train.accuracy')
grep -qF "$shown" README.md || { echo "the README shows another table than: $shown" >&2; exit 1; }
for example in examples/*.nn; do
  build/release/nnc check "$example"
done
[ "$count" -gt 0 ] || { echo "the README gives no command" >&2; exit 1; }
