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

// The trials that a word of the command line means: a number as `nnc plan` counts, an experiment, a name as
// above, or else the beginning of an identity or of an id of the report. Ascending.
std::vector<std::size_t> find_trials(const OpenStudy& study, const std::string& topic);
// Whether it is a number of `nnc plan` more likely than the beginning of an identity.
bool is_trial_number(const std::string& topic);

}  // namespace nnc
