// Completions for bash. The words of the line are put together again where bash takes them apart (at = and
// :), and what it inserts is shortened by as much. Needs nothing but bash 4; bash-completion, where it is,
// loads it on demand.
#include <fmt/format.h>

#include <map>

#include "compiler/driver/completions.hpp"

namespace nnc {
namespace {

constexpr std::string_view kBegin = R"sh(# bash completion for nnc, made by `nnc completions bash`.

# Fills COMPREPLY with those of the words given that begin like $value, as what has to follow $before.
_nnc_words() {
  local word
  for word in $1; do
    [[ $word == "$value"* ]] && COMPREPLY+=("$before$word")
  done
}

# The programs that there are, unless as many as $1 are on the line already; 0 is no limit.
_nnc_files() {
  local given= word
  for word in "${words[@]:1:${#words[@]}-2}"; do [[ $word == *.nn ]] && given+=x; done
  (($1 > 0 && ${#given} >= $1)) && return
  compopt -o filenames 2> /dev/null
  local IFS=$'\n' found
  for found in $(compgen -f -X '!*.nn' -- "$value") $(compgen -d -- "$value"); do
    COMPREPLY+=("$before$found")
  done
}

_nnc_folders() {
  compopt -o filenames 2> /dev/null
  local IFS=$'\n' found
  for found in $(compgen -d -- "$value"); do COMPREPLY+=("$before$found"); done
}

# What the program on the line, or the sole one of the folder, declares.
_nnc_names() {
  local word programs=()
  for word in "${words[@]:1}"; do [[ $word == *.nn ]] && programs+=("$word"); done
  _nnc_words "$("${words[0]}" names "$1" "${programs[@]:0:1}" 2> /dev/null < /dev/null)"
}

# The last of several words that commas separate; each is there once.
_nnc_list() {
  local before=$before value=$value given= word left=
  if [[ $value == *,* ]]; then
    given=,${value%,*},
    before+=${value%,*},
    value=${value##*,}
  fi
  for word in $1; do [[ $given == *,$word,* ]] || left+=" $word"; done
  compopt -o nospace 2> /dev/null
  _nnc_words "$left"
}

# Words that something follows.
_nnc_open() {
  compopt -o nospace 2> /dev/null
  _nnc_words "$1"
}

_nnc() {
  local words=() word glue=
  for word in "${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
    if [[ -n $glue || $word == [=:]* ]] && ((${#words[@]} > 1)); then
      words[-1]+=$word
    else
      words+=("$word")
    fi
    [[ $word == *[=:] ]] && glue=1 || glue=
  done
  local value=${words[-1]} before= option= verb=
  ((${#words[@]} > 2)) && option=${words[-2]}
  for word in "${words[@]:1:${#words[@]}-2}"; do
    [[ $word != -* ]] && verb=$word && break
  done
  if [[ $value == --*=* ]]; then
    option=${value%%=*}
    value=${value#*=}
  fi
  COMPREPLY=()
)sh";

constexpr std::string_view kEnd = R"sh(  # Of a word that bash takes apart it replaces only the last part.
  if [[ $value == *:* && $COMP_WORDBREAKS == *:* ]]; then
    COMPREPLY=("${COMPREPLY[@]#"${value%:*}:"}")
  fi
}

complete -F _nnc nnc
)sh";

std::string joined(const std::vector<std::string>& words) { return fmt::format("{}", fmt::join(words, " ")); }

// The command that offers what may stand for a kind of value; ":" if there is nothing to offer. `places`: for
// so many programs.
std::string offer(const std::string& kind_name, std::size_t places = 0) {
  const ValueKind kind = value_kind(kind_name);
  switch (kind.source) {
    case ValueKind::Source::Words:
      return fmt::format("{} {}",
                         kind.several ? "_nnc_list"
                         : kind.open  ? "_nnc_open"
                                      : "_nnc_words",
                         shell_quoted(joined(kind.words)));
    case ValueKind::Source::Programs:
      return fmt::format("_nnc_files {}", places);
    case ValueKind::Source::Folders:
      return "_nnc_folders";
    case ValueKind::Source::OfProgram:
      return "_nnc_names " + kind_name;
    case ValueKind::Source::Anything:
      break;
  }
  return ":";
}

std::string all_names(const std::vector<CommandOption>& options) {
  std::vector<std::string> names;
  for (const CommandOption& option : options) {
    for (const std::string& name : option.names()) names.push_back(name);
  }
  return joined(names);
}

// Behind an option that takes a value: a line for all verbs and options whose values are of one kind.
std::string value_cases(const CommandModel& model) {
  std::map<std::string, std::vector<std::string>> by_offer;
  const auto add = [&](const std::string& verb, const std::vector<CommandOption>& options) {
    for (const CommandOption& option : options) {
      if (option.value.empty()) continue;
      for (const std::string& name : option.names())
        by_offer[offer(option.value)].push_back(fmt::format("'{} {}'", verb, name));
    }
  };
  add("", model.options);
  for (const CommandVerb& verb : model.verbs) add(verb.name, verb.options);
  std::string text = "  case \"$verb $option\" in\n";
  for (const auto& [command, places] : by_offer)
    text += fmt::format("    {})\n      {}\n      ;;\n", fmt::join(places, " | "), command);
  return text;
}

// Anywhere else: the options of the verb, or what its arguments may be.
std::string word_cases(const CommandModel& model) {
  std::vector<std::string> verbs;
  for (const CommandVerb& verb : model.verbs) verbs.push_back(verb.name);
  std::string text = fmt::format(
      "    *)\n      case \"$verb $value\" in\n"
      "        ' -'*) _nnc_words {} ;;\n        ' '*) _nnc_words {} ;;\n",
      shell_quoted(all_names(model.options)), shell_quoted(joined(verbs)));
  for (const CommandVerb& verb : model.verbs) {
    text +=
        fmt::format("        '{} -'*) _nnc_words {} ;;\n", verb.name, shell_quoted(all_names(verb.options)));
    std::vector<std::string> offers;
    for (const CommandOption& argument : verb.arguments) {
      const std::string command = offer(argument.value, program_places(verb));
      if (offers.empty() || offers.back() != command) offers.push_back(command);
    }
    if (!offers.empty()) text += fmt::format("        '{} '*) {} ;;\n", verb.name, fmt::join(offers, "; "));
  }
  return text + "      esac\n      ;;\n  esac\n";
}

}  // namespace

std::string bash_completions(const CommandModel& model) {
  return std::string(kBegin) + value_cases(model) + word_cases(model) + std::string(kEnd);
}

}  // namespace nnc
