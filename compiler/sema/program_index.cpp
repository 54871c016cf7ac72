// Recording what names refer to, while the checker resolves them; and asking afterwards.
#include "compiler/sema/program_index.hpp"

#include <algorithm>
#include <tuple>

#include "compiler/sema/checker.hpp"

namespace nnc::sema {
namespace {

SymbolKind symbol_kind(LocalKind kind) {
  switch (kind) {
    case LocalKind::Given:
      return SymbolKind::Given;
    case LocalKind::Parameter:
      return SymbolKind::Parameter;
    case LocalKind::Let:
      return SymbolKind::Let;
    case LocalKind::Param:
      return SymbolKind::Param;
    case LocalKind::State:
      return SymbolKind::State;
    case LocalKind::Loop:
      return SymbolKind::Loop;
    case LocalKind::Size:
      return SymbolKind::Size;
    case LocalKind::Axis:
      return SymbolKind::Axis;
  }
  return SymbolKind::Given;
}

auto order_of(const Reference& reference) {
  return std::tuple(reference.use, reference.kind, reference.declared, reference.target);
}

// The name at the beginning of a parameter.
Span name_of(const SignatureParameter& parameter) {
  Span name = parameter.span;
  name.end = name.begin + static_cast<std::uint32_t>(parameter.name.size());
  return name;
}

}  // namespace

const Reference* ProgramIndex::at(FileId file, std::uint32_t position) const {
  const Reference* found = nullptr;
  const auto first = std::upper_bound(references.begin(), references.end(), std::pair(file, position),
                                      [](const auto& place, const Reference& reference) {
                                        return place < std::pair(reference.use.file, reference.use.begin);
                                      });
  // Names do not overlap, but several records may be of one place: the first of them counts.
  for (auto reference = first; reference != references.begin();) {
    --reference;
    if (reference->use.file != file || reference->use.end < position) break;
    found = &*reference;
  }
  return found;
}

void Checker::record(Reference reference) {
  if (index_ == nullptr || !reference.use.valid() || reference.use.begin >= reference.use.end) return;
  index_->references.push_back(std::move(reference));
}

void Checker::record_local(const Span& use, const Local& local, const Scope& scope) {
  record({use, symbol_kind(local.kind), local.span, scope.owner, nullptr, local.type});
}

void Checker::record_declaration(const Span& use, const ast::Declaration& declaration, const Type& type) {
  const ast::Name* name = ast::declared_name(declaration);
  if (name != nullptr) record({use, SymbolKind::Declaration, name->span, &declaration, nullptr, type});
}

void Checker::record_parameter(const Span& use, const SignatureParameter& parameter,
                               const Signature& signature) {
  record({use, SymbolKind::Parameter, parameter.span.valid() ? name_of(parameter) : Span{},
          signature.result.declaration, nullptr, parameter.type});
}

void Checker::record_word(const Span& use, SymbolKind kind, const Type& type, const ast::Declaration* owner) {
  record({use, kind, {}, owner, nullptr, type});
}

// A metric as a member of a part: the declared one, where it has that name.
void Checker::record_metric(const ast::Name& name) {
  const ast::Declaration* metric = program_.find(name.text);
  if (metric != nullptr && std::holds_alternative<ast::MetricDecl>(metric->node)) {
    record_declaration(name.span, *metric, Kind::Float);
  } else {
    record_word(name.span, SymbolKind::Metric, Kind::Float);
  }
}

void Checker::record_axis(const Span& use, const ast::Declaration& experiment, const std::string& axis,
                          const Type& type) {
  const auto& names = facts_of(experiment).axis_names;
  const auto declared = names.find(axis);
  record({use, SymbolKind::Axis, declared == names.end() ? Span{} : declared->second, &experiment, nullptr,
          type});
}

// The same axis declared once more: in another branch, or in place of one of the experiment's base.
void Checker::record_same_axis(const Span& again, const Span& first) {
  if (index_ != nullptr && again != first && first.valid()) same_axes_[again] = first;
}

void Checker::finish_index() {
  if (index_ == nullptr) return;
  for (const auto& module : program_.modules) {
    for (const ast::Declaration& declaration : module->module.declarations) {
      if (const ast::Name* name = ast::declared_name(declaration))
        record_declaration(name->span, declaration, {});
      const bool callable = std::holds_alternative<ast::FunctionDecl>(declaration.node) ||
                            std::holds_alternative<ast::MetricDecl>(declaration.node);
      if (callable) index_->signatures[&declaration] = signature_of(declaration);
      if (std::holds_alternative<ast::LetDecl>(declaration.node)) {
        index_->signatures[&declaration].result = result_of(declaration);
      }
    }
  }
  auto& references = index_->references;
  for (Reference& reference : references) {
    for (auto first = same_axes_.find(reference.declared); first != same_axes_.end();
         first = same_axes_.find(reference.declared))
      reference.declared = first->second;
  }
  std::stable_sort(references.begin(), references.end(),
                   [](const auto& a, const auto& b) { return order_of(a) < order_of(b); });
  references.erase(std::unique(references.begin(), references.end(),
                               [](const auto& a, const auto& b) { return order_of(a) == order_of(b); }),
                   references.end());
  index_->experiments = facts_;
}

}  // namespace nnc::sema
