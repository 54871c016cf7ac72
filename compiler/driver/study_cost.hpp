// What a run would cost: what is to be trained of what is declared, in how much memory, for how long.
#pragma once

#include <cstdint>
#include <optional>
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
  std::int64_t steps = 0;   // of all its epochs
  std::uint64_t bytes = 0;  // while it is trained
};

// What will be trained of the refits depends on the points that are selected, and is told apart.
struct StudyCost {
  std::vector<TrialCost> trials;
  std::int64_t declared = 0;
  std::int64_t distinct = 0;
  std::int64_t known = 0;  // of the distinct ones
  std::int64_t stages = 0;
  std::int64_t epochs_declared = 0;
  std::int64_t epochs = 0;  // to train
  std::int64_t steps_declared = 0;
  std::int64_t steps = 0;  // to train
  // Of all refits together: if the shortest or the longest point of each experiment is selected.
  std::int64_t least_refit_steps = 0;
  std::int64_t most_refit_steps = 0;
  std::uint64_t peak_bytes = 0;  // of all that may run at once
  int jobs = 1;
  std::optional<double> seconds;  // of the whole run
};

struct CostOptions {
  int jobs = 1;
  bool measure = true;  // run some steps to know how long they take
};

// Fails if a trial cannot be compiled.
Result<StudyCost> cost_of(rt::PreparedStudy& study, const CostOptions& options);

}  // namespace nnc
