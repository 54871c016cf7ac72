// A study with its data read, and what is to be trained of it: what a run, a plan and the questions about
// trials begin with.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "runtime/train/identity.hpp"
#include "runtime/train/samples.hpp"
#include "runtime/train/study.hpp"
#include "runtime/train/work_plan.hpp"

namespace nnc::rt {

class PreparedStudy {
 public:
  // Fails if the data cannot be read. `plan` and `options.store` must outlive the result.
  static Result<std::shared_ptr<PreparedStudy>> make(const StudyPlan& plan, StudyCompiler compiler,
                                                     const RunOptions& options);
  PreparedStudy(const PreparedStudy&) = delete;
  PreparedStudy& operator=(const PreparedStudy&) = delete;

  [[nodiscard]] const StudyPlan& plan() const { return plan_; }
  [[nodiscard]] const StudyCompiler& compiler() const { return compiler_; }
  [[nodiscard]] const RunOptions& options() const { return options_; }
  [[nodiscard]] const WorkPlan& work() const { return work_; }
  [[nodiscard]] const LoadedData& data(const TrialPlan& trial) const { return loaded_[trial.data]; }
  [[nodiscard]] const std::string& data_name(const TrialPlan& trial) const {
    return plan_.data[trial.data].name;
  }
  [[nodiscard]] const std::vector<LoadedData>& loaded() const { return loaded_; }
  [[nodiscard]] SampleCache& samples() { return samples_; }

  // Of the trial at this index; `trial` may differ from the plan's in what is trained how long.
  [[nodiscard]] TrialIdentity identify(std::size_t index, const TrialPlan& trial) const;
  [[nodiscard]] IdentityFields fields(std::size_t index, const TrialPlan& trial) const;

 private:
  PreparedStudy(const StudyPlan& plan, StudyCompiler compiler, const RunOptions& options,
                std::vector<LoadedData> loaded);

  const StudyPlan& plan_;
  StudyCompiler compiler_;
  RunOptions options_;
  std::vector<LoadedData> loaded_;
  SampleCache samples_;
  WorkPlan work_;
};

}  // namespace nnc::rt
