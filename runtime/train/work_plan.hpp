// What is to be trained, in which pieces: equal trials once, and what different trials have in common once.
//
// Trials with the same base (identity.hpp) and the same learning rates go through the same states. They form
// a tree: a trial that ends earlier reads its result on the way of one that goes on, and where the rates of
// two trials first differ, their ways part. A trajectory is one way through the tree that is trained in one
// go.
//
//   epochs 25, 50, 100, 200               one trajectory of 200 epochs with four stops
//   rates drop after epoch 10, 20, 30     three trajectories; the later ones begin where they leave the first
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "compiler/plan/study_plan.hpp"
#include "runtime/train/identity.hpp"

namespace nnc::rt {

// Where a trial reads its result.
struct TrajectoryStop {
  std::size_t trial = 0;   // the first of its equals
  std::int64_t epoch = 0;  // after which it ends, at the latest
};

struct Trajectory {
  std::size_t trial = 0;                // a trial that goes all the way: it says how to train
  std::int64_t from = 0;                // epochs that are trained before
  std::int64_t to = 0;                  // its last epoch
  std::optional<std::size_t> parent;    // the trajectory whose state after `from` epochs it begins with
  std::vector<TrajectoryStop> stops;    // in the order of their epochs; none at or before `from`
  std::vector<std::int64_t> forks;      // after which others leave it, ascending, each once
  std::vector<std::int64_t> bookmarks;  // after which a refit would begin and end, if its point is selected
};

struct WorkPlan {
  std::vector<TrialIdentity> identities;  // per trial of the study
  std::vector<std::size_t> first;         // per trial: the first one that is equal to it, perhaps itself
  std::vector<bool> bookmarked;           // per trial: a refit that ends where there is a bookmark
  std::vector<Trajectory> trajectories;   // parents before their children

  // The pieces between stops and forks.
  [[nodiscard]] std::int64_t stages() const;
  // Epochs of all trajectories together.
  [[nodiscard]] std::int64_t epochs() const;
};

// Refits, of which it is not known whether they will be trained, are in no trajectory; if one's way is
// trained anyhow, there is a bookmark. Without `share` every trial has a trajectory of its own, also equal
// ones.
WorkPlan plan_work(const StudyPlan& plan, std::vector<TrialIdentity> identities, bool share);

// How many epochs two trials train with the same learning rates, if their bases are equal.
std::int64_t common_epochs(const TrialPlan& lhs, const TrialPlan& rhs);

}  // namespace nnc::rt
