// One command line: its words read, the verb found and done.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <new>
#include <ostream>

#include "compiler/base/optimizations.hpp"
#include "compiler/driver/commands.hpp"
#include "compiler/driver/output.hpp"
#include "compiler/driver/usage_errors.hpp"
#include "compiler/driver/verbs.hpp"
#include "runtime/report/report.hpp"

namespace nnc {
namespace {

std::string typed(const std::vector<std::string>& arguments) {
  constexpr std::string_view plain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./=:,+@%";
  std::string text = "nnc";
  for (const std::string& argument : arguments) {
    const bool quote = argument.empty() || argument.find_first_not_of(plain) != std::string::npos;
    text += quote ? fmt::format(" '{}'", argument) : " " + argument;
  }
  return text;
}

// What CLI11 says begins in capitals and ends with a period, or not.
std::string as_message(std::string text) {
  if (!text.empty() && text.back() == '.') text.pop_back();
  return text;
}

// `nnc help VERB` is `nnc VERB --help`: CLI11 takes the second word for a verb of its own, not for what help
// is asked about.
std::vector<std::string> with_help(const std::vector<std::string>& arguments) {
  const bool asks = arguments.size() > 1 && arguments.front() == "help" && !arguments[1].starts_with("-");
  if (!asks) return arguments;
  std::vector<std::string> asked(arguments.begin() + 1, arguments.end());
  asked.emplace_back("--help");
  return asked;
}

bool asks_for_json(const std::vector<std::string>& arguments) {
  return std::find(arguments.begin(), arguments.end(), "--json") != arguments.end();
}

// Behind `--` there are no options: what begins like one is a file.
std::vector<std::string> without_marks(const std::vector<std::string>& arguments) {
  const auto mark = std::find(arguments.begin(), arguments.end(), "--");
  std::vector<std::string> words(arguments.begin(), mark);
  for (auto word = mark; word != arguments.end(); ++word) {
    if (word != mark) words.push_back(word->starts_with("-") ? "./" + *word : *word);
  }
  return words;
}

int parse_and_run(Env& env, const std::vector<std::string>& given) {
  Options options;
  options.command = typed(given);
  options.json = asks_for_json(given);  // also of an error that is found before the options are read
  const std::vector<std::string> arguments = without_marks(with_help(given));
  CLI::App app;
  const VerbList verbs = describe_commands(app, options);
  const auto first = std::find_if(arguments.begin(), arguments.end(),
                                  [](const std::string& word) { return !word.starts_with("-"); });
  const bool after_color =
      first != arguments.begin() && first != arguments.end() && *(first - 1) == "--color";
  if (first != arguments.end() && !after_color &&
      std::ranges::none_of(verbs.all(), [&](const Verb& verb) { return verb.app->check_name(*first); })) {
    return unknown_verb(env, options, *first, verbs.names());
  }
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForHelp&) {
    *env.out << app.help();
    return kExitOk;
  } catch (const CLI::ExtrasError&) {
    return unexpected_argument(env, options, app, arguments);
  } catch (const CLI::ParseError& error) {
    const auto chosen = app.get_subcommands();
    const std::string see =
        chosen.empty() ? "nnc --help" : fmt::format("nnc {} --help", chosen.back()->get_name());
    return usage_error(env, options, {as_message(error.what()), fmt::format("see `{}`", see)});
  }
  if (options.version) {
    *env.out << "nnc " << NNC_VERSION << "\n";
    return kExitOk;
  }
  if (const std::optional<Failure> mistake = unknown_value(app)) return usage_error(env, options, *mistake);
  if (const Status known = switch_off(options.without); !known)
    return usage_error(env, options, known.failure());
  options.json = options.json || options.message_format == "json" || options.message_format == "sarif";
  for (const Verb& verb : verbs.all()) {
    if (verb.app->parsed()) return verb.command(env, options);
  }
  *env.out << app.help();
  return kExitOk;
}

int internal_error(Env& env, const char* what) {
  *env.err << "internal error: " << what << "\n"
           << "  This is a mistake in nnc " << NNC_VERSION
           << ", not in your program. Please report it to the authors of\n"
           << "  nnc with this message, the command and, if you can, the .nn file.\n";
  return kExitInternal;
}

}  // namespace

int run_command_line(Env& env, std::vector<std::string> arguments) {
  try {
    if (arguments == std::vector<std::string>{"--render-charts"}) return rt::render_charts_main();
    const int exit_code = parse_and_run(env, arguments);
    env.out->flush();
    if (!*env.out) {
      // Who reads only the beginning has what was wanted; what was found out and kept stands.
      if (env.reader_is_gone && env.reader_is_gone())
        return exit_code == kExitOk ? kExitReaderGone : exit_code;
      print_error(env, {}, {"cannot write to standard output", ""});
      return kExitUsage;
    }
    return exit_code;
  } catch (const std::bad_alloc&) {
    Options options;
    options.json = asks_for_json(arguments);
    print_error(env, options,
                {"not enough memory", "a smaller batch or model needs less; `nnc plan` tells how much"});
    return kExitUsage;
  } catch (const std::exception& error) {
    return internal_error(env, error.what());
  }
}

}  // namespace nnc
