// What other libraries, Keras and PyTorch above all, call the things of this language: for hints.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace nnc::sema {

// In small letters and without `_`: `BatchNorm` and `batch_norm` are one word.
std::string without_case(std::string_view name);

struct ForeignWord {
  std::string_view name;  // as without_case gives it
  std::string_view ours;  // what does the same here; "" if `hint` says what to do
  std::string_view hint;
};

// Layers, functions, losses, metrics, ...
std::span<const ForeignWord> foreign_names();
// Null for any other word.
const ForeignWord* find_foreign_name(std::string_view name);

// Arguments; `ours` is a parameter that a callable may have.
std::span<const ForeignWord> foreign_arguments();

}  // namespace nnc::sema
