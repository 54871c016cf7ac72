// Completions for zsh, as a function of its completion system: `_nnc` in a folder of $fpath.
#include <fmt/format.h>

#include "compiler/driver/completions.hpp"

namespace nnc {
namespace {

constexpr std::string_view kBegin = R"sh(#compdef nnc
# zsh completion for nnc, made by `nnc completions zsh`.

# What the program on the line, or the sole one of the folder, declares of the kind that the last argument names; those
# before it are for compadd.
_nnc_names() {
  local -a found programs
  programs=(${(M)nnc_words:#*.nn})
  found=(${(f)"$($nnc_words[1] names $@[-1] $programs[1] 2> /dev/null < /dev/null)"})
  compadd "$@[1,-2]" -a found
}

_nnc() {
  local curcontext=$curcontext state line
  local -a nnc_words verbs
  nnc_words=(${(Q)words})
)sh";

constexpr std::string_view kEnd = R"sh(}

# As an autoloaded function it is called; from a script that is read it only registers itself.
if [ "$funcstack[1]" = _nnc ]; then
  _nnc "$@"
else
  compdef _nnc nnc
fi
)sh";

// For the places of _arguments where brackets and colons mean something.
std::string escaped(std::string_view text) {
  std::string result;
  for (const char character : text) {
    if (std::string_view("\\[]:").find(character) != std::string_view::npos) result += '\\';
    result += character;
  }
  return result;
}

// ":DIR:_files -/"; ":N: " where there is nothing to offer.
std::string action(const std::string& kind_name) {
  const ValueKind kind = value_kind(kind_name);
  switch (kind.source) {
    case ValueKind::Source::Words:
      if (kind.several)
        return fmt::format(":{}:_sequence compadd - {}", kind.what, fmt::join(kind.words, " "));
      if (kind.open) return fmt::format(R"(:{}:compadd -S "" - {})", kind.what, fmt::join(kind.words, " "));
      return fmt::format(":{}:({})", kind.what, fmt::join(kind.words, " "));
    case ValueKind::Source::Programs:
      return R"(:program:_files -g "*.nn")";
    case ValueKind::Source::Folders:
      return ":folder:_files -/";
    case ValueKind::Source::OfProgram:
      return fmt::format(":{0}:_nnc_names {0}", kind_name);
    case ValueKind::Source::Anything:
      break;
  }
  return fmt::format(":{}: ", kind_name);
}

// Colons inside words, as in after:fold, must not end the list of an action.
std::string in_action(std::string text) {
  const std::size_t list = text.find('(');
  if (list == std::string::npos) return text;
  return text.substr(0, list) + [&] {
    std::string words;
    for (const char character : text.substr(list)) {
      if (character == ':') words += '\\';
      words += character;
    }
    return words;
  }();
}

std::string option_lines(const std::vector<CommandOption>& options, std::string_view indent) {
  std::string lines;
  for (const CommandOption& option : options) {
    const std::string value = option.value.empty() ? "" : in_action(action(option.value));
    const std::string what = "[" + escaped(short_what(option.what)) + "]";
    const std::string exclude = fmt::format("({})", fmt::join(option.names(), " "));
    for (const std::string& name : option.names()) {
      // --option=value and --option value; of a short option only the next word.
      const char* join = option.value.empty() || name.size() == 2 ? "" : "=";
      lines += fmt::format("{}{} \\\n", indent, shell_quoted(exclude + name + join + what + value));
    }
  }
  return lines;
}

std::string verb_case(const CommandVerb& verb) {
  std::string text = fmt::format("        {})\n          _arguments -s \\\n{}", verb.name,
                                 option_lines(verb.options, "            "));
  for (std::size_t i = 0; i < verb.arguments.size(); ++i) {
    const CommandOption& argument = verb.arguments[i];
    text += fmt::format("            {} \\\n", shell_quoted((argument.repeated   ? "*"
                                                             : argument.required ? ""
                                                                                 : ":") +
                                                            in_action(action(argument.value))));
  }
  return text.substr(0, text.size() - 3) + "\n          ;;\n";
}

}  // namespace

std::string zsh_completions(const CommandModel& model) {
  std::string text(kBegin);
  text += "  verbs=(\n";
  for (const CommandVerb& verb : model.verbs)
    text += fmt::format("    {}\n", shell_quoted(verb.name + ":" + short_what(verb.what)));
  text += "  )\n  _arguments -C \\\n" + option_lines(model.options, "    ") +
          "    '1: :->verb' \\\n    '*:: :->rest'\n"
          "  case $state in\n    verb) _describe -t commands command verbs ;;\n"
          "    rest)\n      case $line[1] in\n";
  for (const CommandVerb& verb : model.verbs) text += verb_case(verb);
  return text + "      esac\n      ;;\n  esac\n" + std::string(kEnd);
}

}  // namespace nnc
