// The training of one trial, epoch by epoch, until the last one or until it gets no better.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <vector>

#include "runtime/train/judging.hpp"

namespace nnc::rt {

class Training {
 public:
  // Everything that training needs is allocated here; the state must be initialised.
  Training(const TrialInputs& inputs, Machinery& machinery, TrialRecord& record);

  // True when training is done and the state is the one to keep; otherwise the record says why not, or it was
  // stopped.
  bool run();

  [[nodiscard]] bool interrupted() const { return interrupted_; }
  // The epoch whose state was kept, from 0.
  [[nodiscard]] std::size_t kept_epoch() const { return kept_epoch_; }
  // What validation took of the time of run().
  [[nodiscard]] double seconds_validated() const { return seconds_validated_; }

 private:
  using Clock = std::chrono::steady_clock;
  using History = std::vector<double>;

  History* start_history(const char* name);
  bool run_epoch(std::int64_t epoch);
  void shuffle_samples(std::int64_t epoch);
  bool run_step(PlanRunner& runner, std::int64_t epoch, std::span<const std::uint32_t> indices);
  bool validate();
  bool goes_on();
  [[nodiscard]] StepProgress progress(std::int64_t epoch) const;
  void show_progress(std::int64_t epoch, bool epoch_done);

  const TrialInputs& inputs_;
  Machinery& machinery_;
  TrialRecord& record_;
  std::vector<std::uint32_t> order_;  // the training samples as this epoch shows them
  std::int64_t total_steps_ = 0;
  RunningMeans means_;  // of this epoch
  History* train_loss_ = nullptr;
  History* train_accuracy_ = nullptr;
  History* valid_loss_ = nullptr;  // null without validation, and so the next
  History* valid_accuracy_ = nullptr;
  History* watched_ = nullptr;  // what decides when to stop; null if nothing does
  double best_ = std::numeric_limits<double>::quiet_NaN();
  std::size_t kept_epoch_ = 0;
  double seconds_validated_ = 0;
  Clock::time_point last_progress_ = Clock::now();
  bool interrupted_ = false;
};

}  // namespace nnc::rt
