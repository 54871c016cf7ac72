// The command line: verbs, options, help, and guesses at what was meant. The only file that sees CLI11.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <iostream>
#include <limits>
#include <new>

#include "compiler/base/optimizations.hpp"
#include "compiler/base/sink.hpp"
#include "compiler/driver/commands.hpp"
#include "compiler/driver/dump.hpp"
#include "compiler/driver/output.hpp"
#include "runtime/report/report.hpp"

namespace nnc {
namespace {

using Command = std::function<int(Env&, const Options&)>;

struct Verb {
  CLI::App* app;
  Command command;
};
using AddVerb =
    std::function<CLI::App&(const char* name, const char* what, const char* examples, Command command)>;

// ---------------------------------------------------------------- options

void add_file(CLI::App& app, Options& options) {
  app.add_option("FILE", options.file, "the program; without it the sole .nn file of this folder");
}

void add_common(CLI::App& app, Options& options) {
  app.add_option("--color", options.color, "colour: auto, always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->type_name("WHEN");
  app.add_flag("--json", options.json, "print facts as JSON, and so an error");
  app.add_flag("-q,--quiet", options.quiet, "print nothing but errors");
}

// What reads as a number but is none that can be counted with: inf, nan, 1e999.
bool endless(const std::string& text) {
  double number = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  return read.ptr == end && (read.ec == std::errc::result_out_of_range || !std::isfinite(number));
}

CLI::Option* add_set(CLI::App& app, Options& options) {
  return app
      .add_option_function<std::vector<std::string>>(
          "--set",
          [&options](const std::vector<std::string>& values) {
            for (const std::string& value : values) {
              const std::size_t equals = value.find('=');
              if (equals == std::string::npos || equals == 0) {
                throw CLI::ValidationError("--set", fmt::format("`{}` is not of the form NAME=VALUE", value));
              }
              if (endless(value.substr(equals + 1))) {
                throw CLI::ValidationError(
                    "--set", fmt::format("`{}` is not a finite number", value.substr(equals + 1)));
              }
              options.settings.emplace_back(value.substr(0, equals), value.substr(equals + 1));
            }
          },
          "a setting of every trial (epochs=2) or a `let` of the file; may be repeated")
      ->type_name("NAME=VALUE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false);
}

void add_study(CLI::App& app, Options& options) {
  app.add_option("--only", options.only, "this experiment alone")->type_name("EXPERIMENT");
  add_set(app, options);
}

void add_smoke(CLI::App& app, Options& options) {
  app.add_flag(
      "--smoke", options.smoke,
      "one epoch of everything on a sliver of the data, in seconds: does it all work? No claims are made");
}

CLI::Option* add_kernels(CLI::App& app, Options& options) {
  return app
      .add_option_function<std::string>(
          "--kernels", [&options](const std::string& set) { options.reference_kernels = set == "reference"; },
          "fast, or reference: the plain ones that the fast ones are tested against")
      ->check(CLI::IsMember({"fast", "reference"}))
      ->type_name("SET");
}

std::string optimization_names() {
  std::string names;
  for (const OptimizationInfo& info : all_optimizations())
    names += (names.empty() ? "" : ", ") + std::string(info.name);
  return names;
}

void add_dump(CLI::App& app, Options& options) {
  app.add_option(
         "--dump", options.dump,
         "print the program after a phase and stop: parse, ast, checked, study, graph, after:PASS, plan")
      ->type_name("PHASE");
  app.add_option("--trial", options.trial, "the trial that --dump shows, counted from 1")
      ->type_name("N")
      ->check(CLI::Range(std::int64_t{1}, std::numeric_limits<std::int64_t>::max()));
  app.add_option_function<std::string>(
         "--without",
         [](const std::string& names) {
           const Status known = switch_off(names);
           if (!known)
             throw CLI::ValidationError("--without", known.failure().message + "; " + known.failure().hint);
         },
         "optimizations to switch off, separated by commas, to see what they bring: " + optimization_names())
      ->type_name("NAMES");
}

void add_folder(CLI::App& app, Options& options) {
  app.add_option("-o,--out", options.folder, "where results and report go (default runs/<name of the file>)")
      ->type_name("DIR");
}

void add_store(CLI::App& app, Options& options, const char* usual = "$NNC_STORE, or .nnc beside the file") {
  app.add_option("--store", options.store,
                 fmt::format("where trials are kept from run to run (default: {})", usual))
      ->type_name("DIR");
}

void add_jobs(CLI::App& app, Options& options) {
  app.add_option("-j,--jobs", options.jobs, "trials at once (default: one per core)")
      ->type_name("N")
      ->check(CLI::Range(1, 1024));
}

void add_run(CLI::App& app, Options& options) {
  add_folder(app, options);
  add_jobs(app, options);
  app.add_option(
         "--threads", options.threads,
         "threads within each trial (default: cores that have no trial); results are the same for any number")
      ->type_name("N")
      ->check(CLI::Range(1, 1024));
  app.add_flag("--fresh", options.fresh, "train everything anew, also what earlier runs have finished");
  app.add_option_function<std::string>(
         "--share", [&options](const std::string& word) { options.share = word == "on"; },
         "on, or off: train every trial from its beginning, also equal ones, to see that sharing changes "
         "nothing")
      ->check(CLI::IsMember({"on", "off"}))
      ->type_name("WHEN");
  app.add_option(
         "--checkpoint", options.checkpoint_seconds,
         "seconds between two states to go on from (default 10); more if they take over 1 % of the time")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.0, 1e9))
      ->check([](const std::string& text) {  // no number is outside of every range
        return endless(text) ? fmt::format("`{}` is not a finite number", text) : std::string();
      });
  app.add_flag("--strict", options.strict, "exit with 1 if a claim is refuted");
  add_kernels(app, options);
}

// The verbs that ask about trials and their store.
void add_store_verbs(const AddVerb& add, Options& options) {
  const auto add_trial = [&options](CLI::App& verb, const char* what) {
    return verb.add_option("TRIAL", options.topic, what);
  };
  CLI::App& why =
      add("why", "Say which trials would be trained, and what makes each different from those known",
          "  nnc why study.nn\n"
          "  nnc why 12 study.nn\n"
          "  nnc why dropout",
          cmd_why);
  add_trial(why,
            "a number of `nnc plan`, an experiment, or the beginning of an identity or of an id of the "
            "report; without it all");
  add_file(why, options);
  add_study(why, options);
  add_store(why, options);
  CLI::App& diff = add("diff", "Compare the trials of two programs: added, removed, changed, already done",
                       "  nnc diff before.nn after.nn", cmd_diff);
  diff.add_option("A", options.file, "the program before")->required();
  diff.add_option("B", options.other, "the program after")->required();
  add_store(diff, options);
  CLI::App& ls = add("ls", "List the trials that are kept, and what they take",
                     "  nnc ls\n"
                     "  nnc ls study.nn --json",
                     cmd_ls);
  ls.add_option("FILE", options.file,
                "the program whose store is listed; without it the store of this folder");
  add_store(ls, options);
  CLI::App& show = add("show", "Show all that is known of one trial",
                       "  nnc ls\n"
                       "  nnc show 3f2a9c",
                       cmd_show);
  add_trial(show, "the beginning of its identity, or as `nnc why` takes it, if one trial is meant")
      ->required();
  show.add_option("FILE", options.file,
                  "the program whose store is meant; without it the store of this folder");
  add_store(show, options);
  CLI::App& clean = add("clean", "Remove what need not be kept, and say how much it was",
                        "  nnc clean study.nn --dry-run\n"
                        "  nnc clean study.nn --others\n"
                        "  nnc clean --checkpoints",
                        cmd_clean);
  clean.add_option("FILE", options.file,
                   "the program whose store is cleaned; without it the store of this folder");
  add_store(clean, options);
  clean.add_flag("--checkpoints", options.checkpoints, "also the states from which training could go on");
  CLI::Option* others = clean.add_flag("--others", options.others,
                                       "also the trials that `run` with FILE and these options does not "
                                       "have, and their states: without --set, "
                                       "--smoke and --kernels those of runs with them");
  clean.add_flag("--all", options.all, "everything");
  add_set(clean, options)->needs(others);
  clean.add_flag("--smoke", options.smoke, "--others: keep the trials of smoke runs and no others")
      ->needs(others);
  add_kernels(clean, options)->needs(others);
  clean.add_flag("-n,--dry-run", options.dry_run, "only say what would be removed");
  CLI::App& verify =
      add("verify", "Read everything that is kept, compare it with its checksums, mend what has a copy",
          "  nnc verify\n"
          "  nnc verify study.nn",
          cmd_verify);
  verify.add_option("FILE", options.file,
                    "the program whose store is verified; without it the store of this folder");
  add_store(verify, options);
}

std::vector<Verb> add_verbs(CLI::App& app, Options& options) {
  std::vector<Verb> verbs;
  const AddVerb add = [&](const char* name, const char* what, const char* examples,
                          Command command) -> CLI::App& {
    CLI::App* verb = app.add_subcommand(name, what);
    verb->footer(fmt::format("Examples:\n{}", examples));
    verbs.push_back({verb, std::move(command)});
    add_common(*verb, options);
    return *verb;
  };
  CLI::App& run = add("run", "Check, train, evaluate and report",
                      "  nnc run study.nn\n"
                      "  nnc run study.nn --smoke\n"
                      "  nnc run study.nn --only baseline --set epochs=2\n"
                      "  nnc run study.nn --out try --json > results.json",
                      cmd_run);
  add_file(run, options);
  add_run(run, options);
  add_store(run, options);
  add_study(run, options);
  add_smoke(run, options);
  add_dump(run, options);
  CLI::App& check = add("check", "Check every name, type and shape of every trial, without training",
                        "  nnc check study.nn\n"
                        "  nnc check study.nn --json",
                        cmd_check);
  add_file(check, options);
  add_study(check, options);
  add_dump(check, options);
  CLI::App& plan =
      add("plan", "Say what `run` would do: trials, what they have in common, steps, memory, time",
          "  nnc plan study.nn\n"
          "  nnc plan study.nn --no-time --jobs 8\n"
          "  nnc plan study.nn --dump=graph --trial 2",
          cmd_plan);
  add_file(plan, options);
  add_jobs(plan, options);
  add_store(plan, options);
  add_study(plan, options);
  plan.add_flag_callback(
      "--no-time", [&options] { options.time = false; }, "do not run steps to tell how long it will take");
  add_dump(plan, options);
  CLI::App& summary = add("summary", "Show the layers of the models, their shapes and parameters",
                          "  nnc summary study.nn\n"
                          "  nnc summary study.nn --model cnn --input 32x32x3",
                          cmd_summary);
  add_file(summary, options);
  add_study(summary, options);
  summary.add_option("--model", options.model, "this model alone")->type_name("NAME");
  summary.add_option("--input", options.input, "the shape of one sample, such as 28x28x1")
      ->type_name("SHAPE");
  CLI::App& report = add("report", "Write the report again from the record of the last run, without training",
                         "  nnc report study.nn\n"
                         "  nnc report study.nn --out try",
                         cmd_report);
  add_file(report, options);
  add_folder(report, options);
  add_store(report, options, "that of the run");
  add_store_verbs(add, options);
  CLI::App& explain = add("explain", "Explain a diagnostic, or list all",
                          "  nnc explain E0301\n"
                          "  nnc explain",
                          cmd_explain);
  explain.add_option("CODE", options.topic, "as the message shows it, such as E0301");
  CLI::App& lsp = add("lsp", "Be the language server of an editor: mistakes, shapes and names as you type",
                      "  docs/editors.md says how editors start it", cmd_lsp);
  lsp.add_flag_callback(
      "--stdio", [] {}, "on the standard streams, which it always is; some editors add this");
  return verbs;
}

// ---------------------------------------------------------------- mistakes on the command line

int usage_error(Env& env, const Options& options, std::string message, std::string hint) {
  print_error(env, options, {std::move(message), std::move(hint)});
  return kExitUsage;
}

std::vector<std::string> names_of(const std::vector<Verb>& verbs) {
  std::vector<std::string> names;
  for (const Verb& verb : verbs) names.push_back(verb.app->get_name());
  return names;
}

// A first word that is no verb: a verb mistyped, or a file whose verb was left out.
int unknown_verb(Env& env, const Options& options, const std::string& word,
                 const std::vector<std::string>& verbs) {
  if (word.ends_with(".nn")) {
    return usage_error(env, options, fmt::format("`{}` is not a command", word),
                       fmt::format("to run the file: `nnc run {}`", word));
  }
  std::string hint = did_you_mean_hint(word, verbs);
  if (hint.empty()) hint = "`nnc --help` lists the commands";
  return usage_error(env, options, fmt::format("`{}` is not a command", word), hint);
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
  std::string hint = did_you_mean_hint(word, known);
  if (hint.empty()) hint = fmt::format("see `{}`", see);
  return usage_error(env, options, fmt::format("unknown {} `{}`", what, word), hint);
}

bool known_phase(Env& env, const Options& options) {
  const std::vector<std::string> phases = dump_phases();
  if (options.dump.empty() || std::find(phases.begin(), phases.end(), options.dump) != phases.end())
    return true;
  std::string hint = did_you_mean_hint(options.dump, phases);
  if (hint.empty()) hint = fmt::format("one of {}", fmt::join(phases, ", "));
  usage_error(env, options, fmt::format("there is no phase `{}`", options.dump), hint);
  return false;
}

// ---------------------------------------------------------------- one command line

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

// `nnc help` and `nnc help VERB`, which people try first.
std::vector<std::string> with_help(const std::vector<std::string>& arguments) {
  if (arguments.empty() || arguments.front() != "help") return arguments;
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
  CLI::App app("A compiler for experiments: checks, trains and reports on the networks of a .nn file.",
               "nnc");
  bool version = false;
  app.add_flag("--version", version, "print the version");
  app.add_option("--color", options.color)->check(CLI::IsMember({"auto", "always", "never"}))->group("");
  app.footer(
      "Examples:\n  nnc run study.nn        train everything and write the report\n"
      "  nnc check study.nn      find mistakes first\n"
      "  nnc run --help          the options of a command");
  const std::vector<Verb> verbs = add_verbs(app, options);
  const auto first = std::find_if(arguments.begin(), arguments.end(),
                                  [](const std::string& word) { return !word.starts_with("-"); });
  const std::vector<std::string> names = names_of(verbs);
  const bool after_color =
      first != arguments.begin() && first != arguments.end() && *(first - 1) == "--color";
  if (first != arguments.end() && !after_color &&
      std::find(names.begin(), names.end(), *first) == names.end()) {
    return unknown_verb(env, options, *first, names);
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
    return usage_error(env, options, as_message(error.what()), fmt::format("see `{}`", see));
  }
  if (version) {
    *env.out << "nnc " << NNC_VERSION << "\n";
    return kExitOk;
  }
  if (!known_phase(env, options)) return kExitUsage;
  for (const Verb& verb : verbs) {
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
