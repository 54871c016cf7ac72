// One trajectory: from the latest state that is known, to the results of all trials that read from it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/store/store.hpp"
#include "runtime/train/checkpoint.hpp"
#include "runtime/train/machinery.hpp"
#include "runtime/train/training.hpp"
#include "runtime/train/work_plan.hpp"

namespace nnc::rt {

// A trial that reads from the trajectory and has no result yet.
struct OpenTrial {
  TrialPlan plan;
  TrialIdentity identity;
  IdentityFields fields;
  TrajectoryStop stop;
};

// What a trajectory tells while it goes.
struct TrajectoryEvents {
  // The result of an open trial; it is kept in the store by then.
  std::function<void(std::size_t trial, TrialRecord record)> result;
  // The state after this epoch is kept: others can leave here.
  std::function<void(std::int64_t epoch)> fork;
  // Training is about to begin with a known state: after so many epochs, and steps of the next.
  std::function<void(std::size_t trial, std::int64_t epochs, std::int64_t steps)> going_on;
  // Training is about to begin, or goes on towards this trial.
  std::function<void(std::size_t trial)> heading_for;
  // What was trained anew is not what was known: for the user.
  std::function<void(std::string problem)> not_the_same;
};

class TrajectoryRun {
 public:
  // All of them must outlive the run. `open` is not empty, in the order of the stops.
  TrajectoryRun(const TrialInputs& inputs, const Trajectory& trajectory, std::vector<OpenTrial> open,
                Machinery& machinery, const TrajectoryEvents& events, const std::string& data_name);

  enum class Outcome : std::uint8_t { Complete, Diverged, Interrupted, CannotStore };
  Outcome run();

  // Of a trajectory that diverged: how that is recorded, and the epoch.
  [[nodiscard]] const TrialRecord& diverged() const { return diverged_; }
  [[nodiscard]] std::int64_t diverged_in() const { return diverged_in_; }
  // Why results cannot be kept.
  [[nodiscard]] const Failure& failure() const { return failure_.value(); }
  // Steps that were trained here and now.
  [[nodiscard]] std::int64_t steps_trained() const { return steps_trained_; }

 private:
  void take_known_weights();
  bool judge_known(const OpenTrial& trial, const TrialRecord& known);
  TrainingState first_state();
  bool restore(const CheckpointInfo& info, TrainingState& state);
  [[nodiscard]] bool is_too_late(const TrainingState& state) const;

  bool give_result(const TrainingStop& stop, const TrainingStop::End& end, const Training& training);
  void give_diverged(const Training& training);
  TrialRecord start(const OpenTrial& trial) const;
  bool evaluate(const OpenTrial& trial, TrialRecord& record);
  bool judge_part(const OpenTrial& trial, const JudgedPart& judged, const std::string& name,
                  TrialRecord& record);
  bool keep(const OpenTrial& trial, TrialRecord record);
  void compare_with_known(const TrialRecord& record);
  bool save(const TrainingState& state, bool wanted);
  void drop_last_save(const std::string& but);
  [[nodiscard]] OpenTrial& open_trial(std::size_t trial);
  bool store_failed(Failure failure);

  const TrialInputs& inputs_;
  const Trajectory& trajectory_;
  std::vector<OpenTrial> open_;
  Machinery& machinery_;
  const TrajectoryEvents& events_;
  const std::string& data_name_;
  std::string base_;
  TrainingEvents training_events_;
  std::optional<std::string> last_save_;  // the state id of the latest checkpoint that only serves to go on
  std::int64_t restored_epochs_ = 0;
  TrialRecord diverged_;
  std::int64_t diverged_in_ = 0;
  std::optional<Failure> failure_;
  std::int64_t steps_trained_ = 0;
};

}  // namespace nnc::rt
