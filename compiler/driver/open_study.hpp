// A program with its store and its work planned: what the verbs that ask about trials begin with.
#pragma once

#include <memory>

#include "compiler/driver/compile_trial.hpp"
#include "compiler/driver/front_end.hpp"
#include "compiler/driver/store_access.hpp"
#include "runtime/train/prepared_study.hpp"

namespace nnc {

// Later parts refer to earlier ones.
struct OpenStudy {
  std::unique_ptr<Compilation> compilation;
  std::unique_ptr<rt::Store> store;
  std::unique_ptr<TrialCompiler> compiler;
  std::shared_ptr<rt::PreparedStudy> prepared;

  [[nodiscard]] const StudyPlan& plan() const { return compilation->study->plan; }
};

// Null, with everything shown, if that ended the command; then `exit_code` says with what.
std::unique_ptr<OpenStudy> open_study(Env& env, const Options& options, StoreUse use, int& exit_code);

// "dropout (rate 0.1), seed 2, fold 3 of 5"; a seed is told where it tells trials of an experiment apart.
std::vector<std::string> trial_names(const StudyPlan& plan);

}  // namespace nnc
