// Looking up local names.
#include "compiler/sema/scope.hpp"

#include "compiler/ast/words.hpp"

namespace nnc::sema {

std::string describe(Place place) {
  const auto function = [](ast::FunctionKind kind) { return ast::with_article(ast::kind_word(kind)); };
  switch (place) {
    case Place::Model:
      return function(ast::FunctionKind::Model);
    case Place::Layer:
      return function(ast::FunctionKind::Layer);
    case Place::Fn:
      return function(ast::FunctionKind::Fn);
    case Place::Init:
      return function(ast::FunctionKind::Init);
    case Place::Loss:
      return function(ast::FunctionKind::Loss);
    case Place::Optimizer:
      return function(ast::FunctionKind::Optimizer);
    case Place::Schedule:
      return function(ast::FunctionKind::Schedule);
    case Place::Metric:
      return "a metric";
    case Place::Data:
      return "a data set";
    case Place::Recipe:
      return "a recipe";
    case Place::Let:
      return "a let";
    case Place::Experiment:
      return "an experiment";
    case Place::Report:
      return "a report";
  }
  return "";
}

Local* Scope::find(std::string_view name) {
  for (auto frame = frames.rbegin(); frame != frames.rend(); ++frame) {
    if (const auto local = frame->find(name); local != frame->end()) return &local->second;
  }
  return nullptr;
}

Local* Scope::find_here(std::string_view name) {
  const auto local = frames.back().find(name);
  return local == frames.back().end() ? nullptr : &local->second;
}

Local& Scope::add(Local local) {
  std::string name = local.name;
  return frames.back().insert_or_assign(std::move(name), std::move(local)).first->second;
}

const ast::Name* Scope::declared_later(std::string_view name) const {
  for (auto block = blocks.rbegin(); block != blocks.rend(); ++block) {
    const auto& statements = block->first->statements;
    for (std::size_t i = block->second + 1; i < statements.size(); ++i) {
      if (const auto* let = std::get_if<ast::Let>(&statements[i].node); let && let->name.text == name) {
        return &let->name;
      }
      if (const auto* slot = std::get_if<ast::SlotDecl>(&statements[i].node);
          slot && slot->name.text == name) {
        return &slot->name;
      }
    }
  }
  return nullptr;
}

std::vector<std::string> Scope::names() const {
  std::vector<std::string> all;
  for (const auto& frame : frames) {
    for (const auto& [name, local] : frame) all.push_back(name);
  }
  return all;
}

}  // namespace nnc::sema
