// The threads of a run: each takes trajectories from the schedule until none is left.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "runtime/store/store.hpp"
#include "runtime/train/memory_budget.hpp"
#include "runtime/train/prepared_study.hpp"
#include "runtime/train/schedule.hpp"
#include "runtime/train/trajectory_run.hpp"
#include "runtime/train/trial.hpp"

namespace nnc::rt {

class Workers {
 public:
  // All of them must outlive the workers. Events are called by one thread at a time.
  Workers(PreparedStudy& study, const RunEvents& events, Schedule& schedule);

  // Runs all trials, in this thread and as many others as `jobs` asks for besides. False if it was stopped.
  // What a thread throws (bugs) ends all of them and is thrown here.
  bool run();

  // Why results could not be kept.
  [[nodiscard]] const std::optional<Failure>& failure() const { return failure_; }
  // What was trained anew and is not what was known.
  [[nodiscard]] const std::vector<std::string>& problems() const { return problems_; }
  [[nodiscard]] std::int64_t known() const { return known_; }
  [[nodiscard]] std::int64_t steps_trained() const { return steps_trained_; }
  [[nodiscard]] std::uint64_t peak_bytes() { return memory_.peak(); }

 private:
  using Clock = std::chrono::steady_clock;
  // What keeps a trajectory from being worked on.
  struct Obstacle {
    std::uint64_t bytes = 0;         // that are not free
    Clock::time_point not_before{};  // another program is at it
  };

  // A team is known to the workers while it trains.
  class TeamPlace {
   public:
    TeamPlace(Workers& workers, ThreadTeam& team);
    ~TeamPlace();
    TeamPlace(const TeamPlace&) = delete;
    TeamPlace& operator=(const TeamPlace&) = delete;

   private:
    Workers& workers_;
    ThreadTeam& team_;
  };

  void share_cores();
  void start_threads(std::vector<std::thread>& threads, int count);
  void work();
  std::optional<std::size_t> next();
  [[nodiscard]] bool fits(std::size_t index);
  void process(std::size_t index);
  // False if it was put back.
  bool attempt(std::size_t index);
  std::vector<OpenTrial> open_trials(std::size_t index);
  void settle_known();
  bool take_known(std::vector<OpenTrial>& open);
  std::optional<TrialRecord> find(const TrialPlan& trial, const std::string& identity);
  void settle(std::size_t trial, TrialRecord record);
  void fail_one(OpenTrial trial, const Failure& failure);
  void fail_all(std::size_t index, const Failure& failure);
  void fail_unmeasurable(std::vector<OpenTrial>& open);
  void train(std::size_t index, std::vector<OpenTrial> open, const TrialInputs& inputs, Machinery& machinery);
  void settle_beyond(std::size_t index, const TrajectoryRun& run);
  bool claim(const std::string& base);
  void tell_waiting(std::size_t index, std::size_t trial);
  void give_back(const std::string& base);
  void cannot_store(Failure failure);
  void put_back(std::size_t index, Obstacle obstacle);
  void drop_passing_states();

  PreparedStudy& study_;
  const RunOptions& options_;
  Schedule& schedule_;
  std::mutex callbacks_;  // one event at a time
  RunEvents events_;      // the caller's, under that lock
  std::mutex mutex_;      // of the schedule and of what follows
  std::condition_variable changed_;
  std::exception_ptr thrown_;
  std::optional<Failure> failure_;
  std::vector<std::string> problems_;
  std::map<std::size_t, Obstacle> obstacles_;                 // by trajectory
  std::set<std::size_t> told_waiting_;                        // trajectories that another program is at
  std::map<std::string, std::pair<StoreClaim, int>> claims_;  // by base, with how many trajectories have it
  std::vector<ThreadTeam*> teams_;                            // of what runs
  std::int64_t known_ = 0;
  std::int64_t steps_trained_ = 0;
  std::atomic<bool> failed_ = false;
  StopSignal stop_;
  MemoryBudget memory_;
};

}  // namespace nnc::rt
