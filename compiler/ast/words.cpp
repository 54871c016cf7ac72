// The words that declarations begin with, and types as they are written. In: nodes of the tree. Out: text.
#include "compiler/ast/words.hpp"

#include <fmt/format.h>

namespace nnc::ast {

std::string_view kind_word(FunctionKind kind) {
  switch (kind) {
    case FunctionKind::Model:
      return "model";
    case FunctionKind::Layer:
      return "layer";
    case FunctionKind::Fn:
      return "fn";
    case FunctionKind::Init:
      return "init";
    case FunctionKind::Loss:
      return "loss";
    case FunctionKind::Optimizer:
      return "optimizer";
    case FunctionKind::Schedule:
      return "schedule";
  }
  return "?";
}

std::string_view kind_word(const Declaration& declaration) {
  using Word = std::string_view;
  return std::visit(Overloaded{
                        [](const ImportDecl&) { return Word("import"); },
                        [](const LetDecl&) { return Word("let"); },
                        [](const DataDecl&) { return Word("data"); },
                        [](const FunctionDecl& function) { return kind_word(function.kind); },
                        [](const MetricDecl&) { return Word("metric"); },
                        [](const RecipeDecl&) { return Word("recipe"); },
                        [](const ExperimentDecl&) { return Word("experiment"); },
                        [](const ReportDecl&) { return Word("report"); },
                    },
                    declaration.node);
}

std::string with_article(std::string_view word) {
  const bool vowel = !word.empty() && std::string_view("aeiou").find(word.front()) != std::string_view::npos;
  return fmt::format("{} {}", vowel ? "an" : "a", word);
}

std::string type_text(const TypeExpr& type) {
  return std::visit(Overloaded{
                        [](const NamedType& node) { return node.name; },
                        [](const ListType& node) {
                          return fmt::format("[{}]", node.element ? type_text(*node.element) : "");
                        },
                        [](const ChoiceType& node) {
                          std::string text;
                          for (const Name& choice : node.choices) {
                            text += (text.empty() ? "" : " | ") + choice.text;
                          }
                          return text;
                        },
                    },
                    type.node);
}

}  // namespace nnc::ast
