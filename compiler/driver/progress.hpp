// What a run shows while it works, on err: on a terminal a line per running trial and one for the whole,
// redrawn in place; elsewhere plain lines, one per epoch or, in a study of many trials, every ten seconds.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "compiler/driver/commands.hpp"
#include "compiler/driver/work_left.hpp"
#include "runtime/train/study.hpp"

namespace nnc {

class Progress {
 public:
  // The plan must outlive the progress.
  Progress(Env& env, const Options& options, const StudyPlan& plan, const rt::WorkPlan& work, int jobs);
  // Removes the live lines and shows the cursor again.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // What run_study calls, never from two threads at once; refers to this object.
  rt::RunEvents events();

 private:
  struct Running {
    rt::StepProgress last;
    std::int64_t first_done =
        0;  // at the first sign of life, which comes when there was memory for the trial
    double first_seen = 0;
  };

  void go_on(std::size_t trial, std::int64_t epochs, std::int64_t steps);
  void wait(std::size_t trial);
  void start_trial(std::size_t trial);
  void step(std::size_t trial, const rt::StepProgress& progress);
  void end_epoch(std::size_t trial, const rt::StepProgress& progress, double seconds);
  void end_trial(std::size_t trial, const rt::TrialRecord& record);
  void drop_trial(std::size_t trial);

  void note(std::size_t trial, const rt::StepProgress& progress);
  // Of at most so many columns, as far as it can be: the name gives way to the figures.
  [[nodiscard]] std::string line_for(std::size_t trial, const Running& running, int columns) const;
  [[nodiscard]] std::string total_line() const;
  void say(const std::string& line);
  void draw();
  void clear();

  Env& env_;
  const StudyPlan& plan_;
  std::vector<std::string> names_;  // per trial
  WorkLeft work_;
  bool quiet_ = false;
  bool live_ = false;
  bool color_ = false;
  int drawn_lines_ = 0;
  double last_said_ = -1e9;
  double last_drawn_ = -1e9;

  std::map<std::size_t, Running> running_;
  std::set<std::size_t> waiting_;               // for another program
  std::map<std::size_t, std::string> goes_on_;  // "goes on after epoch 10", of those that start
  std::int64_t expected_ = 0;                   // trials that will run
  std::int64_t ended_ = 0;
  std::int64_t taken_over_ = 0;  // of them without training
  std::int64_t unfinished_ = 0;  // of them failed or diverged
};

}  // namespace nnc
