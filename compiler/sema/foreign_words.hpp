// What other libraries, Keras and PyTorch above all, call the things of this language: for hints.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace nnc::sema {

// In small letters and without `_`: `BatchNorm` and `batch_norm` are one word.
std::string without_case(std::string_view name);

// A layer, function, loss, metric, ... of other libraries.
struct ForeignName {
  std::string_view name;  // as without_case gives it
  std::string_view ours;  // what does the same here; "" if `hint` says what to do
  std::string_view hint;
};
std::span<const ForeignName> foreign_names();
// Null for any other word.
const ForeignName* find_foreign_name(std::string_view name);

// An argument of other libraries.
struct ForeignArgument {
  std::string_view name;  // as ForeignName::name
  std::string_view ours;  // a parameter that a callable may have; "" if `hint` says what to do
  std::string_view hint;
};
std::span<const ForeignArgument> foreign_arguments();

}  // namespace nnc::sema
