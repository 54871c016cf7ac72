// Counts what the program allocates, for tests that promise little or nothing of it. Linking allocations.cpp
// replaces operator new of the whole test program.
#pragma once

#include <cstddef>

namespace nnc::test {

struct Allocations {
  std::size_t count = 0;
  std::size_t largest = 0;  // bytes
};

// Since the last reset.
Allocations allocations();
void reset_allocations();

}  // namespace nnc::test
