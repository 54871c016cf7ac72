// Which trial comes next: in the order of the plan, equal trials once, refits when their point is selected.
// Knows nothing of threads or time; workers call it under one lock.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "compiler/plan/study_plan.hpp"
#include "runtime/record/record.hpp"

namespace nnc::rt {

class Schedule {
 public:
  // `plan` must outlive the schedule.
  explicit Schedule(const StudyPlan& plan);

  // The first trial that can be worked on, now taken; nothing if there is none at present.
  std::optional<std::size_t> take();
  // Trials that were taken and have not ended: while there are some, others may become possible.
  [[nodiscard]] std::size_t running() const { return running_; }
  // Nothing is left to do.
  [[nodiscard]] bool complete() const {
    return std::ranges::all_of(states_,
                               [](State state) { return state == State::Ended || state == State::Dropped; });
  }
  // How to train it: for a refit, what the selection made of it.
  [[nodiscard]] TrialPlan plan_of(std::size_t trial) const;

  enum class Turn : std::uint8_t {
    Train,  // nobody has the result, and the others wait for it
    Wait,   // another trial is at it; this one is put back until that has ended
    Same,   // it has ended with a result that this one would have too
  };
  struct Claim {
    Turn turn = Turn::Train;
    std::optional<TrialRecord> same;
  };
  // For a trial that was taken, once its identity is known.
  Claim claim(std::size_t trial, const std::string& identity);
  // Where the other's result could not be taken over: the trial will train.
  void insist(std::size_t trial, const std::string& identity) { owners_[identity] = trial; }

  // The trial has ended with this record. Gives the refits that will not be trained because of that.
  std::vector<std::size_t> end(std::size_t trial, TrialRecord record);
  // The trial was stopped and has no record.
  void abandon(std::size_t trial);

  // When nothing is left to do. Of equal trials, the first in the plan is the one that trained.
  void finish(RunRecord& record);

 private:
  enum class State : std::uint8_t { Ready, Undecided, Running, Waiting, Ended, Dropped };

  void make_ready(std::size_t trial);
  void wake(const std::string& identity);
  std::vector<std::size_t> decide(const std::string& experiment);

  const StudyPlan& plan_;
  std::vector<State> states_;
  std::set<std::size_t> ready_;                              // exactly those in that state
  std::map<std::string, std::vector<std::size_t>> waiting_;  // by identity, those in that state
  std::vector<std::string> identities_;                      // empty while not known
  std::vector<std::optional<TrialRecord>> records_;
  std::map<std::string, std::size_t> owners_;  // who trains an identity, or has
  std::map<std::string, std::size_t> left_;    // per experiment: trials before its selection
  std::map<std::string, SelectionRecord> selections_;
  std::map<std::string, std::string> problems_;  // per experiment without a selection
  std::size_t running_ = 0;
};

}  // namespace nnc::rt
