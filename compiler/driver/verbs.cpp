// The verbs, in the order in which --help lists them. A new one is a function here and a line in add_verbs().
#include "compiler/driver/verbs.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "compiler/driver/command_options.hpp"

namespace nnc {
namespace {

void add_run_verb(VerbList& verbs, Options& options) {
  CLI::App& verb = verbs.add("run", "Check, train, evaluate and report",
                             "  nnc run study.nn\n"
                             "  nnc run study.nn --smoke\n"
                             "  nnc run study.nn --only baseline --set epochs=2\n"
                             "  nnc run study.nn --out try --json > results.json",
                             cmd_run);
  add_file(verb, options);
  add_run(verb, options);
  add_store(verb, options);
  add_message_format(verb, options);
  add_study(verb, options);
  add_smoke(verb, options);
  add_dump(verb, options);
}

void add_check_verb(VerbList& verbs, Options& options) {
  CLI::App& verb = verbs.add("check", "Check every name, type and shape of every trial, without training",
                             "  nnc check study.nn\n"
                             "  nnc check studies lib/blocks.nn\n"
                             "  nnc check study.nn --json\n"
                             "  nnc check . --message-format sarif > all.sarif",
                             cmd_check);
  add_files(verb, options, "or - for standard input");
  add_message_format(verb, options, "human|short|json|sarif");
  add_study(verb, options);
  add_dump(verb, options);
}

void add_plan_verb(VerbList& verbs, Options& options) {
  CLI::App& verb =
      verbs.add("plan", "Say what `run` would do: trials, what they have in common, steps, memory, time",
                "  nnc plan study.nn\n"
                "  nnc plan study.nn --no-time --jobs 8\n"
                "  nnc plan study.nn --dump=graph --trial 2",
                cmd_plan);
  add_file(verb, options);
  add_jobs(verb, options);
  add_store(verb, options);
  add_message_format(verb, options);
  add_study(verb, options);
  verb.add_flag_callback(
      "--no-time", [&options] { options.time = false; }, "do not run steps to tell how long it will take");
  add_dump(verb, options);
}

void add_summary_verb(VerbList& verbs, Options& options) {
  CLI::App& verb = verbs.add("summary", "Show the layers of the models, their shapes and parameters",
                             "  nnc summary study.nn\n"
                             "  nnc summary study.nn --model cnn --input 32x32x3",
                             cmd_summary);
  add_file(verb, options);
  add_message_format(verb, options);
  add_study(verb, options);
  verb.add_option("--model", options.model, "this model alone")->type_name("MODEL");
  verb.add_option("--input", options.input, "the shape of one sample, such as 28x28x1")->type_name("SHAPE");
}

void add_report_verb(VerbList& verbs, Options& options) {
  CLI::App& verb =
      verbs.add("report", "Write the report again from the record of the last run, without training",
                "  nnc report study.nn\n"
                "  nnc report study.nn --out try",
                cmd_report);
  add_file(verb, options);
  add_message_format(verb, options);
  add_folder(verb, options);
  add_store(verb, options, "that of the run");
}

void add_fmt_verb(VerbList& verbs, Options& options) {
  CLI::App& verb = verbs.add("fmt", "Lay programs out in the one style, without changing what they mean",
                             "  nnc fmt study.nn\n"
                             "  nnc fmt --check examples stdlib\n"
                             "  nnc fmt --diff study.nn\n"
                             "  nnc fmt - < study.nn",
                             cmd_fmt);
  add_files(verb, options, "or - for standard input to standard output");
  add_message_format(verb, options);
  verb.add_flag("--check", options.only_check,
                "change nothing; exit with 1 and name the files that would change");
  verb.add_flag("--diff", options.diff, "change nothing; show what would change, as a unified diff");
}

void add_lsp_verb(VerbList& verbs) {
  CLI::App& verb =
      verbs.add("lsp", "Be the language server of an editor: mistakes, shapes and names as you type",
                "  docs/editors.md says how editors start it", cmd_lsp);
  verb.add_flag_callback(
      "--stdio", [] {}, "on the standard streams, which it always is; some editors add this");
}

}  // namespace

VerbList describe_commands(CLI::App& app, Options& options) {
  app.name("nnc");
  app.description("A compiler for experiments: checks, trains and reports on the networks of a .nn file.");
  app.add_flag("--version", options.version, "print the version");
  add_color(app, options);
  app.footer(
      "Examples:\n  nnc run study.nn        train everything and write the report\n"
      "  nnc check study.nn      find mistakes first\n"
      "  nnc run --help          the options of a command");
  return add_verbs(app, options);
}

VerbList add_verbs(CLI::App& app, Options& options) {
  VerbList verbs(app, options);
  add_run_verb(verbs, options);
  add_check_verb(verbs, options);
  add_plan_verb(verbs, options);
  add_summary_verb(verbs, options);
  add_report_verb(verbs, options);
  add_store_verbs(verbs, options);
  add_fmt_verb(verbs, options);
  add_lsp_verb(verbs);
  add_help_verbs(verbs, options);
  return verbs;
}

CLI::App& VerbList::add(const char* name, const char* what, const char* examples, Command command) {
  CLI::App* verb = app_->add_subcommand(name, what);
  verb->footer(fmt::format("Examples:\n{}", examples));
  verbs_.push_back({verb, std::move(command)});
  add_common(*verb, *options_);
  return *verb;
}

std::vector<std::string> VerbList::names() const {
  std::vector<std::string> names;
  for (const Verb& verb : verbs_) {
    if (!verb.app->get_group().empty()) names.push_back(verb.app->get_name());
  }
  return names;
}

}  // namespace nnc
