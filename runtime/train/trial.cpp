// Trains and judges one trial. In: its plan, its samples, its compiled program. Out: its record, and its
// predictions as files.
#include "runtime/train/trial.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "runtime/data/sha256.hpp"
#include "runtime/metrics/metrics.hpp"
#include "runtime/train/judging.hpp"
#include "runtime/train/machinery.hpp"
#include "runtime/train/prediction_files.hpp"
#include "runtime/train/training.hpp"

namespace nnc::rt {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// What was learned: parameters and kept state, in the order of their declaration. Optimizer state is not part
// of it.
std::string hash_weights(const StepPlan& plan, const Memory& state) {
  Sha256 sha;
  for (const PlannedSlot& slot : plan.slots) {
    if (slot.optimizer) continue;
    const auto elements = static_cast<std::size_t>(slot.operand.shape.element_count().value_or(0));
    const std::size_t width =
        slot.operand.type == ElementType::Float && plan.wide ? sizeof(double) : sizeof(float);
    sha.add({state.data() + slot.operand.offset, elements * width});
  }
  return sha.finish();
}

// Metrics that users declare may name computations that do not exist.
Status check_metrics(const TrialPlan& trial) {
  for (const MetricPlan& metric : trial.metrics) {
    const MetricInfo* info = find_metric(metric.native);
    if (info == nullptr) {
      return Failure{
          fmt::format("metric `{}` is computed by `{}`, which does not exist", metric.name, metric.native),
          {}};
    }
    if (!has_variant(*info, metric.variant)) {
      return Failure{
          fmt::format("metric `{}`: `{}` has no variant `{}`", metric.name, metric.native, metric.variant),
          {}};
    }
  }
  return Done{};
}

void record_samples(const TrialInputs& inputs, TrialRecord& record) {
  const auto record_part = [&](const char* name, const std::vector<std::uint32_t>& part) {
    if (!part.empty()) record.samples[name] = static_cast<std::int64_t>(part.size());
  };
  record_part("train", inputs.samples.train);
  record_part("valid", inputs.samples.valid);
  record_part("test", inputs.samples.test);
}

// The training means of the epoch that was kept.
void record_training_metrics(std::size_t epoch, TrialRecord& record) {
  for (const char* const name : {"train.loss", "train.accuracy"}) {
    const std::vector<double>& history = record.history[name];
    if (epoch < history.size()) record.metrics[name] = history[epoch];
  }
}

// True unless it was stopped.
bool train(const TrialInputs& inputs, Machinery& machinery, TrialRecord& record) {
  const Clock::time_point begin = Clock::now();
  const StepPlan& plan = machinery.train.plan();
  initialize_slots(plan, machinery.state, inputs.trial.seed);
  Training training(inputs, machinery, record);
  const bool trained = training.run();
  record.seconds_train = seconds_since(begin) - training.seconds_validated();
  record.seconds_evaluate = training.seconds_validated();
  if (training.interrupted()) return false;
  if (!trained) return true;
  record_training_metrics(training.kept_epoch(), record);
  record.weights_sha256 = hash_weights(plan, machinery.state);
  return true;
}

// True unless it was stopped.
bool judge_and_store(const TrialInputs& inputs, const Machinery& machinery, const JudgedPart& judged,
                     const std::string& name, TrialRecord& record) {
  const std::optional<Predictions> predictions = judge(inputs, machinery.evaluate, judged, name, record);
  if (!predictions) return false;
  if (inputs.options.folder.empty()) return true;
  if (Status stored = store_predictions(inputs.options.folder, name, *predictions, record); !stored) {
    fail(record, stored.failure());
  }
  return true;
}

// The finished model on every part that it may look at. True unless it was stopped.
bool evaluate(const TrialInputs& inputs, const Machinery& machinery, TrialRecord& record) {
  const TrialSamples& samples = inputs.samples;
  if (!samples.valid.empty()) {
    if (!judge_and_store(inputs, machinery, {inputs.data.train, samples.valid}, "valid", record))
      return false;
    const JudgedPart fitted{inputs.data.train, samples.train};
    if (!judge(inputs, machinery.evaluate, fitted, "fitted", record)) return false;
  }
  if (samples.test.empty()) return true;
  return judge_and_store(inputs, machinery, {inputs.data.test, samples.test}, "test", record);
}

}  // namespace

TrialRecord start_record(const TrialPlan& trial, const std::string& data_name) {
  TrialRecord record;
  record.id = trial.id;
  record.experiment = trial.experiment;
  record.params = trial.params;
  record.seed = trial.seed;
  record.fold = trial.fold;
  record.refit = trial.refit;
  record.model = trial.model;
  record.data = data_name;
  record.loss = trial.loss;
  record.optimizer = trial.optimizer;
  record.schedule = trial.schedule;
  record.batch = trial.batch;
  record.parameters = trial.parameters;
  record.epochs = trial.epochs;
  record.layers = trial.layers;
  record.directions = {{"accuracy", Direction::Higher}, {"loss", Direction::Lower}};
  for (const MetricPlan& metric : trial.metrics) record.directions[metric.name] = metric.better;
  return record;
}

void fail(TrialRecord& record, const Failure& failure) {
  record.status = TrialStatus::Failed;
  record.reason =
      failure.hint.empty() ? failure.message : fmt::format("{}; {}", failure.message, failure.hint);
}

bool run_trial(const TrialInputs& inputs, TrialRecord& record) {
  if (Status status = check_metrics(inputs.trial); !status) {
    fail(record, status.failure());
    return true;
  }
  Result<std::unique_ptr<Machinery>> made = make_machinery(inputs);
  if (!made) {
    fail(record, made.failure());
    return true;
  }
  Machinery& machinery = *made.value();
  record_samples(inputs, record);
  if (!train(inputs, machinery, record)) return false;
  if (record.status != TrialStatus::Done) return true;
  const Clock::time_point begin = Clock::now();
  const bool evaluated = evaluate(inputs, machinery, record);
  record.seconds_evaluate += seconds_since(begin);
  return evaluated;
}

}  // namespace nnc::rt
