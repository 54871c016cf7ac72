#!/usr/bin/env bash
# A reader that goes away ends a command quietly, as SIGPIPE would, and a run does all its work; a full disk is an error.
# The one argument is the program.
set -euo pipefail
nnc=$(readlink -f "$1")
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

failed=0
# expect CODE ERROR WORDS...: so the command ends whose output nobody reads.
expect() {
  local code=0 wanted=$1 message=$2
  shift 2
  # The reader is gone before the first word.
  { sleep 0.2; "$nnc" "$@" 2> err || code=$?; echo "$code" > code; } | true
  [ "$(cat code)" = "$wanted" ] && [ "$(cat err)" = "$message" ] && return
  printf 'nnc %s: exit code %s and not %s, with "%s"\n' "$*" "$(cat code)" "$wanted" "$(cat err)"
  failed=1
}

expect 141 '' man
expect 141 '' explain
expect 141 '' explain E0404 --json
expect 141 '' --help
printf 'model m { dence(2) }\n' > wrong.nn
expect 1 '' check wrong.nn --json

code=0
"$nnc" man > /dev/full 2> err || code=$?
[ "$code" = 2 ] && grep -q 'cannot write to standard output' err || { echo "a full disk: exit code $code"; failed=1; }

cp "$root/examples/quickstart.nn" .
{ sleep 0.2; code=0; "$nnc" run quickstart.nn --smoke --out whole 2> err || code=$?; echo "$code" > code; } | true
[ "$(cat code)" = 141 ] && ! grep -q error err && [ -s whole/report.html ] && "$nnc" ls quickstart.nn | grep -q baseline ||
  { echo "a run without a reader: exit code $(cat code)"; cat err; failed=1; }
exit $failed
