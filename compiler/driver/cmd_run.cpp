// nnc run: check, train, evaluate, record, report.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <ostream>

#include "compiler/base/text_width.hpp"
#include "compiler/driver/commands.hpp"
#include "compiler/driver/compile_trial.hpp"
#include "compiler/driver/dump.hpp"
#include "compiler/driver/front_end.hpp"
#include "compiler/driver/output.hpp"
#include "compiler/driver/progress.hpp"
#include "compiler/driver/report_inputs.hpp"
#include "compiler/driver/trial_store.hpp"
#include "runtime/record/record.hpp"
#include "runtime/report/report.hpp"
#include "runtime/results/claims.hpp"
#include "runtime/results/results.hpp"
#include "runtime/results/value_text.hpp"
#include "runtime/train/study.hpp"

namespace nnc {
namespace {

Status make_folder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) {
    return Failure{fmt::format("cannot make the folder `{}`: {}", path, error.message()),
                   "choose another with --out DIR"};
  }
  return Done{};
}

std::string in_folder(const std::string& folder, const char* name) {
  return (std::filesystem::path(folder) / name).string();
}

// What fits into a terminal: every metric of the part that the experiment ends with (test, or where that is
// not looked at the validation part), of the other parts the accuracy.
std::vector<std::string> shown_metrics(const std::vector<rt::Group>& groups) {
  std::vector<std::string> fields = rt::metric_fields(groups);
  const bool all_tested = std::all_of(groups.begin(), groups.end(), [](const rt::Group& group) {
    return rt::measure(group, "test.loss").present;
  });
  const std::string whole = all_tested ? "test" : "valid";
  std::erase_if(fields, [&](const std::string& field) {
    return rt::split_of(field) != whole && rt::metric_of(field) != "accuracy";
  });
  return fields;
}

// A row per point of an experiment: its axes, its metrics over seeds and folds, its time.
std::string results_table(const std::vector<rt::Group>& groups) {
  const std::vector<std::string> metrics = shown_metrics(groups);
  Table table;
  for (const auto& [name, value] : groups.front().first().params) table.column(name, Table::Align::Right);
  for (const std::string& name : metrics) table.column(name, Table::Align::Right);
  table.column("time", Table::Align::Right);
  table.column("");
  for (const rt::Group& group : groups) {
    std::vector<std::string> cells;
    for (const auto& [name, value] : group.first().params) cells.push_back(parameter_text(value));
    for (const std::string& name : metrics) cells.push_back(rt::measure(group, name).text);
    double seconds = 0;
    std::string problem;
    for (const rt::TrialRecord* trial : group.trials) {
      seconds += trial->seconds_train + trial->seconds_evaluate;
      if (!trial->finished() && problem.empty())
        problem = fmt::format("{}: {}", rt::status_word(trial->status), trial->reason);
    }
    cells.push_back(duration_text(seconds));
    cells.push_back(problem);
    table.row(std::move(cells));
  }
  return table.to_string();
}

void print_results(std::ostream& out, const rt::RunRecord& record) {
  for (const std::string& experiment : rt::experiment_names(record)) {
    out << experiment << "\n" << results_table(rt::group_trials(record, {experiment})) << "\n";
  }
}

// The files of a run. Failure if one could not be written; what was written before stays.
Result<std::vector<std::string>> write_outputs(const StudyPlan& plan, const rt::RunRecord& record,
                                               const std::string& folder,
                                               std::vector<std::string>& warnings) {
  if (Status status = rt::write_file_atomically(in_folder(folder, "results.json"), rt::results_json(record));
      !status) {
    return status.failure();
  }
  if (Status status = rt::write_file_atomically(in_folder(folder, "record.json"), rt::record_json(record));
      !status) {
    return status.failure();
  }
  Result<rt::WrittenReport> report =
      rt::write_report(plan.reports, record, folder, report_options(plan, folder));
  if (!report) return report.failure();
  warnings = report.value().warnings;
  return std::move(report).value().files;
}

int exit_code_for(const rt::StudyResult& result, bool strict) {
  if (result.interrupted) return kExitInterrupted;
  const auto& trials = result.record.trials;
  const auto good = std::count_if(trials.begin(), trials.end(),
                                  [](const rt::TrialRecord& trial) { return trial.finished(); });
  if (good < static_cast<std::ptrdiff_t>(trials.size())) return good > 0 ? kExitPartlyFailed : kExitErrors;
  const auto& claims = result.record.claims;
  const bool refuted = std::any_of(claims.begin(), claims.end(), [](const rt::ClaimRecord& claim) {
    return claim.verdict == rt::Verdict::Refuted;
  });
  return strict && refuted ? kExitErrors : kExitOk;
}

int jobs_of(const Env& env, const Options& options, const StudyPlan& plan) {
  const int wanted = options.jobs > 0 ? options.jobs : env.cores();
  return std::clamp(wanted, 1, static_cast<int>(std::max<std::size_t>(plan.trials.size(), 1)));
}

Result<rt::StudyResult> train(Env& env, const Options& options, Compilation& compilation,
                              const std::string& folder, TrialStore& store) {
  const StudyPlan& plan = compilation.study->plan;
  const TrialCompiler compiler(compilation.sources, compilation.program, *compilation.study);
  rt::RunOptions run;
  run.reference_kernels = options.reference_kernels;
  run.stop = env.stop;
  run.jobs = jobs_of(env, options, plan);
  run.threads = options.threads;
  run.smoke = options.smoke;
  run.folder = folder;
  if (!options.fresh) run.known = [&store](const std::string& identity) { return store.find(identity); };
  Progress progress(env, options, plan, run.jobs);
  rt::RunEvents events = progress.events();
  events.trial_ended = [&store, shown = events.trial_ended](std::size_t trial,
                                                            const rt::TrialRecord& record) {
    store.add(record);
    shown(trial, record);
  };
  return rt::run_study(plan, compiler.callback(), events, run);
}

void complete_record(const Env& env, const Options& options, const StudyPlan& plan, double seconds,
                     const std::string& folder, bool interrupted, rt::RunRecord& record) {
  record.file = plan.file;
  record.source_text = plan.source_text;
  record.nnc_version = NNC_VERSION;
  record.command = options.command;
  record.machine = env.machine();
  record.date = env.date();
  record.seconds = seconds;
  record.smoke = options.smoke;
  record.expected_trials = interrupted ? trial_count(plan) : std::ssize(record.trials);
  record.claims = rt::decide_claims(plan.reports, record, predictions_in(folder));
}

// The command as typed, but without `--fresh`, which would begin anew.
std::string command_to_go_on(const Options& options) {
  std::string command = options.command;
  const std::string fresh = " --fresh";
  if (const std::size_t at = command.find(fresh); at != std::string::npos) command.erase(at, fresh.size());
  return command;
}

void tell_interruption(Env& env, const StudyPlan& plan, const rt::RunRecord& record, const Options& options) {
  *env.err << fmt::format("interrupted after {} of {}; to go on from there:\n  {}\n", record.trials.size(),
                          count_text(trial_count(plan), "trial"), command_to_go_on(options));
}

Result<rt::RunRecord> earlier_run(const Env& env, const std::string& folder) {
  return read_record_of(env, folder);
}

// A run that had nothing to train gives the results of the run before, to the letter. False if it had.
bool keep_results(const rt::RunRecord& earlier, rt::RunRecord& record) {
  const bool all_known = std::all_of(record.trials.begin(), record.trials.end(), [](const auto& trial) {
    return trial.status == rt::TrialStatus::Cached;
  });
  if (!all_known || record.trials.size() != earlier.trials.size()) return false;
  for (rt::TrialRecord& trial : record.trials) {
    const auto same = std::find_if(earlier.trials.begin(), earlier.trials.end(), [&](const auto& other) {
      return other.id == trial.id && other.identity == trial.identity && other.finished();
    });
    if (same == earlier.trials.end()) return false;
    trial.status = same->status;
  }
  return true;
}

void print_claims(std::ostream& out, const rt::RunRecord& record) {
  if (record.claims.empty()) return;
  out << "claims\n";
  for (const rt::ClaimRecord& claim : record.claims) {
    out << fmt::format("  {:<12}  {}\n  {:<12}  {}\n", rt::verdict_word(claim.verdict), printable(claim.text),
                       "", printable(claim.evidence));
  }
  out << "\n";
}

// Folder and store, ready to be written to. Empty, with the error shown, if they are not.
std::unique_ptr<TrialStore> open_store(Env& env, const Options& options, const std::string& folder) {
  if (Status made = make_folder(folder); !made) {
    print_error(env, options, made.failure());
    return nullptr;
  }
  auto store = std::make_unique<TrialStore>(env, folder);
  if (const std::string problem = store->load(); !problem.empty()) {
    *env.err << fmt::format("warning: the trials of earlier runs are not used: {}\n", problem);
  }
  if (Status writable = store->write(); !writable) {
    print_error(env, options, writable.failure());
    return nullptr;
  }
  return store;
}

// Writes and prints everything that a run ends with.
int finish(Env& env, const Options& options, const StudyPlan& plan, const std::string& folder,
           const rt::StudyResult& result) {
  std::vector<std::string> warnings;
  const auto files = write_outputs(plan, result.record, folder, warnings);
  for (const std::string& problem : result.record.problems) warnings.push_back(problem);
  for (const std::string& warning : warnings) *env.err << "warning: " << warning << "\n";
  if (options.json) *env.out << rt::results_json(result.record);
  if (!options.json && !options.quiet) {
    print_results(*env.out, result.record);
    print_claims(*env.out, result.record);
  }
  if (!files) {
    print_error(env, options, files.failure());
    return kExitUsage;
  }
  if (result.interrupted) tell_interruption(env, plan, result.record, options);
  if (!options.json && !options.quiet && !files.value().empty()) {
    *env.out << fmt::format("report: {}\n", files.value().front());
  }
  return exit_code_for(result, options.strict);
}

}  // namespace

int cmd_run(Env& env, const Options& options) {
  if (!options.dump.empty()) return dump_phase(env, options);
  int exit_code = kExitOk;
  const auto compilation = load_study(env, options, exit_code);
  if (!compilation) return exit_code;
  const StudyPlan& plan = compilation->study->plan;
  if (plan.trials.empty()) {
    print_error(env, options,
                {fmt::format("{} has no experiment to run", compilation->path),
                 "add one: `experiment first { train MODEL() on DATA with RECIPE }`"});
    return kExitErrors;
  }
  const std::string folder = output_folder(options, compilation->path);
  const double started = env.seconds();
  const auto store = open_store(env, options, folder);
  if (store == nullptr) return kExitUsage;
  Result<rt::StudyResult> trained = train(env, options, *compilation, folder, *store);
  static_cast<void>(store->write().ok());  // a disk that is full is complained about below
  if (!trained) {
    print_error(env, options, trained.failure());
    return kExitUsage;
  }
  rt::StudyResult& result = trained.value();
  const Result<rt::RunRecord> earlier = earlier_run(env, folder);
  const bool earlier_has_more = earlier && earlier.value().trials.size() > result.record.trials.size();
  if (result.interrupted && (result.record.trials.empty() || earlier_has_more)) {
    // The report of an earlier run is worth more than one of fewer trials.
    tell_interruption(env, plan, result.record, options);
    return kExitInterrupted;
  }
  const bool nothing_new = earlier && keep_results(earlier.value(), result.record);
  const double seconds = nothing_new ? earlier.value().seconds : env.seconds() - started;
  complete_record(env, options, plan, seconds, folder, result.interrupted, result.record);
  return finish(env, options, plan, folder, result);
}

}  // namespace nnc
