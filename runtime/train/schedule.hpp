// Which trajectory is trained next, and what its results mean for the study: equal trials end together,
// refits begin when their point is selected. Knows nothing of threads or time; workers call it under one
// lock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "compiler/plan/study_plan.hpp"
#include "runtime/record/record.hpp"
#include "runtime/train/work_plan.hpp"

namespace nnc::rt {

class Schedule {
 public:
  // For a refit that trains for another number of epochs than planned.
  using Identify = std::function<TrialIdentity(std::size_t index, const TrialPlan& trial)>;

  // `plan` must outlive the schedule.
  Schedule(const StudyPlan& plan, WorkPlan work, Identify identify);

  // ---- what is next
  // The longest of those that can be worked on, now taken; nothing if there is none at present. Those that
  // `fits` refuses are passed over.
  std::optional<std::size_t> take(const std::function<bool(std::size_t trajectory)>& fits = {});
  // Taken and not ended: while there are some, others may become possible.
  [[nodiscard]] std::size_t running() const { return running_; }
  // Could be worked on but for what `fits` has against them.
  [[nodiscard]] std::size_t ready() const { return ready_.size(); }
  // Every trial has a result or will not be trained.
  [[nodiscard]] bool complete() const;

  // ---- a trajectory that was taken
  [[nodiscard]] const Trajectory& trajectory(std::size_t index) const { return work_.trajectories[index]; }
  [[nodiscard]] std::vector<TrajectoryStop> open_stops(std::size_t index) const;  // without a result
  [[nodiscard]] const TrialPlan& plan_of(std::size_t trial) const;
  [[nodiscard]] const TrialIdentity& identity_of(std::size_t trial) const { return work_.identities[trial]; }
  // The state where others leave it is kept: they can begin.
  void pass_fork(std::size_t index, std::int64_t epoch);
  // It cannot be worked on now.
  void put_back(std::size_t index);
  // It has ended; trials that it gave no result have none.
  void end(std::size_t index);

  // ---- results
  struct Ended {
    std::vector<std::size_t> trials;   // of the plan, now with a record
    std::vector<std::size_t> dropped;  // refits that will not be trained
  };
  // The result of a trial that is the first of its equals; each of them gets it under its own name.
  Ended settle(std::size_t trial, TrialRecord record);
  [[nodiscard]] bool settled(std::size_t trial) const { return records_[trial].has_value(); }
  [[nodiscard]] const TrialRecord& record(std::size_t trial) const { return records_[trial].value(); }
  // Those that go through this epoch of the trajectory on their own ways: on its children, and on theirs.
  [[nodiscard]] std::vector<std::size_t> trials_beyond(std::size_t index, std::int64_t epoch) const;

  // When nothing is left to do.
  void finish(RunRecord& record);

 private:
  enum class State : std::uint8_t { Blocked, Ready, Running, Ended };
  enum class Refit : std::uint8_t { No, Undecided, Chosen, Dropped };

  void add_state(std::size_t index);
  void make_ready(std::size_t index);
  void leave(std::size_t index, State state);
  void give(std::size_t trial, TrialRecord record, Ended& ended);
  void decide(const std::string& experiment, Ended& ended);
  void choose_refit(std::size_t trial, Ended& ended);
  [[nodiscard]] const std::string& base_of(std::size_t index) const;

  const StudyPlan& plan_;
  WorkPlan work_;
  Identify identify_;

  std::vector<State> states_;                                 // of trajectories
  std::multimap<double, std::size_t, std::greater<>> ready_;  // those in that state, the longest first
  std::vector<std::vector<std::size_t>> children_;
  std::size_t planned_ = 0;          // later ones are those of refits
  std::map<std::string, int> busy_;  // per base: trajectories that have not ended, and refits that run
  std::size_t running_ = 0;

  std::vector<Refit> refits_;  // of trials
  std::map<std::size_t, TrialPlan> changed_plans_;
  std::vector<std::vector<std::size_t>> equals_;        // those that come later
  std::unordered_map<std::string, std::size_t> first_;  // by identity
  std::vector<std::optional<TrialRecord>> records_;
  std::map<std::string, std::size_t> left_;  // per experiment: trials before its selection
  std::map<std::string, SelectionRecord> selections_;
  std::map<std::string, std::string> problems_;  // per experiment without a selection
};

}  // namespace nnc::rt
