#!/usr/bin/env bash
# Every header compiles alone: headers_alone.sh COMPILER [FLAGS...], from the root of the project.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
compile() {
  header=$1
  shift
  printf '#include "%s"\n' "$header" > "$folder/${header//\//_}.cpp"
  "$@" -std=c++20 -fsyntax-only -I. "$folder/${header//\//_}.cpp" || { echo "does not compile alone: $header" >&2; return 1; }
}
export -f compile
export folder
# A header that its own source includes first compiles alone wherever that source is compiled as one file, as in the
# release build. What is left has no such source.
proved() {
  local source="${1%.hpp}.cpp"
  [ -f "$source" ] && [ "$(grep --max-count=1 '^#include' "$source")" = "#include \"$1\"" ]
}
# Headers under fast/ are compiled once per instruction set by their sources, through a macro of the SIMD library.
find compiler runtime stdlib -name '*.hpp' -not -path 'runtime/kernels/fast/*' |
  while read -r header; do proved "$header" || echo "$header"; done |
  xargs -P 2 -I{} bash -c 'compile "$@"' _ {} "$@"
