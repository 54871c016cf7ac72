// See foreign_words.hpp. Both are tables.
#include "compiler/driver/foreign_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "compiler/base/sink.hpp"

namespace nnc {
namespace {

struct ForeignVerb {
  std::string_view word;
  std::string_view own;
};

constexpr ForeignVerb kVerbs[] = {
    {"fit", "run"},    {"train", "run"},         {"evaluate", "run"}, {"eval", "run"},
    {"test", "run"},   {"validate", "check"},    {"lint", "check"},   {"compile", "check"},
    {"format", "fmt"}, {"version", "--version"},
};

struct ForeignOption {
  std::string_view verb;   // that it is tried with, or "" for any
  std::string_view needs;  // an option that the verb has to have for the advice, or ""
  std::string_view option;
  std::string_view advice;       // {} is the value
  std::string_view value = "N";  // if none was given
};

constexpr std::string_view kGoesOn =
    "a run goes on by itself from what is kept: give the same command again, or --fresh to train anew";
constexpr std::string_view kRate =
    "it is part of the optimizer: write `let rate = {}` and `optimizer: adam(lr: rate)`, then `--set "
    "rate={}`";
constexpr std::string_view kInPlace = "`nnc fmt` writes files in place unless it is told --check or --diff";

constexpr ForeignOption kOptions[] = {
    {"", "--set", "--epochs", "`--set epochs={}`"},
    {"", "--set", "--batch", "`--set batch={}`"},
    {"", "--set", "--batch-size", "`--set batch={}`"},
    {"", "--set", "--batch_size", "`--set batch={}`"},
    {"", "--set", "--seed", "`--set seed={}`"},
    {"", "--set", "--optimizer", "`--set optimizer={}`", "adam"},
    {"", "--set", "--loss", "`--set loss={}`", "cross_entropy"},
    {"", "--set", "--lr", kRate, "0.001"},
    {"", "--set", "--learning-rate", kRate, "0.001"},
    {"", "--set", "--learning_rate", kRate, "0.001"},
    {"run", "", "--dry-run", "`nnc plan` says what a run would do"},
    {"run", "", "-n", "`nnc plan` says what a run would do"},
    {"run", "", "--resume", kGoesOn},
    {"run", "", "--continue", kGoesOn},
    {"run", "", "--force", "`--fresh` trains everything anew"},
    {"", "--out", "--output", "`--out {}`", "DIR"},
    {"", "--jobs", "--workers", "`--jobs {}`"},
    {"check", "", "--format", "`--message-format {}`", "json"},
    {"", "", "--format", "`--json` prints facts as JSON"},
    {"fmt", "", "--write", kInPlace},
    {"fmt", "", "-w", kInPlace},
    {"fmt", "", "--in-place", kInPlace},
    {"fmt", "", "-i", kInPlace},
    {"", "", "-v", "`nnc --version` prints the version"},
    {"", "", "-V", "`nnc --version` prints the version"},
};

// "1" of `--epochs=1` and `--epochs 1`. A file behind it is none.
std::optional<std::string> value_of(std::string_view option, const std::vector<std::string>& arguments) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (word.starts_with(option) && word.size() > option.size() && word[option.size()] == '=')
      return word.substr(option.size() + 1);
    if (word != option || i + 1 == arguments.size()) continue;
    const std::string& next = arguments[i + 1];
    if (!next.starts_with("-") && !next.ends_with(".nn")) return next;
  }
  return std::nullopt;
}

std::string with_value(std::string_view advice, const std::string& value) {
  std::string text(advice);
  for (std::size_t at = text.find("{}"); at != std::string::npos; at = text.find("{}", at + value.size()))
    text.replace(at, 2, value);
  return text;
}

}  // namespace

std::string meant_verb_hint(const std::string& word, const std::vector<std::string>& verbs) {
  const auto own_word = [](const std::string& known) {
    const auto* foreign = std::ranges::find(kVerbs, known, &ForeignVerb::word);
    return foreign == std::end(kVerbs) ? known : std::string(foreign->own);
  };
  if (own_word(word) != word) return Guess{{own_word(word)}}.text();
  std::vector<std::string> known = verbs;
  for (const ForeignVerb& foreign : kVerbs) known.emplace_back(foreign.word);
  std::vector<std::string> meant;
  for (const std::string& near : did_you_mean(word, known)) {
    const std::string own = own_word(near);
    if (std::ranges::find(meant, own) == meant.end()) meant.push_back(own);
  }
  return Guess{meant}.text();
}

std::optional<std::string> foreign_option_hint(const std::string& verb,
                                               const std::vector<std::string>& options_of_verb,
                                               const std::string& option,
                                               const std::vector<std::string>& arguments) {
  for (const ForeignOption& foreign : kOptions) {
    const bool has_it =
        foreign.needs.empty() || std::ranges::find(options_of_verb, foreign.needs) != options_of_verb.end();
    if (foreign.option != option || !has_it || (!foreign.verb.empty() && foreign.verb != verb)) continue;
    return with_value(foreign.advice, value_of(option, arguments).value_or(std::string(foreign.value)));
  }
  return std::nullopt;
}

}  // namespace nnc
