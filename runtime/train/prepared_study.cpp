// See prepared_study.hpp.
#include "runtime/train/prepared_study.hpp"

#include <fmt/format.h>

#include <utility>

namespace nnc::rt {

PreparedStudy::PreparedStudy(const StudyPlan& plan, StudyCompiler compiler, const RunOptions& options,
                             std::vector<LoadedData> loaded)
    : plan_(plan),
      compiler_(std::move(compiler)),
      options_(options),
      loaded_(std::move(loaded)),
      samples_(plan, loaded_) {}

Result<std::shared_ptr<PreparedStudy>> PreparedStudy::make(const StudyPlan& plan, StudyCompiler compiler,
                                                           const RunOptions& options) {
  Result<std::vector<LoadedData>> loaded = load_all(plan, options.smoke);
  if (!loaded) return loaded.failure();
  const std::shared_ptr<PreparedStudy> study(
      new PreparedStudy(plan, std::move(compiler), options, std::move(loaded).value()));
  std::vector<TrialIdentity> identities;
  identities.reserve(plan.trials.size());
  for (std::size_t i = 0; i < plan.trials.size(); ++i) {
    identities.push_back(study->identify(i, plan.trials[i]));
  }
  study->work_ = plan_work(plan, std::move(identities), options.share);
  return study;
}

// One that does not compile is like no other: it will fail with the reason when its turn comes.
static ProgramIdentity identity_or_own(const Result<ProgramIdentity>& program, std::size_t index) {
  if (program) return program.value();
  const std::string own = fmt::format("does not compile: {}", index);
  return {own, own, own};
}

TrialIdentity PreparedStudy::identify(std::size_t index, const TrialPlan& trial) const {
  const ProgramIdentity program = identity_or_own(compiler_.identify(index), index);
  return identify_trial(
      trial, {plan_.data[trial.data], data(trial).data->sha256, program, options_, data(trial).train.size()});
}

IdentityFields PreparedStudy::fields(std::size_t index, const TrialPlan& trial) const {
  const ProgramIdentity program = identity_or_own(compiler_.identify(index), index);
  return identity_fields(
      trial, {plan_.data[trial.data], data(trial).data->sha256, program, options_, data(trial).train.size()});
}

}  // namespace nnc::rt
