// nnc run: check, train, evaluate, record, report.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <ostream>
#include <utility>

#include "compiler/driver/commands.hpp"
#include "compiler/driver/dump.hpp"
#include "compiler/driver/open_study.hpp"
#include "compiler/driver/output.hpp"
#include "compiler/driver/program_files.hpp"
#include "compiler/driver/progress.hpp"
#include "compiler/driver/report_inputs.hpp"
#include "compiler/driver/run_outputs.hpp"
#include "compiler/driver/store_access.hpp"
#include "compiler/driver/study_cost.hpp"
#include "compiler/plan/training_steps.hpp"
#include "runtime/record/record.hpp"
#include "runtime/report/report.hpp"
#include "runtime/results/claims.hpp"
#include "runtime/train/prepared_study.hpp"
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

void complete_record(const Env& env, const Options& options, const StudyPlan& plan, double seconds,
                     const rt::Store& store, bool interrupted, rt::RunRecord& record) {
  record.file = plan.file;
  record.source_text = plan.source_text;
  record.nnc_version = NNC_VERSION;
  record.command = options.command;
  record.machine = env.machine();
  record.date = env.date();
  record.seconds = seconds;
  record.smoke = options.smoke;
  record.expected_trials = interrupted ? trial_count(plan) : std::ssize(record.trials);
  record.store = store.folder();
}

// The command as typed, but without what would begin anew.
std::string command_to_go_on(const Options& options) {
  std::string command = options.command;
  for (const std::string_view anew : {" --fresh", " --share off", " --share=off"}) {
    if (const std::size_t at = command.find(anew); at != std::string::npos) command.erase(at, anew.size());
  }
  return command;
}

// "; 14 of 180 epochs are done": what is kept of training, also of trials that have not ended. What is
// trained anew counts nothing of it.
std::string done_text(const OpenStudy& study) {
  const auto cost = cost_of(*study.prepared, {1, false, false});
  if (!cost || !study.prepared->options().reuse) return {};
  const std::int64_t epochs = cost.value().epochs_planned - cost.value().epochs;
  const std::int64_t steps = cost.value().steps_planned - cost.value().steps;
  if (epochs > 0)
    return fmt::format("; {} of {} are done", with_separators(epochs),
                       count_text(cost.value().epochs_planned, "epoch"));
  return fmt::format("; {} of {} are done", with_separators(steps),
                     count_text(cost.value().steps_planned, "step"));
}

void tell_interruption(Env& env, const OpenStudy& study, const rt::RunRecord& record,
                       const Options& options) {
  *env.err << fmt::format("interrupted after {} of {}{}; to go on from there:\n  {}\n", record.trials.size(),
                          count_text(trial_count(study.plan()), "trial"), done_text(study),
                          command_to_go_on(options));
}

// Results could not be kept: what was kept before is safe, and the same command goes on from there.
int tell_failure(Env& env, const Options& options, const StudyPlan& plan, const rt::StudyResult& result) {
  print_error(env, options, *result.failure);
  *env.err << fmt::format("{} of {} are kept; to go on from there:\n  {}\n", result.record.trials.size(),
                          count_text(trial_count(plan), "trial"), command_to_go_on(options));
  return kExitUsage;
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
  record.work = earlier.work;
  return true;
}

// Where nothing is left to train, the charts are most of what there is to do, and begin first. A store that
// is not there yet knows nothing.
std::shared_ptr<rt::ChartProcesses> begin_early(const Env& env, const Options& options) {
  const Result<std::string> path = choose_file(env, options);
  std::error_code error;
  const bool may_know =
      !options.fresh && path && std::filesystem::exists(store_folder(env, options, path.value()), error);
  return may_know ? rt::begin_charts() : nullptr;
}

// What a run is judged by, and the files that show it.
struct Judged {
  std::optional<Failure> unread;  // predictions that are kept could not be read
  std::optional<Result<std::vector<std::string>>> files;
  std::vector<std::string> warnings;
};

// A whole study is not judged by a part of what is known of it: then there are no files.
// `charts` are used up by writing.
Judged judge(const OpenStudy& study, const std::string& folder, std::shared_ptr<rt::ChartProcesses>& charts,
             rt::StudyResult& result) {
  const StudyPlan& plan = study.plan();
  rt::Store& store = *study.store;
  Judged judged;
  result.record.claims =
      rt::decide_claims(plan.reports, result.record, predictions_in(store, &judged.unread));
  if (judged.unread && !result.interrupted) return judged;
  rt::ReportOptions options = report_options(plan, store, study.prepared->loaded(), &judged.unread);
  options.begun = std::move(charts);
  // Somebody may have removed the folder while it was training.
  if (Status made = make_folder(folder); !made) {
    judged.files = made.failure();
    return judged;
  }
  judged.files = write_outputs(plan, result.record, folder, options, judged.warnings);
  return judged;
}

// Writes and prints everything that a run ends with.
int finish(Env& env, const Options& options, OpenStudy& study, const std::string& folder,
           std::shared_ptr<rt::ChartProcesses> charts, rt::StudyResult& result) {
  rt::Store& store = *study.store;
  Judged judged = judge(study, folder, charts, result);
  if (judged.unread && !result.interrupted && !options.fresh) {
    // What was damaged has been put aside, so that it is measured or, without its weights, trained again.
    const rt::StudyResult again = rt::run_study(*study.prepared, {});
    result.record.work.steps_trained += again.record.work.steps_trained;
    if (again.failure || again.interrupted) tell_notices(env, store);
    if (again.failure) return tell_failure(env, options, study.plan(), again);
    if (again.interrupted) {
      // Without what was not measured there is no report of it.
      tell_interruption(env, study, again.record, options);
      return kExitInterrupted;
    }
    judged = judge(study, folder, charts, result);
  }
  tell_notices(env, store);
  if (judged.unread && !result.interrupted) {
    print_error(env, options, *judged.unread);
    return kExitUsage;
  }
  std::vector<std::string>& warnings = judged.warnings;
  const Result<std::vector<std::string>>& files = *judged.files;
  for (const std::string& problem : result.record.problems) warnings.push_back(problem);
  for (const std::string& warning : warnings) *env.err << "warning: " << warning << "\n";
  if (options.json) *env.out << rt::results_json(result.record);
  if (!options.json && !options.quiet) {
    print_results(*env.out, result.record);
    print_claims(*env.out, result.record);
  }
  if (!files) {
    Options told = options;
    told.json = false;  // the results were printed
    print_error(env, told, files.failure());
    return kExitUsage;
  }
  if (result.interrupted) tell_interruption(env, study, result.record, options);
  if (!options.json && !options.quiet && !files.value().empty()) {
    *env.out << fmt::format("report: {}\n", files.value().front());
  }
  return exit_code_for(result, options.strict);
}

}  // namespace

int cmd_run(Env& env, const Options& options) {
  if (!options.dump.empty()) return dump_phase(env, options);
  int exit_code = kExitOk;
  const double started = env.seconds();
  std::shared_ptr<rt::ChartProcesses> charts = begin_early(env, options);
  const auto study = open_study(env, options, StoreUse::Write, exit_code);
  if (study == nullptr) return exit_code;
  const StudyPlan& plan = study->plan();
  if (plan.trials.empty()) {
    print_error(env, options,
                {fmt::format("{} has no experiment to run", study->compilation->path),
                 "add one: `experiment first { train MODEL() on DATA with RECIPE }`"});
    return kExitErrors;
  }
  rt::Store& store = *study->store;
  const std::string folder = output_folder(options, study->compilation->path);
  if (Status made = make_folder(folder); !made) {
    print_error(env, options, made.failure());
    return kExitUsage;
  }
  rt::StudyResult result = [&] {
    Progress progress(env, options, plan, study->prepared->work(), study->prepared->options().jobs);
    rt::RunEvents events = progress.events();
    // Training needs the memory and the cores, and takes its time.
    events.trial_started = [&charts, show = events.trial_started](std::size_t trial) {
      charts.reset();
      show(trial);
    };
    return rt::run_study(*study->prepared, events);
  }();
  tell_notices(env, store);
  if (result.failure) return tell_failure(env, options, plan, result);
  const Result<rt::RunRecord> earlier = read_record_of(env, folder);
  const bool earlier_has_more = earlier && earlier.value().trials.size() > result.record.trials.size();
  if (result.interrupted && (result.record.trials.empty() || earlier_has_more)) {
    // The report of an earlier run is worth more than one of fewer trials.
    tell_interruption(env, *study, result.record, options);
    return kExitInterrupted;
  }
  const bool nothing_new = earlier && keep_results(earlier.value(), result.record);
  const double seconds = nothing_new ? earlier.value().seconds : env.seconds() - started;
  complete_record(env, options, plan, seconds, store, result.interrupted, result.record);
  return finish(env, options, *study, folder, std::move(charts), result);
}

}  // namespace nnc
