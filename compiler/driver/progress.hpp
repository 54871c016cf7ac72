// What a run shows while it works, on err: one live line on a terminal, else a line per epoch or every ten
// seconds.
#pragma once

#include <cstdint>
#include <string>

#include "compiler/driver/commands.hpp"
#include "runtime/train/study.hpp"

namespace nnc {

class Progress {
 public:
  Progress(Env& env, const Options& options);
  // Removes the live line and shows the cursor again.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // What run_study calls; refers to this object.
  rt::RunEvents events();

 private:
  void start_trial(const TrialPlan& trial, std::size_t index, std::size_t count);
  void step(const TrialPlan& trial, std::int64_t epoch, std::int64_t done, std::int64_t total, double loss,
            double accuracy);
  void end_epoch(const TrialPlan& trial, std::int64_t epoch, double loss, double accuracy, double seconds);
  void end_trial(const rt::TrialRecord& record);

  // Seconds the trial still needs, from a moving average of its speed; negative while that is not known.
  double time_left(std::int64_t done, std::int64_t total);
  std::string line_for(const TrialPlan& trial, std::int64_t epoch, std::int64_t done, std::int64_t total,
                       double loss, double accuracy);
  void say(const std::string& line);
  void draw(const std::string& line);
  void clear();

  Env& env_;
  bool quiet_ = false;
  bool live_ = false;
  bool color_ = false;
  bool drawn_ = false;
  double last_said_ = -1e9;
  double last_drawn_ = -1e9;

  std::size_t index_ = 0;
  std::size_t count_ = 0;
  int samples_ = 0;
  double speed_ = 0;  // steps per second, smoothed
  double sample_time_ = 0;
  std::int64_t sample_done_ = 0;
};

}  // namespace nnc
