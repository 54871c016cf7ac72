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
# Headers under fast/ are compiled once per instruction set by their sources, through a macro of the SIMD library.
find compiler runtime stdlib -name '*.hpp' -not -path 'runtime/kernels/fast/*' -print0 |
  xargs -0 -P 2 -I{} bash -c 'compile "$@"' _ {} "$@"
