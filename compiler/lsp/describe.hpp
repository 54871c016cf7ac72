// Names and what they stand for as text: for hovers, completion and signature help.
#pragma once

#include <string>

#include "compiler/lsp/analysis.hpp"
#include "compiler/sema/program_index.hpp"

namespace nnc::lsp {

// What editors show as a class: models and layers, which have weights of their own.
bool is_class(const ast::FunctionDecl& function);
// "layer dense(units: int, activation: layer = linear)": how a declaration begins, in one line.
std::string head_of(const Analysis& analysis, const ast::Declaration& declaration);
// "exp(x: number|tensor) -> number|tensor"
std::string head_of(const BuiltinInfo& builtin);
// Markdown: what it is, in the language's own words, and its documentation.
std::string describe_declaration(const Analysis& analysis, const ast::Declaration& declaration);
std::string describe_builtin(const BuiltinInfo& builtin);
std::string describe_reference(const Analysis& analysis, const sema::Reference& reference);
// The lines of `##` as Markdown: indented lines keep their form.
std::string doc_markdown(const std::string& doc);
// What a setting of recipes, data sets or metrics is for, in one line; "" for any other word.
std::string_view setting_doc(std::string_view key);

}  // namespace nnc::lsp
