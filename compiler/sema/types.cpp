// Printing, converting and joining static types.
#include <algorithm>
#include <array>
#include <utility>

#include "compiler/sema/type.hpp"

namespace nnc::sema {
namespace {

struct KindWords {
  Kind kind;
  std::string_view written;   // in a program; "" if it cannot be written there
  std::string_view singular;  // in a message
  std::string_view plural;
};

constexpr std::array<KindWords, 29> kWords = {{
    {Kind::Unknown, "", "something unknown", "things"},
    {Kind::None, "", "none", "nones"},
    {Kind::Int, "int", "an int", "ints"},
    {Kind::Float, "float", "a float", "floats"},
    {Kind::Number, "", "a number", "numbers"},
    {Kind::Elementwise, "", "a number or a tensor", "numbers or tensors"},
    {Kind::Bool, "bool", "a bool", "bools"},
    {Kind::String, "string", "a string", "strings"},
    {Kind::Dims, "dims", "a size", "sizes"},
    {Kind::List, "", "a list", "lists"},
    {Kind::Choice, "", "a choice", "choices"},
    {Kind::Tensor, "tensor", "a tensor", "tensors"},
    {Kind::Layer, "layer", "a layer", "layers"},
    {Kind::Model, "", "a model", "models"},
    {Kind::Init, "init", "an init", "inits"},
    {Kind::Optimizer, "optimizer", "an optimizer", "optimizers"},
    {Kind::Schedule, "schedule", "a schedule", "schedules"},
    {Kind::Loss, "loss", "a loss", "losses"},
    {Kind::Metric, "metric", "a metric", "metrics"},
    {Kind::Data, "data", "a data set", "data sets"},
    {Kind::DataPart, "", "a part of a data set", "parts of data sets"},
    {Kind::Recipe, "recipe", "a recipe", "recipes"},
    {Kind::Validation, "", "a validation scheme", "validation schemes"},
    {Kind::Space, "", "a space of values", "spaces of values"},
    {Kind::Function, "", "a function", "functions"},
    {Kind::Experiment, "", "an experiment", "experiments"},
    {Kind::AllExperiments, "", "every experiment", "experiments"},
    {Kind::ExperimentPart, "", "a part of an experiment's results", "parts of results"},
    {Kind::Applicable, "", "a layer or a tensor", "layers or tensors"},
}};

const KindWords& words_of(Kind kind) {
  for (const KindWords& words : kWords) {
    if (words.kind == kind) return words;
  }
  return kWords.front();
}

bool accepts_choice(const Type& wanted, const Type& given) {
  return given.is(Kind::Choice) &&
         std::all_of(given.choices.begin(), given.choices.end(), [&](const auto& word) {
           return std::find(wanted.choices.begin(), wanted.choices.end(), word) != wanted.choices.end();
         });
}

bool is_layer_like(const Type& type) {
  return type.is(Kind::Layer) || type.is(Kind::Model) || (type.is(Kind::Function) && type.serves_as_layer);
}

// What either may be, if neither has its arguments yet.
std::vector<const ast::Declaration*> either_uncalled(const Type& first, const Type& second) {
  if (first.uncalled.empty() || second.uncalled.empty()) return {};
  std::vector<const ast::Declaration*> both = first.uncalled;
  for (const ast::Declaration* declaration : second.uncalled) {
    if (std::find(both.begin(), both.end(), declaration) == both.end()) both.push_back(declaration);
  }
  return both;
}

}  // namespace

Type list_of(Type element) {
  Type type = Kind::List;
  if (!element.unknown()) type.element = std::make_shared<const Type>(std::move(element));
  return type;
}

Type space_of(Type element) {
  Type type = list_of(std::move(element));
  type.kind = Kind::Space;
  return type;
}

Type choice_of(std::vector<std::string> choices) {
  Type type = Kind::Choice;
  type.choices = std::move(choices);
  return type;
}

Type named_type(std::string_view word) {
  if (word == "number") return Kind::Number;
  if (word == "validation") return Kind::Validation;
  if (word == "space") return Kind::Space;
  for (const KindWords& words : kWords) {
    if (!words.written.empty() && words.written == word) return words.kind;
  }
  return Kind::Unknown;
}

const std::vector<std::string>& type_words() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> written;
    for (const KindWords& words : kWords) {
      if (!words.written.empty()) written.emplace_back(words.written);
    }
    return written;
  }();
  return all;
}

std::string describe_choices(const std::vector<std::string>& choices, std::string_view last) {
  std::string text;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (i > 0) text += i + 1 == choices.size() ? " " + std::string(last) + " " : ", ";
    text += "`" + choices[i] + "`";
  }
  return text;
}

std::string describe(const Type& type) {
  if (type.is(Kind::Choice))
    return type.choices.empty() ? "the name of a parameter" : describe_choices(type.choices);
  if (!type.is(Kind::List)) return std::string(words_of(type.kind).singular);
  const Type element = type.element_type();
  if (element.unknown()) return "a list";
  if (element.is(Kind::Choice)) return "a list of words";
  if (element.is(Kind::List)) return "a list of lists";
  return "a list of " + std::string(words_of(element.kind).plural);
}

std::string describe_needed(const Type& type) {
  return type.is(Kind::Dims) ? "a size such as 3x3" : describe(type);
}

std::string type_text(const Type& type) {
  switch (type.kind) {
    case Kind::Unknown:
      return "any";
    case Kind::Elementwise:
      return "number or tensor";
    case Kind::Number:
      return "number";
    case Kind::Model:
      return "model";
    case Kind::Validation:
      return "validation";
    case Kind::Space:
      return "space";
    case Kind::List:
      return "[" + type_text(type.element_type()) + "]";
    case Kind::Choice: {
      std::string text;
      for (const std::string& word : type.choices) text += (text.empty() ? "" : " | ") + word;
      return text;
    }
    default: {
      const KindWords& words = words_of(type.kind);
      return std::string(words.written.empty() ? words.singular : words.written);
    }
  }
}

bool accepts(const Type& wanted, const Type& given) {
  if (wanted.unknown() || given.unknown()) return true;
  switch (wanted.kind) {
    case Kind::Int:
      return given.is(Kind::Int) || given.is(Kind::Number);
    case Kind::Float:
    case Kind::Number:
      return given.is_number();
    case Kind::Elementwise:
      return given.is_number() || given.is(Kind::Tensor);
    case Kind::Dims:
      return given.is(Kind::Dims) || given.is(Kind::Int) || given.is(Kind::Number);
    case Kind::Tensor:
      return given.is(Kind::Tensor) || given.is_number();
    case Kind::List:
      return given.is(Kind::List) && accepts(wanted.element_type(), given.element_type());
    case Kind::Choice:
      return accepts_choice(wanted, given);
    case Kind::Layer:
      return is_layer_like(given);
    case Kind::Applicable:
      return is_layer_like(given) || given.is(Kind::Tensor);
    case Kind::Callable:
      return true;
    default:
      return wanted.kind == given.kind;
  }
}

Type join(const Type& first, const Type& second) {
  if (first.unknown() || second.unknown()) return {};
  if (first.is(Kind::List) && second.is(Kind::List)) {
    return list_of(join(first.element_type(), second.element_type()));
  }
  if (first.is(Kind::Choice) && second.is(Kind::Choice)) {
    Type both = first;
    for (const std::string& word : second.choices) {
      if (std::find(both.choices.begin(), both.choices.end(), word) == both.choices.end()) {
        both.choices.push_back(word);
      }
    }
    return both;
  }
  if (first.kind == second.kind && first.kind != Kind::Function) {
    Type either = first.declaration == second.declaration ? first : Type(first.kind);
    either.uncalled = either_uncalled(first, second);
    return either;
  }
  if (first.is_number() && second.is_number()) {
    return first.is(Kind::Float) || second.is(Kind::Float) ? Kind::Float : Kind::Number;
  }
  if (is_layer_like(first) && is_layer_like(second)) {
    Type either = Kind::Layer;
    either.uncalled = either_uncalled(first, second);
    return either;
  }
  return {};
}

}  // namespace nnc::sema
