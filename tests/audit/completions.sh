#!/usr/bin/env bash
# What shells complete: bash here, zsh and fish where they are installed. The one argument is the program.
set -euo pipefail
nnc=$(readlink -f "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir folder
ln -s "$nnc" nnc
PATH=$work:$PATH
printf 'nn 1\nmodel small { input 4\n dense(2) }\nmodel smaller { input 4\n dense(1) }\nexperiment width { dence }\n' > study.nn
printf 'experiment other { train }\n' > folder/other.nn

failed=0
# expect SHELL LINE WORDS...: those words and no other complete the line (the last words may be in any order).
expect() {
  local shell=$1 line=$2 wanted got
  shift 2
  wanted=$(printf '%s\n' "$@" | sort)
  got=$("complete_$shell" "$line" | sort -u)
  [ "$wanted" = "$got" ] && return
  printf '%s: "%s" completes to\n%s\nand not to\n%s\n' "$shell" "$line" "$got" "$wanted"
  failed=1
}
# offers SHELL LINE WORD: it is among what completes the line.
offers() {
  "complete_$1" "$2" | grep -qxF -- "$3" && return
  printf '%s: "%s" does not offer %s\n' "$1" "$2" "$3"
  failed=1
}

# ---------------------------------------------------------------- bash: words as readline takes them apart
source <(nnc completions bash)
complete_bash() {
  local rest=$1
  COMP_WORDS=()
  while [[ $rest =~ ^[[:space:]]*([=:]+|[^[:space:]=:]+)(.*)$ ]]; do
    COMP_WORDS+=("${BASH_REMATCH[1]}")
    rest=${BASH_REMATCH[2]}
  done
  [[ $1 == *' ' ]] && COMP_WORDS+=('')
  COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMP_LINE=$1 COMP_POINT=${#1}
  _nnc 2> /dev/null
  ((${#COMPREPLY[@]} == 0)) || printf '%s\n' "${COMPREPLY[@]}"
}

expect bash 'nnc ru' run
expect bash 'nnc su' summary
offers bash 'nnc ' doctor
offers bash 'nnc help ' clean
offers bash 'nnc ' help
expect bash 'nnc ma' man
expect bash 'nnc run --smo' --smoke
expect bash 'nnc run --ma'
expect bash 'nnc --color ' auto always never
expect bash 'nnc run --color=al' always
expect bash 'nnc check --message-format s' short sarif
expect bash 'nnc run --message-format ' human short
expect bash 'nnc run study.nn --only ' width
expect bash 'nnc run --only ' width
expect bash 'nnc run folder/other.nn --only ' other
expect bash 'nnc summary --model small' small smaller
expect bash 'nnc check --dump=after:fo' fold_constants
expect bash 'nnc check --dump after:fo' fold_constants
expect bash 'nnc run --without skip_zeros,in' skip_zeros,in_place
expect bash 'nnc explain E040' E0401 E0402 E0403 E0404 E0405 E0406 E0407 E0408 E0409
expect bash 'nnc completions z' zsh
expect bash 'nnc run st' study.nn
expect bash 'nnc run fol' folder
expect bash 'nnc run study.nn '
expect bash 'nnc check study.nn fol' folder
expect bash 'nnc diff study.nn study.nn '
expect bash 'nnc run --without in_place,in'
expect bash 'nnc run --set ep' epochs=
expect bash 'nnc run --set epochs=2 st' study.nn
expect bash 'nnc diff study.nn folder/o' folder/other.nn
expect bash 'nnc run --out ' folder
expect bash 'nnc run --out=fo' folder
expect bash 'nnc frobnicate '

# ---------------------------------------------------------------- fish says what it would complete
if command -v fish > /dev/null; then
  nnc completions fish > nnc.fish
  complete_fish() { HOME=$work fish --no-config -c "source nnc.fish; complete -C '$1'" | cut -f1; }
  expect fish 'nnc ru' run
  expect fish 'nnc run --smo' --smoke
  expect fish 'nnc check --message-format s' short sarif
  expect fish 'nnc run study.nn --only ' width
  expect fish 'nnc summary --model smaller' smaller
  expect fish 'nnc check --dump after:fo' after:fold_constants
  expect fish 'nnc run --without skip_zeros,in_' skip_zeros,in_place
  expect fish 'nnc run --out ' folder/
  offers fish 'nnc explain E040' E0404
  offers fish 'nnc run st' study.nn
  touch notes.txt
  expect fish 'nnc run ' study.nn folder/
  expect fish 'nnc run study.nn '
  expect fish 'nnc check study.nn ' study.nn folder/
  expect fish 'nnc run --without in_place,in_place'
  expect fish 'nnc run --set ep' epochs=
  rm notes.txt
else
  echo "fish is not installed: not tested"
fi

# ---------------------------------------------------------------- zsh: keys are pressed on a terminal of its own
if command -v zsh > /dev/null; then
  nnc completions zsh > _nnc
  cat > press.zsh << 'END'
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PROMPT= RPROMPT=; unset zle_bracketed_paste; fpath=($PWD \$fpath); autoload -Uz compinit; compinit -u -d $PWD/dump"
zpty -w shell 'show() { print -r -- "<line>${BUFFER% }</line>"; BUFFER= }; zle -N show'
zpty -w shell 'bindkey "^I" complete-word; bindkey "^X" show; print -r "<rea""dy>"'
zpty -r -m shell line '*<ready>*'
zpty -w -n shell "$1"$'\t\x18'
zpty -r -m shell line '*</line>*'
print -r -- "$line"
zpty -d shell
END
  # inserts LINE WHOLE: with the tabulator, as there is only one way on.
  inserts() {
    local got
    got=$(zsh -f press.zsh "$1" 2> /dev/null | tr -d '\r' | sed -n 's/.*<line>\(.*\)<\/line>.*/\1/p')
    [ "$got" = "$2" ] && return
    printf 'zsh: "%s" becomes "%s" and not "%s"\n' "$1" "$got" "$2"
    failed=1
  }
  inserts 'nnc ru' 'nnc run'
  inserts 'nnc help verif' 'nnc help verify'
  inserts 'nnc run --smo' 'nnc run --smoke'
  inserts 'nnc check --message-format sa' 'nnc check --message-format sarif'
  inserts 'nnc run --color=al' 'nnc run --color=always'
  inserts 'nnc run study.nn --only ' 'nnc run study.nn --only width'
  inserts 'nnc summary --model smalle' 'nnc summary --model smaller'
  inserts 'nnc check --dump after:fo' 'nnc check --dump after:fold_constants'
  inserts 'nnc check --dump=after:fo' 'nnc check --dump=after:fold_constants'
  inserts 'nnc run --without skip_zeros,in' 'nnc run --without skip_zeros,in_place,'
  inserts 'nnc explain W0902' 'nnc explain W0902'
  inserts 'nnc explain W0901 --js' 'nnc explain W0901 --json'
  inserts 'nnc run st' 'nnc run study.nn'
  inserts 'nnc run --out fol' 'nnc run --out folder/'
  inserts 'nnc run study.nn fol' 'nnc run study.nn fol'
  inserts 'nnc run --set ep' 'nnc run --set epochs='
else
  echo "zsh is not installed: not tested"
fi
exit $failed
