// The verbs of the command line: the name, help, examples and options of each, and the function that does it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "compiler/driver/commands.hpp"

namespace CLI {
class App;
}

namespace nnc {

using Command = std::function<int(Env&, const Options&)>;

struct Verb {
  CLI::App* app;
  Command command;
};

class VerbList {
 public:
  VerbList(CLI::App& app, Options& options) : app_(&app), options_(&options) {}

  // A verb with the options that all have; the caller gives it its own.
  CLI::App& add(const char* name, const char* what, const char* examples, Command command);

  [[nodiscard]] const std::vector<Verb>& all() const { return verbs_; }
  // Of those that --help lists; the others are for scripts.
  [[nodiscard]] std::vector<std::string> names() const;

 private:
  CLI::App* app_;
  Options* options_;
  std::vector<Verb> verbs_;
};

// The whole command line: what is said about nnc, and all of these.
VerbList describe_commands(CLI::App& app, Options& options);
// All verbs, in the order in which --help lists them.
VerbList add_verbs(CLI::App& app, Options& options);
// Those that ask about trials and their store, and those about nnc itself; parts of the above.
void add_store_verbs(VerbList& verbs, Options& options);
void add_help_verbs(VerbList& verbs, Options& options);

}  // namespace nnc
