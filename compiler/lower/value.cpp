// Values as text and as kinds. See value.hpp.
#include "compiler/lower/value.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/ast/words.hpp"

namespace nnc {

using ast::Overloaded;

std::optional<double> Value::number() const {
  if (const auto* integer = get<std::int64_t>()) return static_cast<double>(*integer);
  if (const auto* real = get<double>()) return *real;
  return std::nullopt;
}

const ast::FunctionDecl* as_function(const ast::Declaration* declaration) {
  return declaration == nullptr ? nullptr : std::get_if<ast::FunctionDecl>(&declaration->node);
}

bool is_function_of_kind(const ast::Declaration* declaration, ast::FunctionKind kind) {
  const auto* function = as_function(declaration);
  return function != nullptr && function->kind == kind;
}

std::string describe_kind(const Value& value) {
  return std::visit(
      Overloaded{
          [](const ErrorValue&) -> std::string { return "an error"; },
          [](const NoneValue&) -> std::string { return "none"; },
          [](bool) -> std::string { return "a bool"; }, [](std::int64_t) -> std::string { return "an int"; },
          [](double) -> std::string { return "a float"; },
          [](const std::string&) -> std::string { return "a string"; },
          [](const Word&) -> std::string { return "a choice"; },
          [](const Dims&) -> std::string { return "a size"; },
          [](const List&) -> std::string { return "a list"; },
          [](const Tensor&) -> std::string { return "a tensor"; },
          [](const DeclarationRef& ref) { return ast::with_article(ast::kind_word(*ref.declaration)); },
          [](const BuiltinRef&) -> std::string { return "a builtin function"; },
          [](const InstancePtr& instance) {
            return ast::with_article(ast::kind_word(*instance->declaration));
          },
          [](const Initializer&) -> std::string { return "an init"; },
          [](const DataSplit&) -> std::string { return "a part of data"; },
          [](const ValidationScheme&) -> std::string { return "a validation scheme"; },
          [](const Space&) -> std::string { return "a space"; }},
      value.data);
}

static std::string print_instance(const Instance& instance) {
  std::string text = ast::declared_name(*instance.declaration)->text;
  if (instance.arguments.empty()) return text;
  text += "(";
  for (std::size_t i = 0; i < instance.arguments.size(); ++i) {
    const auto& [name, value] = instance.arguments[i];
    text += fmt::format("{}{}: {}", i == 0 ? "" : ", ", name, print_value(value));
  }
  return text + ")";
}

static std::string print_space(const Space& space) {
  const std::string ends = space.whole ? fmt::format("{}, {}", space.first, space.last)
                                       : fmt::format("{}, {}", space.low, space.high);
  return fmt::format("between({}{})", ends, space.logarithmic ? ", log: true" : "");
}

static std::string print_list(const List& list) {
  std::string text = "[";
  constexpr std::size_t kMostShown = 100;
  for (std::size_t i = 0; i < std::min(list->size(), kMostShown); ++i) {
    text += (i == 0 ? "" : ", ") + print_value((*list)[i]);
  }
  if (list->size() > kMostShown) text += fmt::format(", .. {} items", list->size());
  return text + "]";
}

std::string print_value(const Value& value) {
  return std::visit(
      Overloaded{[](const ErrorValue&) -> std::string { return "?"; },
                 [](const NoneValue&) -> std::string { return "none"; },
                 [](bool flag) -> std::string { return flag ? "true" : "false"; },
                 [](std::int64_t integer) { return fmt::format("{}", integer); },
                 [](double real) { return fmt::format("{}", real); },
                 [](const std::string& text) { return fmt::format("\"{}\"", text); },
                 [](const Word& word) { return word.text; },
                 [](const Dims& dims) { return fmt::format("{}", fmt::join(dims.sizes, "x")); },
                 [](const List& list) { return print_list(list); },
                 [](const Tensor& tensor) { return fmt::format("%{}", tensor.node.index); },
                 [](const DeclarationRef& ref) { return ast::declared_name(*ref.declaration)->text; },
                 [](const BuiltinRef& ref) { return std::string(ref.builtin->name); },
                 [](const InstancePtr& instance) { return print_instance(*instance); },
                 [](const Initializer& initializer) { return initializer.to_string(); },
                 [](const DataSplit& split) {
                   return ast::declared_name(*split.data)->text + (split.train ? ".train" : ".test");
                 },
                 [](const ValidationScheme& scheme) { return validation_text(scheme.plan); },
                 [](const Space& space) { return print_space(space); }},
      value.data);
}

// Things within a call are written like the call.
static std::string argument_text(const Value& value) {
  if (const auto* instance = value.get<InstancePtr>()) return call_text(**instance);
  const auto* list = value.get<List>();
  if (list == nullptr) return print_value(value);
  std::string text;
  for (const Value& item : **list) text += (text.empty() ? "" : ", ") + argument_text(item);
  return "[" + text + "]";
}

std::string call_text(const Instance& instance) {
  std::string text;
  for (std::size_t i = 0; i < instance.given.size(); ++i) {
    if (instance.given[i] == Instance::Given::Default) continue;
    const auto& [name, value] = instance.arguments[i];
    if (!text.empty()) text += ", ";
    if (instance.given[i] == Instance::Given::ByName) text += name + ": ";
    text += argument_text(value);
  }
  const std::string& name = ast::declared_name(*instance.declaration)->text;
  return text.empty() ? name : name + "(" + text + ")";
}

bool scalars_equal(const Value& lhs, const Value& rhs) {
  if (lhs.number() && rhs.number()) {
    const auto* left = lhs.get<std::int64_t>();
    const auto* right = rhs.get<std::int64_t>();
    return left != nullptr && right != nullptr ? *left == *right : *lhs.number() == *rhs.number();
  }
  return describe_kind(lhs) == describe_kind(rhs) && print_value(lhs) == print_value(rhs);
}

}  // namespace nnc
