// nnc run: check, train, evaluate, record, report.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <ostream>

#include "compiler/driver/commands.hpp"
#include "compiler/driver/compile_trial.hpp"
#include "compiler/driver/dump.hpp"
#include "compiler/driver/front_end.hpp"
#include "compiler/driver/output.hpp"
#include "compiler/driver/progress.hpp"
#include "runtime/record/record.hpp"
#include "runtime/report/report.hpp"
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

// What the table shows of a trial: training accuracy, then everything measured on the test data.
std::vector<std::string> shown_metrics(const std::vector<const rt::TrialRecord*>& trials) {
  std::vector<std::string> names;
  const auto add = [&](const std::string& name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  };
  for (const auto* trial : trials) {
    if (trial->metrics.count("train.accuracy") > 0) add("train.accuracy");
  }
  for (const auto* trial : trials) {
    for (const auto& [name, value] : trial->metrics) {
      if (name.starts_with("test.")) add(name);
    }
  }
  return names;
}

std::string results_table(const std::vector<const rt::TrialRecord*>& trials) {
  const std::vector<std::string> metrics = shown_metrics(trials);
  const bool seeds = std::any_of(trials.begin(), trials.end(),
                                 [&](const auto* trial) { return trial->seed != trials.front()->seed; });
  Table table;
  for (const auto& [name, value] : trials.front()->params) table.column(name, Table::Align::Right);
  if (seeds) table.column("seed", Table::Align::Right);
  for (const std::string& name : metrics) table.column(name, Table::Align::Right);
  table.column("time", Table::Align::Right);
  table.column("");
  for (const auto* trial : trials) {
    std::vector<std::string> cells;
    for (const auto& [name, value] : trial->params) cells.push_back(parameter_text(value));
    if (seeds) cells.push_back(std::to_string(trial->seed));
    for (const std::string& name : metrics) {
      const auto found = trial->metrics.find(name);
      cells.push_back(found == trial->metrics.end() ? "" : fmt::format("{:.4f}", found->second));
    }
    cells.push_back(duration_text(trial->seconds_train + trial->seconds_evaluate));
    if (!trial->finished())
      cells.push_back(fmt::format("{}: {}", rt::status_word(trial->status), trial->reason));
    table.row(std::move(cells));
  }
  return table.to_string();
}

void print_results(std::ostream& out, const rt::RunRecord& record) {
  std::vector<std::string> experiments;
  for (const rt::TrialRecord& trial : record.trials) {
    if (std::find(experiments.begin(), experiments.end(), trial.experiment) == experiments.end()) {
      experiments.push_back(trial.experiment);
    }
  }
  for (const std::string& experiment : experiments) {
    std::vector<const rt::TrialRecord*> trials;
    for (const rt::TrialRecord& trial : record.trials) {
      if (trial.experiment == experiment) trials.push_back(&trial);
    }
    out << experiment << "\n" << results_table(trials) << "\n";
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
  Result<rt::WrittenReport> report = rt::write_report(plan.reports, record, folder);
  if (!report) return report.failure();
  warnings = report.value().warnings;
  return std::move(report).value().files;
}

int exit_code_for(const rt::StudyResult& result) {
  if (result.interrupted) return kExitInterrupted;
  const auto& trials = result.record.trials;
  const auto good = std::count_if(trials.begin(), trials.end(),
                                  [](const rt::TrialRecord& trial) { return trial.finished(); });
  if (good == static_cast<std::ptrdiff_t>(trials.size())) return kExitOk;
  return good > 0 ? kExitPartlyFailed : kExitErrors;
}

// Keeps what is finished on disk while a run goes on, so that no way of ending loses it. The file takes the
// place of results.json only at the end: until then the results of an earlier run stay.
class PartialResults {
 public:
  PartialResults(const Env& env, std::string path) : env_(env), path_(std::move(path)) {}

  // Also tells, before anything is trained, whether the folder can be written at all.
  Status write() {
    written_at_ = env_.seconds();
    return rt::write_file_atomically(path_, rt::results_json(record_));
  }
  // Writing at most once a second keeps the cost of many short trials small.
  void add(const rt::TrialRecord& trial) {
    record_.trials.push_back(trial);
    if (env_.seconds() - written_at_ < 1) return;
    // A failure here is not the end: the final results are written, and complained about, anyway.
    static_cast<void>(write().ok());
  }
  void remove() const {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  [[nodiscard]] const std::string& path() const { return path_; }
  rt::RunRecord& record() { return record_; }

 private:
  const Env& env_;
  std::string path_;
  rt::RunRecord record_;
  double written_at_ = 0;
};

Result<rt::StudyResult> train(Env& env, const Options& options, Compilation& compilation,
                              PartialResults& partial) {
  const TrialCompiler compiler(compilation.sources, compilation.program, *compilation.study);
  rt::RunOptions run;
  run.reference_kernels = options.reference_kernels;
  run.stop = env.stop;
  Progress progress(env, options);
  rt::RunEvents events = progress.events();
  events.trial_ended = [&partial, shown = events.trial_ended](const rt::TrialRecord& record) {
    partial.add(record);
    if (shown) shown(record);
  };
  return rt::run_study(compilation.study->plan, compiler.callback(), events, run);
}

void complete_record(const Env& env, const Options& options, const StudyPlan& plan, double seconds,
                     rt::RunRecord& record) {
  record.file = plan.file;
  record.source_text = plan.source_text;
  record.nnc_version = NNC_VERSION;
  record.command = options.command;
  record.machine = env.machine();
  record.date = env.date();
  record.seconds = seconds;
}

void tell_interruption(Env& env, const StudyPlan& plan, const rt::RunRecord& record,
                       const std::string& place) {
  if (record.trials.empty()) {
    *env.err << "interrupted before the first trial ended; nothing was written\n";
    return;
  }
  *env.err << fmt::format("interrupted after {} of {} trials; what was done so far is in {}\n",
                          record.trials.size(), plan.trials.size(), place);
}

// True if an earlier run left the results of more trials in the folder.
bool earlier_run_has_more(const Env& env, const std::string& folder, const rt::RunRecord& record) {
  const Result<std::string> text = env.read_file(in_folder(folder, "record.json"));
  if (!text) return false;
  const Result<rt::RunRecord> earlier = rt::read_record(text.value());
  return earlier && earlier.value().trials.size() > record.trials.size();
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
  if (Status made = make_folder(folder); !made) {
    print_error(env, options, made.failure());
    return kExitUsage;
  }
  const double started = env.seconds();
  PartialResults partial(env, in_folder(folder, "results.partial.json"));
  complete_record(env, options, plan, 0, partial.record());
  if (Status writable = partial.write(); !writable) {
    print_error(env, options, writable.failure());
    return kExitUsage;
  }
  Result<rt::StudyResult> trained = train(env, options, *compilation, partial);
  if (!trained) {
    partial.remove();
    print_error(env, options, trained.failure());
    return kExitUsage;
  }
  rt::StudyResult& result = trained.value();
  complete_record(env, options, plan, env.seconds() - started, result.record);
  if (result.interrupted &&
      (result.record.trials.empty() || earlier_run_has_more(env, folder, result.record))) {
    // The results of an earlier run are worth more than fewer of the same.
    partial.record() = result.record;
    const bool kept = !result.record.trials.empty() && partial.write().ok();
    if (!kept) partial.remove();
    tell_interruption(env, plan, result.record, partial.path());
    return kExitInterrupted;
  }
  std::vector<std::string> warnings;
  const auto files = write_outputs(plan, result.record, folder, warnings);
  for (const std::string& warning : warnings) *env.err << "warning: " << warning << "\n";
  if (options.json) *env.out << rt::results_json(result.record);
  if (!options.json && !options.quiet) print_results(*env.out, result.record);
  if (!files) {
    print_error(env, options, files.failure());
    return kExitUsage;
  }
  partial.remove();
  if (result.interrupted) tell_interruption(env, plan, result.record, folder);
  if (!options.json && !options.quiet && !files.value().empty()) {
    *env.out << fmt::format("report: {}\n", files.value().front());
  }
  return exit_code_for(result);
}

}  // namespace nnc
