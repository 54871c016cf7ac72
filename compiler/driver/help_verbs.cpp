// The verbs about nnc itself: what its messages mean, what it finds on this machine, what shells and manuals
// need.
#include <CLI/CLI.hpp>

#include "compiler/driver/command_options.hpp"
#include "compiler/driver/verbs.hpp"

namespace nnc {
namespace {

void add_explain_verb(VerbList& verbs, Options& options) {
  CLI::App& verb =
      verbs.add("explain", "Explain a diagnostic or a name of the library, or list all diagnostics",
                "  nnc explain E0301\n"
                "  nnc explain dense\n"
                "  nnc explain",
                cmd_explain);
  verb.add_option("CODE", options.topic,
                  "of a diagnostic, as the message shows it, such as E0301; or a name, such as dense");
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

void add_man_verb(VerbList& verbs) {
  verbs.add("man", "Print the manual page, as man reads it",
            "  nnc man | man -l -\n"
            "  nnc man > nnc.1",
            cmd_man);
}

// Not for people: what completions ask.
void add_names_verb(VerbList& verbs, Options& options) {
  CLI::App& verb =
      verbs.add("names", "List what a program declares of a kind", "  nnc names MODEL study.nn", cmd_names);
  verb.add_option("KIND", options.topic, "EXPERIMENT, MODEL or TRIAL")->required();
  add_file(verb, options);
  verb.group("");
}

// Without a command; with one the command line has become `nnc VERB --help`.
int cmd_help(Env& env, const Options&) { return run_command_line(env, {"--help"}); }

void add_help_verb(VerbList& verbs, Options& options) {
  CLI::App& verb = verbs.add("help", "Show what a command does and its options, or all commands",
                             "  nnc help\n"
                             "  nnc help run",
                             cmd_help);
  verb.add_option("COMMAND", options.topic, "the command; without it all");
}

}  // namespace

void add_help_verbs(VerbList& verbs, Options& options) {
  add_explain_verb(verbs, options);
  add_doctor_verb(verbs, options);
  add_completions_verb(verbs, options);
  add_man_verb(verbs);
  add_help_verb(verbs, options);
  add_names_verb(verbs, options);
}

}  // namespace nnc
