// How much of a study is left to do, and how long it will take: from the plan, and from the speed of what has
// run.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "compiler/plan/study_plan.hpp"

namespace nnc {

// Samples that a trial trains on: all, or what its fold or hold-out leaves (to within one per class).
std::int64_t training_samples(const StudyPlan& plan, const TrialPlan& trial);
// Steps of all its epochs.
std::int64_t training_steps(const StudyPlan& plan, const TrialPlan& trial);
// Per trial, how much of it will take place: all, but of refits those of one point, because one is selected.
std::vector<double> shares_of(const StudyPlan& plan);
// Trials that will run.
std::int64_t trial_count(const StudyPlan& plan);

class WorkLeft {
 public:
  WorkLeft(const StudyPlan& plan, int jobs);

  // A running trial has done so many of its steps, and lately `steps` of them in so many seconds.
  void measure(std::size_t trial, std::int64_t done, std::int64_t total, std::int64_t steps, double seconds);
  // Nothing of it is left.
  void finish(std::size_t trial);

  // Seconds until everything is done; empty while the speed of something is not known.
  [[nodiscard]] std::optional<double> seconds_left() const;
  // Of one running trial.
  [[nodiscard]] std::optional<double> seconds_left(std::size_t trial) const;

 private:
  struct Item {
    std::string kind;  // trials of one kind take equally long per step
    double steps = 0;  // in all
    double done = 0;
    double share = 1;  // of refits: one point's worth for all points of its experiment
  };

  int jobs_;
  std::vector<Item> items_;
  std::map<std::string, double> seconds_per_step_;
};

}  // namespace nnc
