// The third move of planning: which slots are updated in place, and in which order the units run.
#pragma once

#include <map>
#include <vector>

#include "compiler/plan/units.hpp"

namespace nnc {

struct Schedule {
  std::vector<std::size_t> order;               // units
  std::map<ir::NodeId, std::int32_t> in_place;  // a node whose result is written straight into this slot
  std::vector<ir::Update> copies;               // updates that are copied into their slots at the end
};

// Adds to `units` the order that in-place updates ask for.
Schedule make_schedule(Units& units, const PlanOptions& options);

}  // namespace nnc
