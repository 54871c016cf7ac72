// See callables.hpp.
#include "compiler/lsp/callables.hpp"

#include "compiler/lsp/describe.hpp"
#include "compiler/sema/report_words.hpp"

namespace nnc::lsp {
namespace {

sema::SignatureParameter parameter(std::string name, sema::Type type, bool required) {
  sema::SignatureParameter made;
  made.name = std::move(name);
  made.type = std::move(type);
  made.required = required;
  return made;
}

Callable report_function(const std::string& name) {
  Callable callable;
  callable.signature.name = name;
  if (sema::is_pick_function(name)) {
    callable.signature.parameters = {parameter("experiment", sema::Kind::Experiment, true),
                                     parameter("by", {}, false)};
    callable.documentation = name == "best"
                                 ? "the best point of an experiment: the selected one, or by a metric"
                                 : "the worst point of an experiment, by a metric";
  } else {
    callable.signature.parameters = {parameter("results", {}, true)};
    callable.documentation = "over all trials of a result: every point, seed and fold";
  }
  return callable;
}

}  // namespace

std::optional<Callable> find_callable(const Analysis& analysis, const CursorContext& context,
                                      const OpenCall& call) {
  if (const ast::Declaration* declaration = analysis.program.find(call.callee)) {
    const auto known = analysis.index.signatures.find(declaration);
    const bool is_let = std::holds_alternative<ast::LetDecl>(declaration->node);
    if (known == analysis.index.signatures.end() || is_let) return std::nullopt;
    return Callable{known->second, describe_declaration(analysis, *declaration)};
  }
  if (context.block == CursorContext::Block::Report && sema::is_report_function(call.callee, 1))
    return report_function(call.callee);
  if (const BuiltinInfo* builtin = find_builtin(call.callee))
    return Callable{sema::builtin_signature(*builtin), describe_builtin(*builtin)};
  return std::nullopt;
}

}  // namespace nnc::lsp
