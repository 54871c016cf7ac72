// What a trial is, whatever it is called: hashes of everything that can change its result, and of nothing
// else. Names, order, formatting, other experiments, jobs and threads do not count.
//
//   base     what is trained: network, loss, optimizer, data, split, seed, batches. Trials with equal bases
//   go
//            through the same states for as long as their learning rates are the same.
//   state    the base after so many epochs. Equal states are equal weights, bit for bit.
//   outcome  what a trial ends with: the state after its last epoch, or the best one by its rule.
//   id       the outcome, and what is measured of it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/plan/study_plan.hpp"
#include "runtime/train/study.hpp"

namespace nnc::rt {

// To be raised when anything comes to give other numbers than before: kernels, gradients and other rewrites
// of graphs, the order in which plans add up, initial values, random numbers, splits, scales, metrics, the
// training loop. Then what is known of trials counts no more. tests/unit/numerics_test.cpp notices most of
// it.
inline constexpr int kNumerics = 5;

using IdentityFields = std::vector<std::pair<std::string, std::string>>;

struct TrialIdentity {
  std::string id;
  std::string base;
};

// What identities depend on beside the trial.
struct IdentityContext {
  const DataPlan& data;
  std::string_view data_sha256;  // of samples and labels
  const ProgramIdentity& program;
  const RunOptions& options;  // the kernels and the size of the data count
  std::size_t train_samples;  // of the training part, before it is split
};

TrialIdentity identify_trial(const TrialPlan& trial, const IdentityContext& context);
// The same as names and values, for people who ask why a trial is new.
IdentityFields identity_fields(const TrialPlan& trial, const IdentityContext& context);

std::string state_id(std::string_view base, const TrialPlan& trial, std::int64_t epochs);
std::string outcome_id(std::string_view base, const TrialPlan& trial);

}  // namespace nnc::rt
