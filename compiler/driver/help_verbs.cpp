// The verbs about nnc itself: what its messages mean, what it finds on this machine, what shells and manuals
// need.
#include <CLI/CLI.hpp>

#include "compiler/driver/command_options.hpp"
#include "compiler/driver/verbs.hpp"

namespace nnc {
namespace {

void add_explain_verb(VerbList& verbs, Options& options) {
  CLI::App& verb = verbs.add("explain", "Explain a diagnostic, or list all",
                             "  nnc explain E0301\n"
                             "  nnc explain",
                             cmd_explain);
  verb.add_option("CODE", options.topic, "as the message shows it, such as E0301");
}

void add_doctor_verb(VerbList& verbs, Options& options) {
  CLI::App& verb =
      verbs.add("doctor", "Say what this machine has, what nnc does with it, and what is missing",
                "  nnc doctor\n"
                "  nnc doctor study.nn --json",
                cmd_doctor);
  add_file(verb, options, "the program whose store is looked at; without it the store of this folder");
  add_store(verb, options);
}

void add_completions_verb(VerbList& verbs, Options& options) {
  CLI::App& verb = verbs.add("completions", "Print what a shell needs to complete commands of nnc",
                             "  source <(nnc completions bash)        # in ~/.bashrc\n"
                             "  source <(nnc completions zsh)         # in ~/.zshrc, behind compinit\n"
                             "  nnc completions fish | source         # in ~/.config/fish/config.fish",
                             cmd_completions);
  verb.add_option("bash|zsh|fish", options.topic, "the shell")->required();
}

// Not for people: what completions ask, and what the install rule asks.
void add_hidden_verbs(VerbList& verbs, Options& options) {
  CLI::App& names =
      verbs.add("names", "List what a program declares of a kind", "  nnc names MODEL study.nn", cmd_names);
  names.add_option("KIND", options.topic, "EXPERIMENT, MODEL or TRIAL")->required();
  add_file(names, options);
  names.group("");
  verbs.add("man", "Print the manual page", "  nnc man > nnc.1", cmd_man).group("");
}

}  // namespace

void add_help_verbs(VerbList& verbs, Options& options) {
  add_explain_verb(verbs, options);
  add_doctor_verb(verbs, options);
  add_completions_verb(verbs, options);
  add_hidden_verbs(verbs, options);
}

}  // namespace nnc
