// See completion_items.hpp.
#include "compiler/lsp/completion_items.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/ast/words.hpp"
#include "compiler/lsp/describe.hpp"
#include "compiler/sema/scope.hpp"

namespace nnc::lsp {
namespace {

// The protocol's numbers.
enum ItemNumber : int {
  kFunction = 3,
  kField = 5,
  kVariable = 6,
  kClass = 7,
  kModule = 9,
  kProperty = 10,
  kEnumMember = 20,
  kKeyword = 14,
  kConstant = 21,
  kStruct = 22,
  kEvent = 23
};

int number_of(const ast::Declaration& declaration) {
  return std::visit(
      ast::Overloaded{
          [](const ast::FunctionDecl& function) { return is_class(function) ? kClass : kFunction; },
          [](const ast::MetricDecl&) { return kFunction; },
          [](const ast::DataDecl&) { return kModule; },
          [](const ast::RecipeDecl&) { return kStruct; },
          [](const ast::ExperimentDecl&) { return kEvent; },
          [](const auto&) { return kConstant; },
      },
      declaration.node);
}

// What naming the declaration gives; Unknown if it depends on more.
sema::Type type_of(const Analysis& analysis, const ast::Declaration& declaration) {
  if (std::holds_alternative<ast::DataDecl>(declaration.node)) return sema::Kind::Data;
  if (std::holds_alternative<ast::RecipeDecl>(declaration.node)) return sema::Kind::Recipe;
  if (std::holds_alternative<ast::ExperimentDecl>(declaration.node)) return sema::Kind::Experiment;
  const auto signature = analysis.index.signatures.find(&declaration);
  if (signature == analysis.index.signatures.end()) return {};
  const auto* function = std::get_if<ast::FunctionDecl>(&declaration.node);
  if (function == nullptr || function->kind != ast::FunctionKind::Fn) return signature->second.result;
  sema::Type type = sema::Kind::Function;
  type.serves_as_layer = sema::takes_one_tensor(signature->second);
  return type;
}

bool is_local(sema::SymbolKind kind) {
  return kind >= sema::SymbolKind::Parameter && kind <= sema::SymbolKind::Axis;
}

sema::Place place_of_owner(const ast::Declaration* declaration) {
  const auto* function =
      declaration == nullptr ? nullptr : std::get_if<ast::FunctionDecl>(&declaration->node);
  return function == nullptr ? sema::Place::Let : sema::place_of(function->kind);
}

}  // namespace

void CompletionItems::add(const std::string& label, int kind, std::string detail, std::string doc, Rank rank,
                          const std::string& insert) {
  if (label.empty() || !seen_.insert(label).second) return;
  Json item = {
      {"label", label}, {"kind", kind}, {"sortText", fmt::format("{}{}", static_cast<int>(rank), label)}};
  if (!detail.empty()) item["detail"] = std::move(detail);
  if (!doc.empty()) item["documentation"] = markdown(std::move(doc));
  if (!insert.empty()) item["insertText"] = insert;
  items_.push_back(std::move(item));
}

void CompletionItems::word(std::string_view word, std::string detail, Rank rank) {
  add(std::string(word), kKeyword, std::move(detail), "", rank);
}

void CompletionItems::words(const std::vector<std::string>& words, const std::string& detail, Rank rank) {
  for (const std::string& word : words) add(word, kEnumMember, detail, "", rank);
}

void CompletionItems::key(const std::string& name, const std::string& behind, std::string detail,
                          std::string doc) {
  add(name, kProperty, std::move(detail), std::move(doc), Rank::Exact, name + behind);
}

bool CompletionItems::fits(const ast::Declaration& declaration, const sema::Type& wanted) const {
  const sema::Type type = type_of(analysis_, declaration);
  if (std::holds_alternative<ast::ExperimentDecl>(declaration.node)) return wanted.is(sema::Kind::Experiment);
  if (wanted.unknown() || type.unknown()) return !wanted.is(sema::Kind::Choice);
  return sema::accepts(wanted, type);
}

void CompletionItems::declarations(const sema::Type& wanted) {
  for (const auto& [name, declaration] : analysis_.program.names) {
    if (declaration == around_ || !fits(*declaration, wanted)) continue;
    const bool library = analysis_.sources.file(declaration->span.file).is_library();
    add(name, number_of(*declaration), head_of(analysis_, *declaration), doc_markdown(declaration->doc),
        library ? Rank::Library : Rank::User);
  }
}

void CompletionItems::builtins(const sema::Type& wanted) {
  for (const BuiltinInfo& builtin : all_builtins()) {
    const sema::Type& result = sema::builtin_signature(builtin).result;
    const bool special =
        result.is(sema::Kind::Data) || result.is(sema::Kind::Validation) || result.is(sema::Kind::Space);
    const bool fitting = wanted.unknown() ? !special : sema::accepts(wanted, result) && !result.unknown();
    if (fitting)
      add(std::string(builtin.name), kFunction, head_of(builtin), std::string(builtin.doc), Rank::Language);
  }
}

void CompletionItems::locals(const ast::Declaration* declaration, const CursorContext& context) {
  if (declaration == nullptr) return;
  for (const sema::Local& given : sema::given_names(place_of_owner(declaration)))
    add(given.name, kVariable, sema::type_text(given.type), "", Rank::Local);
  const OpenBlocks open_blocks(text_);
  for (const sema::Reference& reference : analysis_.index.references) {
    if (!is_local(reference.kind) || reference.target != declaration) continue;
    const bool is_axis = reference.kind == sema::SymbolKind::Axis;
    if (!reference.declares() || (!is_axis && reference.use.end > position_)) continue;
    // Names of a block end with it.
    const std::vector<std::uint32_t> blocks =
        is_axis ? std::vector<std::uint32_t>{} : open_blocks.at(reference.use.begin);
    const bool visible = blocks.empty() || std::find(context.blocks.begin(), context.blocks.end(),
                                                     blocks.front()) != context.blocks.end();
    const std::string type = reference.type.unknown() ? "" : sema::type_text(reference.type);
    if (visible) add(std::string(analysis_.sources.text(reference.use)), kVariable, type, "", Rank::Local);
  }
}

void CompletionItems::experiments() { declarations(sema::Kind::Experiment); }

void CompletionItems::values(const sema::Type& wanted, const ast::Declaration* declaration,
                             const CursorContext& context) {
  if (wanted.is(sema::Kind::List)) return values(wanted.element_type(), declaration, context);
  if (wanted.is(sema::Kind::Choice)) return words(wanted.choices, sema::type_text(wanted));
  if (wanted.is(sema::Kind::Bool)) words({"true", "false"}, "bool");
  if (wanted.is(sema::Kind::Schedule)) word("none", "the learning rate stays as it is", Rank::Exact);
  locals(declaration, context);
  const bool number = wanted.is_number() || wanted.is(sema::Kind::Bool) || wanted.is(sema::Kind::Dims);
  declarations(number ? sema::Type(sema::Kind::Number) : wanted);
  builtins(number ? sema::Type(sema::Kind::Number) : wanted);
}

}  // namespace nnc::lsp
