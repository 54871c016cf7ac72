// The builtins that speak of studies and not of tensors: lists of numbers, spaces to sample from, validation
// schemes. In: arguments in the order of the signature, absent ones empty. Out: a value, or a report of what
// is not possible.
#pragma once

#include <optional>
#include <span>

#include "compiler/lower/evaluator.hpp"

namespace nnc {

struct StudyBuiltin {
  Evaluator& evaluator;
  const BuiltinInfo& builtin;
  Span span;
  std::span<const std::optional<Value>> arguments;
};

Value make_linspace(const StudyBuiltin& call);
Value make_logspace(const StudyBuiltin& call);
Value make_space(const StudyBuiltin& call);    // between
Value make_folds(const StudyBuiltin& call);    // kfold
Value make_holdout(const StudyBuiltin& call);  // holdout

}  // namespace nnc
