// The command line as data: verbs, options, arguments and what is said about them, read off the CLI11 app.
// What is made of it (completions, the manual page) does not see CLI11 and lists nothing by itself.
#pragma once

#include <string>
#include <vector>

namespace nnc {

struct CommandOption {
  std::string short_name;  // "-o", or ""
  std::string long_name;   // "--out"; of an argument ""
  std::string value;       // what follows, as --help names it: "DIR"; "" for a flag
  std::string what;        // what --help says about it
  bool required = false;
  bool repeated = false;  // an argument that takes any number of words

  // "-o" and "--out", those that there are.
  [[nodiscard]] std::vector<std::string> names() const;
};

struct CommandVerb {
  std::string name;
  std::string what;
  std::vector<std::string> examples;
  std::vector<CommandOption> options;
  std::vector<CommandOption> arguments;  // by place
};

struct CommandModel {
  std::string what;
  std::vector<std::string> examples;
  std::vector<CommandOption> options;  // those without a verb
  std::vector<CommandVerb> verbs;      // but the hidden ones
};

CommandModel command_model();

}  // namespace nnc
