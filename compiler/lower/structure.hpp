// Which trials of a study are built alike: a sweep over the batch size or a repetition over seeds gives the
// same graphs again, which need not be checked again. What a trial is built of falls into two parts that know
// nothing of each other, so that a grid over both costs their sum and not their product.
#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>

#include "compiler/lower/study.hpp"

namespace nnc {

// Equal for two trials exactly if their graphs before any optimizer are built from the same declarations with
// the same arguments on the same data. Places in the source do not count.
std::string model_structure(const TrialSetup& setup);
// The same for what happens to the weights.
std::string optimizer_structure(const TrialSetup& setup);
// The same for one declared thing with its arguments.
std::string structure_of(const InstancePtr& instance);
// Equal if the metrics demand the same of the model's output.
std::string metric_demands(const TrialPlan& trial);

// Small numbers for long keys, in the order in which they appear.
class Numbering {
 public:
  std::size_t number(std::string key) {
    return numbers_.try_emplace(std::move(key), numbers_.size()).first->second;
  }

 private:
  std::unordered_map<std::string, std::size_t> numbers_;
};

}  // namespace nnc
