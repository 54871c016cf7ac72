// Which instruction set this process computes with: a name for people, as `nnc doctor` tells it.
#pragma once

#include <string_view>

namespace nnc::rt {

// "AVX2"; "" on a machine without fused multiply-add, where the reference kernels do everything.
std::string_view instruction_set();

}  // namespace nnc::rt
