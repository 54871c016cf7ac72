// What an expression of a study can be while it is evaluated for one trial: numbers, words, lists, declared
// things with their arguments bound, and tensors (nodes of the graph that is being built).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "compiler/ast/ast.hpp"
#include "compiler/base/source.hpp"
#include "compiler/ir/graph.hpp"
#include "compiler/plan/study_plan.hpp"
#include "compiler/sema/builtins.hpp"
#include "compiler/types/shape.hpp"

namespace nnc {

struct Value;

// Something went wrong and was reported; silences whatever depends on it.
struct ErrorValue {};
struct NoneValue {};
// A choice such as `same`.
struct Word {
  std::string text;
};
struct Dims {
  std::vector<std::int64_t> sizes;
};
using List = std::shared_ptr<const std::vector<Value>>;

struct Tensor {
  ir::NodeId node;
  int classes = 0;  // of a target with class labels; 0 otherwise
};

// A declaration named but not called, and a builtin function as a value.
struct DeclarationRef {
  const ast::Declaration* declaration;
};
struct BuiltinRef {
  const BuiltinInfo* builtin;
};

// A declared layer, model, initialiser, loss, optimizer or metric with its arguments. Layers have identity:
// applying one instance twice shares its parameters.
struct Instance {
  // How a call gave an argument; Default: it did not.
  enum class Given : std::uint8_t { Default, ByPlace, ByName };

  const ast::Declaration* declaration;
  std::vector<std::pair<std::string, Value>> arguments;
  std::vector<Given> given;  // parallel to the arguments
  Span span;                 // the user's code that made it
  std::string scope;         // path of the layer around it, "" at the top
  std::string name;          // given by `let`, "" otherwise
};
using InstancePtr = std::shared_ptr<Instance>;

// fashion.train
struct DataSplit {
  const ast::Declaration* data;
  bool train = true;
};

// kfold(5), holdout(0.2)
struct ValidationScheme {
  ValidationPlan plan;
};

// between(1e-4, 0.1, log: true): every number from low to high.
struct Space {
  bool whole = false;  // integers from first to last; otherwise real numbers from low to high
  std::int64_t first = 0;
  std::int64_t last = 0;
  double low = 0;
  double high = 0;
  bool logarithmic = false;  // every factor is equally likely, not every difference
};

struct Value {
  std::variant<ErrorValue, NoneValue, bool, std::int64_t, double, std::string, Word, Dims, List, Tensor,
               DeclarationRef, BuiltinRef, InstancePtr, Initializer, DataSplit, ValidationScheme, Space>
      data = ErrorValue{};
  Span origin;  // where it was written or made

  template <class T>
  [[nodiscard]] const T* get() const {
    return std::get_if<T>(&data);
  }
  [[nodiscard]] bool is_error() const { return std::holds_alternative<ErrorValue>(data); }
  // An int or a float as a float.
  [[nodiscard]] std::optional<double> number() const;
};

// Values that top-level lets take instead of their own.
using LetValues = std::map<const ast::Declaration*, Value>;

// "an int", "a tensor", "a layer": for messages.
std::string describe_kind(const Value& value);
// As the author would write it: 256, 0.2, [256, 128], 3x3, same, adam(lr: 0.01).
std::string print_value(const Value& value);
// A call as it was resolved, with what it gave and nothing else: dense(256, relu, init: uniform).
std::string call_text(const Instance& instance);
// Both are scalars, words or names: equal kind and content; an int equals the float of its value. Lists:
// Evaluator::equal.
bool scalars_equal(const Value& lhs, const Value& rhs);

// The function declaration behind a declaration, or null.
const ast::FunctionDecl* as_function(const ast::Declaration* declaration);
bool is_function_of_kind(const ast::Declaration* declaration, ast::FunctionKind kind);

}  // namespace nnc
