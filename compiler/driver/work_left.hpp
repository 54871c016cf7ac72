// How much of a study is left to do, and how long it will take: from the plan, and from the speed of what has
// run.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "compiler/plan/study_plan.hpp"
#include "runtime/train/work_plan.hpp"

namespace nnc {

class WorkLeft {
 public:
  WorkLeft(const StudyPlan& plan, const rt::WorkPlan& work, int jobs);

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
    double steps = 0;  // its own, beyond those of trials that end before it on the same way
    double done = 0;
    double share = 1;  // of refits: one point's worth for all points of its experiment
  };

  int jobs_;
  std::vector<Item> items_;
  std::map<std::string, double> seconds_per_step_;
};

}  // namespace nnc
