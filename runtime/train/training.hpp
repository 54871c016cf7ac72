// The training of one trajectory, epoch by epoch, until every trial that reads from it has its result.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "runtime/train/judging.hpp"

namespace nnc::rt {

using Histories = std::map<std::string, std::vector<double>>;  // per epoch: "train.loss", "valid.accuracy"

// Where training stands. With the memory of the weights it is all that it takes to go on with the same bits:
// random numbers and the order of samples depend on epochs and steps alone.
struct TrainingState {
  std::int64_t epoch = 1;  // the one that is being trained
  std::int64_t steps = 0;  // done of it
  RunningMeans means;      // of these
  Histories history;       // of the epochs before
  double seconds_train = 0;
  double seconds_validated = 0;

  [[nodiscard]] std::int64_t finished_epochs() const { return epoch - 1; }
};

// The training samples as an epoch shows them. `order` has as many elements.
void order_samples(const TrialPlan& trial, const TrialSamples& samples, std::int64_t epoch,
                   std::vector<std::uint32_t>& order);

// From 1; the first of equal ones; 0 if there are none.
std::int64_t find_best(const std::vector<double>& values, Direction better);

// When a trial has what it wants: after an epoch, or earlier by its rule.
struct TrainingStop {
  std::size_t trial = 0;
  std::int64_t epoch = 0;
  std::optional<StopPlan> rule;

  // The epoch that is kept, and the one after which that is known, as far as these histories tell. Both
  // from 1.
  struct End {
    std::int64_t kept = 0;
    std::int64_t known = 0;
  };
  [[nodiscard]] std::optional<End> find_end(const Histories& history) const;
};

// Called between two steps; what they do may take its time. False: training ends.
struct TrainingEvents {
  using Clock = std::chrono::steady_clock;
  // The state memory holds what this trial keeps.
  std::function<bool(const TrainingStop& stop, const TrainingStop::End& end)> stop_reached;
  // After the stops of an epoch.
  std::function<bool(std::int64_t epoch)> epoch_complete;
  // After a step, when it is due; says by changing `due` when it will be again.
  std::function<bool()> checkpoint;
  Clock::time_point due = Clock::time_point::max();
};

class Training {
 public:
  // Everything that training needs is allocated here. `start` and the state memory belong together.
  Training(const TrialInputs& inputs, Machinery& machinery, std::vector<TrainingStop> stops,
           TrainingState start, const TrainingEvents& events);

  enum class Outcome : std::uint8_t {
    Complete,  // every stop was reached
    Diverged,  // the loss was not finite
    Ended,     // by the user, a failure elsewhere, or an event
  };
  Outcome run();

  [[nodiscard]] const TrainingState& state() const { return state_; }
  // Why it diverged.
  [[nodiscard]] const std::string& reason() const { return reason_; }
  // Steps since the beginning of the trajectory's first epoch, whoever trained them.
  [[nodiscard]] std::int64_t steps_done() const {
    return state_.finished_epochs() * steps_per_epoch_ + state_.steps;
  }
  [[nodiscard]] std::int64_t steps_per_epoch() const { return steps_per_epoch_; }
  // Steps that this object trained.
  [[nodiscard]] std::int64_t steps_trained() const { return steps_trained_; }

 private:
  using Clock = TrainingEvents::Clock;
  enum class Step : std::uint8_t { Done, Diverged, Ended };

  std::vector<double>& history(const char* name);
  Step run_epoch();
  Step run_step(PlanRunner& runner, std::span<const std::uint32_t> left);
  bool validate();
  bool finish_epoch();
  bool give_results();
  [[nodiscard]] std::optional<TrainingStop::End> end_of(const TrainingStop& stop) const;
  void keep_best();
  void count_time();
  [[nodiscard]] StepProgress progress() const;
  void show_progress(Clock::time_point now, bool epoch_done);

  const TrialInputs& inputs_;
  Machinery& machinery_;
  std::vector<TrainingStop> stops_;  // open ones, by epoch
  TrainingState state_;
  const TrainingEvents& events_;
  std::vector<std::uint32_t> order_;  // the training samples as this epoch shows them
  std::int64_t steps_per_epoch_ = 0;
  std::int64_t steps_trained_ = 0;
  std::string reason_;
  Clock::time_point lap_ = Clock::now();  // since when time counts as training
  Clock::time_point epoch_begin_ = Clock::now();
  Clock::time_point last_progress_ = Clock::now();
};

}  // namespace nnc::rt
