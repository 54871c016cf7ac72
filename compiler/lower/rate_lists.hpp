// What schedules come to: the numbers that the learning rate is multiplied with, epoch by epoch.
// In: a schedule with its arguments, and how many epochs there will be. Out: a number for each of them.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include "compiler/lower/evaluator.hpp"

namespace nnc {

class RateLists {
 public:
  explicit RateLists(Evaluator& evaluator) : evaluator_(evaluator) {}

  // Null if the schedule gives 1 in every epoch, as if there were none; empty after a mistake. Computed once
  // for equal schedules, however many points have them.
  std::optional<Rates> find(const InstancePtr& schedule, std::int64_t epochs, const Span& epochs_place);

 private:
  std::optional<double> rate_in(const Instance& schedule, std::int64_t epoch, std::int64_t epochs);

  Evaluator& evaluator_;
  std::unordered_map<std::string, Rates> known_;
};

}  // namespace nnc
