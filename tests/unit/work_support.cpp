// See work_support.hpp.
#include "tests/unit/work_support.hpp"

#include <utility>

namespace nnc::test {

using namespace nnc::rt;

TrialIdentity identity_of(const TrialPlan& trial) {
  const DataPlan data;
  const ProgramIdentity program = fake_program("same");
  const RunOptions options;
  return identify_trial(trial, {data, "data", program, options, 100});
}

std::vector<TrialIdentity> identities_of(const StudyPlan& plan) {
  std::vector<TrialIdentity> identities;
  for (const TrialPlan& trial : plan.trials) identities.push_back(identity_of(trial));
  return identities;
}

TrialPlan way(const std::string& id, std::vector<double> rates) {
  TrialPlan trial = TrainSetup::trial(id);
  trial.epochs = std::ssize(rates);
  trial.rates = rates_of(std::move(rates));
  return trial;
}

TrialPlan constant_way(const std::string& id, std::int64_t epochs) {
  TrialPlan trial = TrainSetup::trial(id);
  trial.epochs = epochs;
  return trial;
}

StudyPlan study_of(std::vector<TrialPlan> trials) {
  StudyPlan plan;
  plan.data.emplace_back();
  plan.data[0].name = "small";
  plan.data[0].train_count = kTrain;
  plan.trials = std::move(trials);
  return plan;
}

WorkPlan work_of(const StudyPlan& plan, bool share) { return plan_work(plan, identities_of(plan), share); }

Schedule schedule_of(const StudyPlan& plan) {
  return {plan, work_of(plan), [](std::size_t, const TrialPlan& trial) { return identity_of(trial); }};
}

Schedule schedule_of_others(const StudyPlan& plan) {
  std::vector<TrialIdentity> identities;
  for (std::size_t i = 0; i < plan.trials.size(); ++i)
    identities.push_back({std::to_string(i), std::to_string(i)});
  return {plan, plan_work(plan, identities, true), [](std::size_t index, const TrialPlan& trial) {
            return TrialIdentity{std::to_string(index) + "/" + std::to_string(trial.epochs),
                                 std::to_string(index)};
          }};
}

StudyPlan grid(std::int64_t points, int folds, Direction better) {
  StudyPlan plan = study_of({});
  for (std::int64_t n = 0; n < points; ++n) {
    for (int fold = 0; fold < folds; ++fold) {
      TrialPlan trial = TrainSetup::trial("t" + std::to_string(n) + std::to_string(fold));
      trial.experiment = "grid";
      trial.params = {{"n", n}};
      trial.fold = fold;
      plan.trials.push_back(trial);
    }
  }
  for (std::int64_t n = 0; n < points; ++n) {
    TrialPlan refit = TrainSetup::trial("r" + std::to_string(n));
    refit.experiment = "grid";
    refit.params = {{"n", n}};
    refit.refit = true;
    plan.trials.push_back(refit);
  }
  plan.selections = {{"grid", "valid.accuracy", better}};
  return plan;
}

TrialRecord with_value(double value) {
  TrialRecord record;
  record.metrics["valid.accuracy"] = value;
  return record;
}

}  // namespace nnc::test
