// Reads the CLI11 app.
#include "compiler/driver/command_model.hpp"

#include <CLI/CLI.hpp>

#include <sstream>

#include "compiler/driver/verbs.hpp"

namespace nnc {
namespace {

CommandOption read_option(const CLI::Option& option) {
  CommandOption result;
  const bool takes_value = option.get_items_expected_max() > 0;
  if (option.get_positional()) {
    result.value = option.get_name(true);
    result.repeated = option.get_items_expected_max() > 1;
  } else {
    if (!option.get_snames().empty()) result.short_name = "-" + option.get_snames().front();
    if (!option.get_lnames().empty()) result.long_name = "--" + option.get_lnames().front();
    // "N:INT in [1 - 1024]": behind the colon stands what CLI11 checks.
    const std::string type = option.get_type_name();
    if (takes_value) result.value = type.substr(0, type.find(':'));
  }
  result.what = option.get_description();
  result.required = option.get_required();
  return result;
}

// The lines below "Examples:".
std::vector<std::string> read_examples(const std::string& footer) {
  std::vector<std::string> examples;
  std::istringstream lines(footer);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("  ")) examples.push_back(line.substr(2));
  }
  return examples;
}

}  // namespace

std::vector<std::string> CommandOption::names() const {
  std::vector<std::string> names;
  if (!short_name.empty()) names.push_back(short_name);
  if (!long_name.empty()) names.push_back(long_name);
  return names;
}

CommandModel command_model() {
  Options options;
  CLI::App app;
  const VerbList verbs = describe_commands(app, options);
  CommandModel model;
  model.what = app.get_description();
  model.examples = read_examples(app.get_footer());
  for (const CLI::Option* option : app.get_options()) model.options.push_back(read_option(*option));
  for (const Verb& verb : verbs.all()) {
    if (verb.app->get_group().empty()) continue;
    CommandVerb command;
    command.name = verb.app->get_name();
    command.what = verb.app->get_description();
    command.examples = read_examples(verb.app->get_footer());
    for (const CLI::Option* option : verb.app->get_options()) {
      (option->get_positional() ? command.arguments : command.options).push_back(read_option(*option));
    }
    model.verbs.push_back(std::move(command));
  }
  return model;
}

}  // namespace nnc
