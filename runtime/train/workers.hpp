// The threads of a run: each takes trials from the schedule until none is left.
#pragma once

#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "runtime/train/samples.hpp"
#include "runtime/train/schedule.hpp"
#include "runtime/train/study.hpp"
#include "runtime/train/trial.hpp"

namespace nnc::rt {

class Workers {
 public:
  // All of them must outlive the workers. Events and `options.known` are called by one thread at a time.
  Workers(const StudyPlan& plan, const std::vector<LoadedData>& loaded, const CompileTrial& compile,
          const RunEvents& events, const RunOptions& options, Schedule& schedule);

  // Runs all trials, in this thread and as many others as `options.jobs` asks for besides. False if it was
  // stopped. What a thread throws (bugs, exhausted memory) ends all of them and is thrown here.
  bool run();

 private:
  // What happened to a trial that was taken.
  enum class Outcome { Ended, PutBack, Stopped };

  void start_threads(std::vector<std::thread>& threads, int count);
  void work();
  std::optional<std::size_t> next_trial();
  void process(std::size_t index);
  Outcome attempt(std::size_t index, TrialRecord& record);
  Outcome train(std::size_t index, const TrialPlan& trial, const CompiledTrial& compiled,
                const TrialSamples& samples, TrialRecord& record);
  bool take_known(const std::string& identity, TrialRecord& record);
  void end(std::size_t index, TrialRecord record);

  const StudyPlan& plan_;
  const std::vector<LoadedData>& loaded_;
  const CompileTrial& compile_;
  const RunOptions& options_;
  Schedule& schedule_;
  SampleCache samples_;
  std::mutex callbacks_;  // one event at a time
  RunEvents events_;      // the caller's, under that lock
  std::mutex mutex_;      // of the schedule and of what follows
  std::condition_variable changed_;
  std::exception_ptr thrown_;
  std::atomic<bool> failed_ = false;
  StopSignal stop_;
  MemoryBudget memory_;
};

}  // namespace nnc::rt
