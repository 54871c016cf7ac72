// The words of the language for its own parts: what a declaration is called, how a type is written.
#pragma once

#include <string>
#include <string_view>

#include "compiler/ast/ast.hpp"

namespace nnc::ast {

// "layer", "fn", "optimizer", ...
std::string_view kind_word(FunctionKind kind);
// "layer", "data", "experiment", ...: the word that the declaration begins with.
std::string_view kind_word(const Declaration& declaration);
// "a layer", "an optimizer"
std::string with_article(std::string_view word);
// As it is written: int, [int], valid | same.
std::string type_text(const TypeExpr& type);

}  // namespace nnc::ast
