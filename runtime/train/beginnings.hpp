// What the training of a trial begins with, as hashes: the same ones mean the same bits.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "runtime/train/prepared_study.hpp"

namespace nnc::rt {

struct Beginnings {
  std::string order;                                         // of the samples in the first epochs
  std::vector<std::pair<std::string, std::string>> weights;  // by their names, in the order of the network
};

// Fails if the trial does not compile or does not fit into memory.
Result<Beginnings> find_beginnings(PreparedStudy& study, std::size_t trial);

}  // namespace nnc::rt
