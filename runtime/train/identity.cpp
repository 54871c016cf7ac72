// What a trial is, whatever it is called: one line per thing that can change its result, hashed.
#include <fmt/format.h>

#include <bit>
#include <set>
#include <span>
#include <string>

#include "compiler/plan/scale_name.hpp"
#include "runtime/data/sha256.hpp"
#include "runtime/train/samples.hpp"
#include "runtime/train/study.hpp"

namespace nnc::rt {
namespace {

// To be raised when kernels, splits, metrics or the training loop come to give other numbers than before.
constexpr int kNumerics = 1;

const char* better_word(Direction direction) { return direction == Direction::Higher ? "higher" : "lower"; }

// What is not read does not count: a seed without shuffling, the folds of a hold-out.
std::string split_text(const TrialPlan& trial) {
  if (!trial.validation) return "all";
  const ValidationPlan& plan = *trial.validation;
  const std::string kind = plan.kind == ValidationPlan::Kind::KFold
                               ? fmt::format("kfold {} of {}", trial.fold.value_or(0), plan.folds)
                               : fmt::format("holdout {}", plan.fraction);
  return fmt::format("{}, stratified {}, shuffle {}", kind, plan.stratified, plan.shuffle);
}

std::string stop_text(const TrialPlan& trial) {
  if (!trial.stop) return "never";
  return fmt::format("{} {} {}", trial.stop->field, better_word(trial.stop->better), trial.stop->patience);
}

// Bit by bit, those of the epochs that are trained: where they come from changes nothing.
std::string rates_text(const TrialPlan& trial) {
  std::string text = "rates";
  for (std::int64_t epoch = 1; epoch <= trial.epochs; ++epoch)
    text += fmt::format(" {:016x}", std::bit_cast<std::uint64_t>(trial.rate(epoch)));
  return text + "\n";
}

}  // namespace

std::string trial_identity(const TrialPlan& trial, const DataPlan& data, std::string_view data_sha256,
                           std::string_view program, const RunOptions& options) {
  const std::size_t classes =
      data.classes.empty() ? static_cast<std::size_t>(data.class_count) : data.classes.size();
  std::string text = fmt::format(
      "numerics {}\nkernels {}\ndata {}\nscale {}\nclasses {}\nsplit {}\nseed {}\nbatch {}\nepochs {}\n"
      "shuffle {}\nstop {}\ntest {}\n",
      kNumerics, options.reference_kernels ? "reference" : "fast", data_sha256, scale_name(data.scale),
      classes, split_text(trial), trial.seed, trial.batch, trial.epochs, trial.shuffle, stop_text(trial),
      trial.measures_test);
  if (trial.rates != nullptr) text += rates_text(trial);
  if (options.smoke) text += fmt::format("smoke {} {} {}\n", kSmokeTrain, kSmokeTest, kSmokePerClass);
  std::set<std::string> metrics;  // the order in which they are written changes nothing
  for (const MetricPlan& metric : trial.metrics) {
    metrics.insert(fmt::format("metric {} {} {} {}\n", metric.name, metric.native, metric.variant,
                               better_word(metric.better)));
  }
  for (const std::string& metric : metrics) text += metric;
  Sha256 sha;
  sha.add(std::as_bytes(std::span(text)));
  sha.add(std::as_bytes(std::span(program)));
  return sha.finish();
}

}  // namespace nnc::rt
