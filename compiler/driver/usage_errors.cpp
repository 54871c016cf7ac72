// Mistakes on the command line.
#include "compiler/driver/usage_errors.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <sstream>

#include "compiler/base/sink.hpp"
#include "compiler/driver/foreign_words.hpp"
#include "compiler/driver/output.hpp"
#include "compiler/driver/value_kinds.hpp"

namespace nnc {

int usage_error(Env& env, const Options& options, const Failure& mistake) {
  print_error(env, options, mistake);
  return kExitUsage;
}

int unknown_verb(Env& env, const Options& options, const std::string& word,
                 const std::vector<std::string>& verbs) {
  if (word.ends_with(".nn")) {
    return usage_error(
        env, options,
        {fmt::format("`{}` is not a command", word), fmt::format("to run the file: `nnc run {}`", word)});
  }
  std::string hint = meant_verb_hint(word, verbs);
  if (hint.empty()) hint = "`nnc --help` lists the commands";
  return usage_error(env, options, {fmt::format("`{}` is not a command", word), hint});
}

int unexpected_argument(Env& env, const Options& options, CLI::App& app,
                        const std::vector<std::string>& arguments) {
  const auto chosen = app.get_subcommands();
  CLI::App& verb = chosen.empty() ? app : *chosen.back();
  std::vector<std::string> known;
  for (const CLI::Option* option : verb.get_options()) {
    for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
  }
  const std::string see = chosen.empty() ? "nnc --help" : fmt::format("nnc {} --help", verb.get_name());
  const std::vector<std::string> remaining = app.remaining(true);
  const auto option = std::find_if(remaining.begin(), remaining.end(),
                                   [](const auto& word) { return word.starts_with("-"); });
  std::string word = option != remaining.end() ? *option
                     : remaining.empty()       ? arguments.back()
                                               : remaining.front();
  word = word.substr(0, word.find('='));
  const char* what = word.starts_with("-") ? "option" : "argument";
  const std::string verb_name = chosen.empty() ? "" : verb.get_name();
  std::string hint = foreign_option_hint(verb_name, known, word, arguments).value_or("");
  if (hint.empty()) hint = did_you_mean_hint(word, known);
  if (hint.empty()) hint = fmt::format("see `{}`", see);
  return usage_error(env, options, {fmt::format("unknown {} `{}`", what, word), hint});
}

namespace {

std::vector<std::string> at_commas(const std::string& text) {
  std::vector<std::string> words;
  std::istringstream rest(text);
  for (std::string word; std::getline(rest, word, ',');) words.push_back(word);
  return words;
}

std::optional<Failure> unknown_word(const CLI::Option& option) {
  const bool is_argument = option.get_positional();
  const ValueKind kind = value_kind(is_argument ? option.get_name(true) : option.get_type_name());
  if (!kind.only_words) return std::nullopt;
  for (const std::string& given : option.results()) {
    for (const std::string& word : kind.several ? at_commas(given) : std::vector{given}) {
      if (std::ranges::find(kind.words, word) != kind.words.end()) continue;
      std::string hint = did_you_mean_hint(word, kind.words);
      if (hint.empty()) hint = fmt::format("one of {}", fmt::join(kind.words, ", "));
      // A phase or an optimization says by itself what it is for.
      const std::string place =
          is_argument || kind.what != "value" ? "" : fmt::format(" for `{}`", option.get_name());
      return Failure{fmt::format("there is no {} `{}`{}", kind.what, word, place), hint};
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Failure> unknown_value(const CLI::App& app) {
  for (const CLI::Option* option : app.get_options()) {
    if (std::optional<Failure> mistake = unknown_word(*option)) return mistake;
  }
  for (const CLI::App* verb : app.get_subcommands()) {
    if (std::optional<Failure> mistake = unknown_value(*verb)) return mistake;
  }
  return std::nullopt;
}

}  // namespace nnc
