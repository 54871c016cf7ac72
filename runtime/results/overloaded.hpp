// One function out of several, for std::visit: a new alternative without a case does not compile.
#pragma once

namespace nnc::rt {

template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};
template <class... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

}  // namespace nnc::rt
