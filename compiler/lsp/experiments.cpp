// See experiments.hpp.
#include "compiler/lsp/experiments.hpp"

#include <functional>

#include "compiler/plan/training_steps.hpp"

namespace nnc::lsp {
namespace {

class Hash {
 public:
  template <class Value>
  Hash& add(const Value& value) {
    constexpr std::size_t kSpread = 0x9e3779b97f4a7c15;
    value_ ^= std::hash<Value>()(value) + kSpread + (value_ << 6U) + (value_ >> 2U);
    return *this;
  }
  [[nodiscard]] std::size_t value() const { return value_; }

 private:
  std::size_t value_ = 0;
};

std::size_t work_of(const StudyPlan& plan, const TrialPlan& trial) {
  const DataPlan& data = plan.data[trial.data];
  Hash hash;
  hash.add(trial.epochs).add(trial.batch).add(step_cost(trial)).add(trial.measures_test);
  hash.add(data.directory).add(data.train_count).add(data.test_count);
  hash.add(trial.loss).add(trial.optimizer);
  for (const MetricPlan& metric : trial.metrics) hash.add(metric.name);
  if (trial.validation) hash.add(validation_text(*trial.validation));
  if (trial.stop) hash.add(trial.stop->field);
  return hash.value();
}

}  // namespace

ExperimentSizes sizes_of(const StudyPlan& plan) {
  ExperimentSizes sizes;
  for (const TrialPlan& trial : plan.trials) {
    if (trial.refit) continue;
    ExperimentSize& size = sizes[trial.experiment];
    ++size.trials;
    size.epochs += trial.epochs;
    size.work = Hash().add(size.work).add(work_of(plan, trial)).value();
  }
  return sizes;
}

}  // namespace nnc::lsp
