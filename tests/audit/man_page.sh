#!/usr/bin/env bash
# The manual page has no mistakes for man's formatter, and tells of every command and exit code. The one argument is
# the program.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$1" man > "$work/nnc.1"
for section in NAME SYNOPSIS DESCRIPTION OPTIONS COMMANDS 'EXIT STATUS' ENVIRONMENT FILES EXAMPLES; do
  grep -qx "\.SH $section" "$work/nnc.1" || { echo "there is no section $section"; exit 1; }
done
for verb in run check plan summary report why diff ls show clean verify fmt explain doctor completions lsp man help; do
  grep -qx "\.SS $verb" "$work/nnc.1" || { echo "$verb is not described"; exit 1; }
done
if command -v man > /dev/null; then
  complaints=$(LC_ALL=C.UTF-8 MANROFFSEQ='' MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z "$work/nnc.1" 2>&1 > /dev/null)
  [ -z "$complaints" ] || { echo "man complains:"; echo "$complaints"; exit 1; }
else
  echo "man is not installed: its warnings are not tested"
fi
