// How long a trial takes, measured on a few of its steps; and what memory it takes, computed.
#pragma once

#include <cstdint>
#include <vector>

#include "runtime/train/prepared_study.hpp"

namespace nnc::rt {

// What trials that go one way together ask of it.
struct WayDemands {
  std::size_t trial = 0;        // one that goes all of it
  bool test = false;            // some are judged on the test part
  std::vector<StopPlan> rules;  // by which some stop early
};
WayDemands demands_of(const StudyPlan& plan, const Trajectory& trajectory);

struct TrialSpeed {
  double seconds_per_step = 0;
  double seconds_per_epoch = 0;  // of validation, beside the steps
  double seconds_to_judge = 0;   // once, at its end
};

// All memory that training allocates, in bytes. Fails if the trial does not compile.
Result<std::uint64_t> bytes_needed(PreparedStudy& study, const WayDemands& demands);

// Runs some steps on the trial's own data, for about so many seconds, with weights that are thrown away.
// Fails if it does not compile or does not fit into memory.
Result<TrialSpeed> measure_speed(PreparedStudy& study, const WayDemands& demands, int threads,
                                 double seconds);

}  // namespace nnc::rt
