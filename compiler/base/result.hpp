// Result<T>: a value, or the reason why the world (file, disk, memory, damaged data) did not give one.
// The user's mistakes in a program are diagnostics (diagnostic.hpp), ours are NNC_CHECK (check.hpp).
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "compiler/base/check.hpp"

namespace nnc {

// What went wrong outside the program text, in one lower-case sentence without a final period,
// and, where there is one, what the user can do about it.
struct Failure {
  std::string message;
  std::string hint;
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}            // NOLINT(*-explicit-*)
  Result(Failure failure) : state_(std::in_place_index<1>, std::move(failure)) {}  // NOLINT(*-explicit-*)

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  [[nodiscard]] T& value() & {
    NNC_CHECK(ok());
    return std::get<0>(state_);
  }
  [[nodiscard]] const T& value() const& {
    NNC_CHECK(ok());
    return std::get<0>(state_);
  }
  [[nodiscard]] T&& value() && {
    NNC_CHECK(ok());
    return std::get<0>(std::move(state_));
  }
  [[nodiscard]] const Failure& failure() const {
    NNC_CHECK(!ok());
    return std::get<1>(state_);
  }

 private:
  std::variant<T, Failure> state_;
};

// Success without a value.
struct Done {};
using Status = Result<Done>;

}  // namespace nnc
