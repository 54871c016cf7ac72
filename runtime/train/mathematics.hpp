// The mathematical functions of the C library, of which another version or another processor can give other
// bits: normal numbers, some kernels and some metrics are made of them.
#pragma once

#include <string>

namespace nnc::rt {

// A hash of what these functions give for some inputs; computed once. Equal ones give equal bits, as far as
// that many inputs tell.
const std::string& mathematics();

}  // namespace nnc::rt
