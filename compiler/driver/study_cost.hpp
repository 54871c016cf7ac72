// What a run would cost: what is to be trained of what is declared, in how much memory, for how long.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "runtime/train/calibration.hpp"

namespace nnc {

// What becomes of a trial.
struct TrialCost {
  enum class Kind : std::uint8_t {
    Trained,
    Known,     // from an earlier run
    Same,      // as `like`
    OnTheWay,  // of `like`, which goes on
    Leaves,    // begins with the state of `like` after epoch `from`, where their learning rates part
    IfBest,    // a refit, trained only if its point is selected
  };
  Kind kind = Kind::Trained;
  std::size_t like = 0;
  std::int64_t from = 0;
  std::int64_t known_epochs = 0;  // on its way: from the state after them training goes on
  std::int64_t steps = 0;         // of all its epochs
  std::uint64_t bytes = 0;        // while it is trained; 0 if it need not be
  // Of all its epochs, as if nothing were known of it or shared; empty: not measured.
  std::optional<double> seconds;
};

// What will be trained of the refits depends on the points that are selected, and is told apart.
struct StudyCost {
  std::vector<TrialCost> trials;
  std::int64_t declared = 0;
  std::int64_t distinct = 0;
  std::int64_t known = 0;  // of the distinct ones
  std::int64_t stages = 0;
  std::int64_t epochs_declared = 0;
  std::int64_t epochs_open = 0;     // declared by the distinct trials that are not known
  std::int64_t epochs_planned = 0;  // of all ways, whatever is known of them
  std::int64_t epochs = 0;          // to train
  std::int64_t steps_declared = 0;
  std::int64_t steps_planned = 0;
  std::int64_t steps = 0;  // to train
  bool may_stop = false;   // earlier, by a rule: what is to train is the most
  // Of all refits together: if the shortest or the longest point of each experiment is selected.
  std::int64_t least_refit_steps = 0;
  std::int64_t most_refit_steps = 0;
  std::uint64_t peak_bytes = 0;  // of all that may run at once, without the data
  std::uint64_t data_bytes = 0;  // which all share
  int jobs = 1;
  std::optional<double> seconds;  // of the whole run
  // Of a run of each experiment alone of which nothing is known; without those that were not measured.
  std::map<std::string, double> seconds_alone;
};

struct CostOptions {
  int jobs = 1;
  bool measure = true;  // run some steps to know how long they take
  bool memory = true;   // compile a trial of each kind to know what it needs; without it nothing is measured
  bool each = false;    // measure also what is known, to tell the time of each trial and experiment
};

// Fails if a trial cannot be compiled.
Result<StudyCost> cost_of(rt::PreparedStudy& study, const CostOptions& options);

// "60 of 240 epochs": what is to train of what those declare that are not known; "" if all are.
std::string epochs_left_text(const StudyCost& cost);

}  // namespace nnc
