// Completions for fish: a `complete` command for every verb, option and argument.
#include <fmt/format.h>

#include "compiler/driver/completions.hpp"

namespace nnc {
namespace {

constexpr std::string_view kBegin = R"sh(# fish completion for nnc, made by `nnc completions fish`.

# What the program on the line, or the sole one of the folder, declares.
function __nnc_names
    set -l words (commandline -opc)
    set -l programs (string match -- '*.nn' $words)
    $words[1] names $argv[1] $programs[1] 2>/dev/null </dev/null
end

# The last of several words that commas separate; each is there once.
function __nnc_list
    set -l before (string replace -r -- '[^,=]*$' '' (commandline -ct) | string replace -r -- '^--[^=]*=' '')
    for word in $argv
        contains -- $word (string split , -- "$before"); or printf '%s\n' "$before$word"
    end
end

# The programs and folders that there are, unless as many programs as $argv[1] are on the line already; 0 is no limit.
function __nnc_programs
    set -l given (string match -- '*.nn' (commandline -opc))
    test $argv[1] -gt 0; and test (count $given) -ge $argv[1]; and return
    __fish_complete_path (commandline -ct) '' | string match -r -- '^[^\t]*(?:\.nn|/)(?=\t|$)'
end

complete -c nnc -f
)sh";

std::string words_of(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, " "));
}

// "-x -a ..." for what follows an option; "" for a flag. `places`: for so many programs.
std::string value_words(const std::string& kind_name, std::size_t places = 0) {
  if (kind_name.empty()) return "";
  const ValueKind kind = value_kind(kind_name);
  switch (kind.source) {
    case ValueKind::Source::Words:
      return " -x -a " + shell_quoted(kind.several ? fmt::format("(__nnc_list {})", words_of(kind.words))
                                                   : words_of(kind.words));
    case ValueKind::Source::Programs:
      return fmt::format(" -x -a '(__nnc_programs {})'", places);
    case ValueKind::Source::Folders:
      return " -x -a '(__fish_complete_directories)'";
    case ValueKind::Source::OfProgram:
      return fmt::format(" -x -a '(__nnc_names {})'", kind_name);
    case ValueKind::Source::Anything:
      break;
  }
  return " -x";
}

std::string option_lines(const std::vector<CommandOption>& options, const std::string& condition) {
  std::string lines;
  for (const CommandOption& option : options) {
    lines += fmt::format("complete -c nnc -n {}", shell_quoted(condition));
    if (!option.short_name.empty()) lines += " -s " + option.short_name.substr(1);
    if (!option.long_name.empty()) lines += " -l " + option.long_name.substr(2);
    lines += value_words(option.value) + " -d " + shell_quoted(short_what(option.what)) + "\n";
  }
  return lines;
}

}  // namespace

std::string fish_completions(const CommandModel& model) {
  const std::string no_verb = "__fish_use_subcommand";
  std::string text = std::string(kBegin) + option_lines(model.options, no_verb);
  for (const CommandVerb& verb : model.verbs) {
    text += fmt::format("complete -c nnc -n {} -a {} -d {}\n", no_verb, verb.name,
                        shell_quoted(short_what(verb.what)));
  }
  for (const CommandVerb& verb : model.verbs) {
    const std::string condition = "__fish_seen_subcommand_from " + verb.name;
    text += option_lines(verb.options, condition);
    for (const CommandOption& argument : verb.arguments)
      text += fmt::format("complete -c nnc -n {}{}\n", shell_quoted(condition),
                          value_words(argument.value, program_places(verb)));
  }
  return text;
}

}  // namespace nnc
