// The switches of optimizations.def. Set once, at the start of the process, and only read afterwards: like the
// instruction set, they say how this process computes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "compiler/base/result.hpp"

namespace nnc {

enum class Optimization : std::uint8_t {
#define NNC_OPTIMIZATION(enumerator, text, reason) enumerator,
#include "compiler/base/optimizations.def"
#undef NNC_OPTIMIZATION
};

struct OptimizationInfo {
  Optimization optimization;
  std::string_view name;
  std::string_view reason;
};
std::span<const OptimizationInfo> all_optimizations();

// Whether it is on. All are, unless NNC_WITHOUT or switch_off() says otherwise.
bool is_on(Optimization optimization);

// Names, separated by commas. Fails on an unknown one, and then changes nothing. NNC_WITHOUT is read at the first
// question or call of this; unknown names in it count for nothing.
Status switch_off(std::string_view names);

// The names of those that are off, in the order of the table, separated by commas; "" if all are on.
std::string switched_off();

}  // namespace nnc
