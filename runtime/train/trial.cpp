// Trains and judges one trial. In: its plan, the data, and how to compile it. Out: its record.
// Once the first step runs, nothing is allocated until the last one is done.
#include "runtime/train/trial.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <memory>
#include <new>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "compiler/base/number_text.hpp"
#include "runtime/data/sha256.hpp"
#include "runtime/metrics/metrics.hpp"
#include "runtime/random/random.hpp"
#include "runtime/train/plan_runner.hpp"

namespace nnc::rt {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kEvaluateBatch = 500;
constexpr std::chrono::milliseconds kProgressPause{100};
constexpr double kNoValue = std::numeric_limits<double>::quiet_NaN();

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// A plan for full batches, and one for what is left of the samples after them.
struct PlanPair {
  StepPlan full;
  std::optional<StepPlan> last;

  [[nodiscard]] std::uint64_t work_bytes() const { return full.work_bytes + (last ? last->work_bytes : 0); }
  [[nodiscard]] std::uint64_t state_bytes() const {
    return std::max(full.state_bytes, last ? last->state_bytes : std::uint64_t{0});
  }
};

PlanPair make_plans(const PlanMaker& make_plan, Phase phase, std::size_t samples, std::size_t batch) {
  batch = std::min(batch, samples);
  PlanPair plans{make_plan(phase, static_cast<std::int64_t>(batch)), std::nullopt};
  if (const std::size_t rest = samples % batch; rest != 0) {
    plans.last = make_plan(phase, static_cast<std::int64_t>(rest));
  }
  return plans;
}

// The same with executors. Samples are visited in the given order, batch by batch.
struct RunnerPair {
  std::unique_ptr<PlanRunner> full;
  std::unique_ptr<PlanRunner> last;

  // The runner for the samples from `begin` on.
  [[nodiscard]] PlanRunner& at(std::size_t begin, std::size_t samples) const {
    return samples - begin >= full->batch() ? *full : *last;
  }
};

Result<RunnerPair> make_runners(PlanPair plans, Memory& state, KernelSet kernels) {
  Result<std::unique_ptr<PlanRunner>> full = PlanRunner::make(std::move(plans.full), state, kernels);
  if (!full) return full.failure();
  RunnerPair runners{std::move(full).value(), nullptr};
  if (plans.last) {
    Result<std::unique_ptr<PlanRunner>> last = PlanRunner::make(*std::move(plans.last), state, kernels);
    if (!last) return last.failure();
    runners.last = std::move(last).value();
  }
  return runners;
}

// Everything that one trial computes with.
struct Machinery {
  Memory state;
  RunnerPair train;
  RunnerPair evaluate;
};

Result<std::unique_ptr<Machinery>> make_machinery(const TrialInputs& inputs, const PlanMaker& make_plan) {
  PlanPair train = make_plans(make_plan, Phase::Train, inputs.data.train.count(),
                              static_cast<std::size_t>(std::max<std::int64_t>(inputs.trial.batch, 1)));
  PlanPair evaluate = make_plans(make_plan, Phase::Evaluate, inputs.data.test.count(), kEvaluateBatch);
  const std::uint64_t state_bytes = std::max(train.state_bytes(), evaluate.state_bytes());
  const std::uint64_t needed = state_bytes + train.work_bytes() + evaluate.work_bytes();
  const Failure too_large{fmt::format("the trial needs {} of memory, more than is free", bytes_text(needed)),
                          "choose a smaller batch or a smaller model"};

  auto machinery = std::make_unique<Machinery>();
  Result<Memory> state = Memory::allocate(state_bytes);
  if (!state) return too_large;
  machinery->state = std::move(state).value();
  const KernelSet kernels = inputs.options.reference_kernels ? KernelSet::Reference : KernelSet::Fast;
  Result<RunnerPair> train_runners = make_runners(std::move(train), machinery->state, kernels);
  if (!train_runners) return too_large;
  Result<RunnerPair> evaluate_runners = make_runners(std::move(evaluate), machinery->state, kernels);
  if (!evaluate_runners) return too_large;
  machinery->train = std::move(train_runners).value();
  machinery->evaluate = std::move(evaluate_runners).value();
  return machinery;
}

// True if the prediction has a score per class, so that samples are right or wrong.
bool judges_classes(std::size_t columns, std::size_t classes) {
  return classes <= std::max<std::size_t>(columns, 2);
}

double count_correct(const PlanRunner& runner, const DataPart& part, std::span<const std::uint32_t> indices,
                     std::size_t classes) {
  const std::size_t columns = runner.columns();
  if (!judges_classes(columns, classes)) return kNoValue;
  const float* row = runner.prediction().data();
  int correct = 0;
  for (const std::uint32_t index : indices) {
    if (predicted_class(row, columns) == part.labels[index]) ++correct;
    row += columns;
  }
  return correct;
}

// Means over the samples seen so far in an epoch, as Keras's history has them.
struct RunningMeans {
  double loss_sum = 0;
  double correct = 0;
  double samples = 0;

  void add(double loss, double correct_here, std::size_t count) {
    loss_sum += loss * static_cast<double>(count);
    correct += correct_here;
    samples += static_cast<double>(count);
  }
  [[nodiscard]] double loss() const { return loss_sum / samples; }
  [[nodiscard]] double accuracy() const { return correct / samples; }
};

// The training of one trial, epoch by epoch.
class Training {
 public:
  Training(const TrialInputs& inputs, Machinery& machinery, TrialRecord& record)
      : inputs_(inputs), machinery_(machinery), record_(record), order_(inputs.data.train.count()) {
    std::iota(order_.begin(), order_.end(), 0U);
    const std::size_t batch = machinery.train.full->batch();
    total_steps_ = inputs.trial.epochs * static_cast<std::int64_t>((order_.size() + batch - 1) / batch);
    loss_history_ = &record.history["train.loss"];
    accuracy_history_ = &record.history["train.accuracy"];
    loss_history_->reserve(static_cast<std::size_t>(inputs.trial.epochs));
    accuracy_history_->reserve(static_cast<std::size_t>(inputs.trial.epochs));
  }

  // True when all epochs are done; otherwise the record says why not, or the user stopped.
  bool run() {
    for (std::int64_t epoch = 1; epoch <= inputs_.trial.epochs; ++epoch) {
      if (!run_epoch(epoch)) return false;
    }
    return true;
  }

  [[nodiscard]] bool interrupted() const { return interrupted_; }

 private:
  bool run_epoch(std::int64_t epoch) {
    const Clock::time_point begin = Clock::now();
    const TrialPlan& trial = inputs_.trial;
    if (trial.shuffle) {
      shuffle({trial.seed, Purpose::Shuffle, 0, static_cast<std::uint64_t>(epoch)}, order_);
    }
    RunningMeans means;
    for (std::size_t at = 0; at < order_.size();) {
      PlanRunner& runner = machinery_.train.at(at, order_.size());
      if (!run_step(runner, epoch, std::span(order_).subspan(at, runner.batch()), means)) return false;
      at += runner.batch();
      show_progress(epoch, means, at == order_.size());
    }
    loss_history_->push_back(means.loss());
    accuracy_history_->push_back(means.accuracy());
    if (inputs_.events.epoch_ended) {
      inputs_.events.epoch_ended(trial, epoch, means.loss(), means.accuracy(), seconds_since(begin));
    }
    return true;
  }

  bool run_step(PlanRunner& runner, std::int64_t epoch, std::span<const std::uint32_t> indices,
                RunningMeans& means) {
    if (inputs_.options.stop != nullptr && inputs_.options.stop->load(std::memory_order_relaxed)) {
      interrupted_ = true;
      return false;
    }
    ++record_.steps_trained;
    runner.run(inputs_.data, inputs_.data.train, inputs_.scale, indices,
               {inputs_.trial.seed, static_cast<std::uint64_t>(record_.steps_trained)});
    const double loss = runner.loss();
    if (!std::isfinite(loss)) {
      record_.status = TrialStatus::Diverged;
      record_.reason =
          fmt::format("the loss was {} at step {}, in epoch {}",
                      std::isnan(loss) ? "not a number" : "infinite", record_.steps_trained, epoch);
      return false;
    }
    means.add(loss, count_correct(runner, inputs_.data.train, indices, inputs_.data.classes.size()),
              indices.size());
    return true;
  }

  void show_progress(std::int64_t epoch, const RunningMeans& means, bool epoch_done) {
    if (!inputs_.events.progress) return;
    const Clock::time_point now = Clock::now();
    if (!epoch_done && now - last_progress_ < kProgressPause) return;
    last_progress_ = now;
    inputs_.events.progress(inputs_.trial, epoch, record_.steps_trained, total_steps_, means.loss(),
                            means.accuracy());
  }

  const TrialInputs& inputs_;
  Machinery& machinery_;
  TrialRecord& record_;
  std::vector<std::uint32_t> order_;
  std::int64_t total_steps_ = 0;
  std::vector<double>* loss_history_;
  std::vector<double>* accuracy_history_;
  Clock::time_point last_progress_ = Clock::now();
  bool interrupted_ = false;
};

// Predictions for all test samples, and from them every metric of the trial. False if the user stopped.
bool evaluate(const TrialInputs& inputs, const RunnerPair& runners, TrialRecord& record) {
  const DataPart& test = inputs.data.test;
  std::vector<std::uint32_t> order(test.count());
  std::iota(order.begin(), order.end(), 0U);
  std::vector<float> scores;
  std::size_t columns = 0;
  double loss_sum = 0;
  for (std::size_t at = 0; at < order.size();) {
    if (inputs.options.stop != nullptr && inputs.options.stop->load(std::memory_order_relaxed)) return false;
    PlanRunner& runner = runners.at(at, order.size());
    runner.run(inputs.data, test, inputs.scale, std::span(order).subspan(at, runner.batch()),
               {inputs.trial.seed, static_cast<std::uint64_t>(record.steps_trained)});
    loss_sum += runner.loss() * static_cast<double>(runner.batch());
    const std::span<const float> prediction = runner.prediction();
    if (at == 0) {
      columns = runner.columns();
      scores.reserve(columns * order.size());
    }
    scores.insert(scores.end(), prediction.begin(), prediction.end());
    at += runner.batch();
  }
  record.metrics["test.loss"] = loss_sum / static_cast<double>(order.size());
  const std::vector<std::int32_t> labels(test.labels.begin(), test.labels.end());
  for (const MetricPlan& metric : inputs.trial.metrics) {
    record.metrics["test." + metric.name] =
        judges_classes(columns, inputs.data.classes.size())
            ? compute_metric(metric.native, metric.variant, ScoredSamples<float>{scores, columns, labels})
            : kNoValue;
  }
  if (!std::isfinite(record.metrics["test.loss"])) {
    record.status = TrialStatus::Diverged;
    record.reason = "the loss on the test part is not a number";
  }
  return true;
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

TrialRecord start_record(const TrialInputs& inputs) {
  const TrialPlan& trial = inputs.trial;
  TrialRecord record;
  record.id = trial.id;
  record.experiment = trial.experiment;
  record.params = trial.params;
  record.seed = trial.seed;
  record.model = trial.model;
  record.loss = trial.loss;
  record.optimizer = trial.optimizer;
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

// True unless the user stopped.
bool train_and_evaluate(const TrialInputs& inputs, TrialRecord& record) {
  if (Status status = check_metrics(inputs.trial); !status) {
    fail(record, status.failure());
    return true;
  }
  Result<PlanMaker> make_plan = inputs.compile(inputs.trial);
  if (!make_plan) {
    fail(record, make_plan.failure());
    return true;
  }
  Result<std::unique_ptr<Machinery>> made = make_machinery(inputs, make_plan.value());
  if (!made) {
    fail(record, made.failure());
    return true;
  }
  Machinery& machinery = *made.value();
  const StepPlan& plan = machinery.train.full->plan();

  const Clock::time_point train_begin = Clock::now();
  initialize_slots(plan, machinery.state, inputs.trial.seed);
  Training training(inputs, machinery, record);
  const bool trained = training.run();
  record.seconds_train = seconds_since(train_begin);
  if (training.interrupted()) return false;
  if (!trained) return true;
  for (const char* const name : {"train.loss", "train.accuracy"}) {
    if (const std::vector<double>& history = record.history[name]; !history.empty())
      record.metrics[name] = history.back();
  }
  record.weights_sha256 = hash_weights(plan, machinery.state);

  const Clock::time_point evaluate_begin = Clock::now();
  const bool evaluated = evaluate(inputs, machinery.evaluate, record);
  record.seconds_evaluate = seconds_since(evaluate_begin);
  return evaluated;
}

}  // namespace

TrialOutcome run_trial(const TrialInputs& inputs) {
  TrialOutcome outcome{start_record(inputs), false};
  try {
    outcome.interrupted = !train_and_evaluate(inputs, outcome.record);
  } catch (const std::bad_alloc&) {
    fail(outcome.record,
         {"the trial needs more memory than is free", "choose a smaller batch or a smaller model"});
  }
  return outcome;
}

}  // namespace nnc::rt
