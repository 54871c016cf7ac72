// The verbs that ask about trials and their store.
#include <CLI/CLI.hpp>

#include "compiler/driver/command_options.hpp"
#include "compiler/driver/verbs.hpp"

namespace nnc {
namespace {

CLI::Option* add_trial(CLI::App& verb, Options& options, const char* what) {
  return verb.add_option("TRIAL", options.topic, what);
}

void add_why_verb(VerbList& verbs, Options& options) {
  CLI::App& verb =
      verbs.add("why", "Say which trials would be trained, and what makes each different from those known",
                "  nnc why study.nn\n"
                "  nnc why 12 study.nn\n"
                "  nnc why dropout",
                cmd_why);
  add_trial(verb, options,
            "a number of `nnc plan`, an experiment, or the beginning of an identity or of an id of the "
            "report; without it all");
  add_file(verb, options);
  add_message_format(verb, options);
  add_study(verb, options);
  add_store(verb, options);
}

void add_diff_verb(VerbList& verbs, Options& options) {
  CLI::App& verb =
      verbs.add("diff", "Compare the trials of two programs: added, removed, changed, already done",
                "  nnc diff before.nn after.nn", cmd_diff);
  verb.add_option("A", options.file, "the program before")->required();
  verb.add_option("B", options.other, "the program after")->required();
  add_message_format(verb, options);
  add_store(verb, options);
}

void add_ls_verb(VerbList& verbs, Options& options) {
  CLI::App& verb = verbs.add("ls", "List the trials that are kept, and what they take",
                             "  nnc ls\n"
                             "  nnc ls study.nn --json",
                             cmd_ls);
  add_file(verb, options, "the program whose store is listed; without it the store of this folder");
  add_store(verb, options);
}

void add_show_verb(VerbList& verbs, Options& options) {
  CLI::App& verb = verbs.add("show", "Show all that is known of one trial",
                             "  nnc ls\n"
                             "  nnc show 3f2a9c",
                             cmd_show);
  add_trial(verb, options, "the beginning of its identity, or as `nnc why` takes it, if one trial is meant")
      ->required();
  add_file(verb, options, "the program whose store is meant; without it the store of this folder");
  add_store(verb, options);
}

void add_clean_verb(VerbList& verbs, Options& options) {
  CLI::App& verb = verbs.add("clean", "Remove what need not be kept, and say how much it was",
                             "  nnc clean study.nn --dry-run\n"
                             "  nnc clean study.nn --others\n"
                             "  nnc clean --checkpoints",
                             cmd_clean);
  add_file(verb, options, "the program whose store is cleaned; without it the store of this folder");
  add_store(verb, options);
  verb.add_flag("--checkpoints", options.checkpoints, "also the states from which training could go on");
  CLI::Option* others = verb.add_flag("--others", options.others,
                                      "also the trials that `run` with FILE and these options does not "
                                      "have, and their states: without --set, "
                                      "--smoke and --kernels those of runs with them");
  verb.add_flag("--all", options.all, "everything");
  add_set(verb, options)->needs(others);
  verb.add_flag("--smoke", options.smoke, "--others: keep the trials of smoke runs and no others")
      ->needs(others);
  add_kernels(verb, options)->needs(others);
  verb.add_flag("-n,--dry-run", options.dry_run, "only say what would be removed");
}

void add_verify_verb(VerbList& verbs, Options& options) {
  CLI::App& verb =
      verbs.add("verify", "Read everything that is kept, compare it with its checksums, mend what has a copy",
                "  nnc verify\n"
                "  nnc verify study.nn",
                cmd_verify);
  add_file(verb, options, "the program whose store is verified; without it the store of this folder");
  add_store(verb, options);
}

}  // namespace

void add_store_verbs(VerbList& verbs, Options& options) {
  add_why_verb(verbs, options);
  add_diff_verb(verbs, options);
  add_ls_verb(verbs, options);
  add_show_verb(verbs, options);
  add_clean_verb(verbs, options);
  add_verify_verb(verbs, options);
}

}  // namespace nnc
