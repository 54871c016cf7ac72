// textDocument/semanticTokens/full: what every name is, on top of the colours of the editor's own grammar.
#include <array>
#include <string_view>

#include "compiler/lsp/describe.hpp"
#include "compiler/lsp/handlers.hpp"

namespace nnc::lsp {
namespace {

enum class Token : std::uint8_t {
  Type,
  Class,
  Function,
  Parameter,
  Variable,
  Property,
  EnumMember,
  Event,
  Struct,
  Method
};
constexpr auto kTokenNames =
    std::to_array<std::string_view>({"type", "class", "function", "parameter", "variable", "property",
                                     "enumMember", "event", "struct", "method"});

enum Modifier : unsigned { kDeclaration = 1, kReadonly = 2, kDefaultLibrary = 4 };
constexpr auto kModifierNames =
    std::to_array<std::string_view>({"declaration", "readonly", "defaultLibrary"});

Token token_of(const ast::Declaration& declaration) {
  return std::visit(ast::Overloaded{
                        [](const ast::FunctionDecl& function) {
                          return is_class(function) ? Token::Class : Token::Function;
                        },
                        [](const ast::MetricDecl&) { return Token::Function; },
                        [](const ast::DataDecl&) { return Token::Type; },
                        [](const ast::RecipeDecl&) { return Token::Struct; },
                        [](const ast::ExperimentDecl&) { return Token::Event; },
                        [](const auto&) { return Token::Variable; },
                    },
                    declaration.node);
}

Token token_of(const sema::Reference& reference) {
  switch (reference.kind) {
    case sema::SymbolKind::Declaration:
      return reference.target == nullptr ? Token::Variable : token_of(*reference.target);
    case sema::SymbolKind::Builtin:
    case sema::SymbolKind::ReportFunction:
      return Token::Function;
    case sema::SymbolKind::Parameter:
      return Token::Parameter;
    case sema::SymbolKind::Given:
    case sema::SymbolKind::Let:
    case sema::SymbolKind::Param:
    case sema::SymbolKind::State:
    case sema::SymbolKind::Loop:
    case sema::SymbolKind::Size:
    case sema::SymbolKind::Axis:
      return Token::Variable;
    case sema::SymbolKind::Choice:
      return Token::EnumMember;
    case sema::SymbolKind::Setting:
    case sema::SymbolKind::Member:
    case sema::SymbolKind::Part:
    case sema::SymbolKind::Metric:
    case sema::SymbolKind::Field:
      return Token::Property;
  }
  return Token::Variable;
}

unsigned modifiers_of(const Analysis& analysis, const sema::Reference& reference) {
  unsigned modifiers = reference.declares() ? kDeclaration : 0U;
  const bool kept = reference.kind == sema::SymbolKind::State;
  if (token_of(reference) == Token::Variable && !kept) modifiers |= kReadonly;
  const bool of_language = !reference.declared.valid();
  const bool of_library = reference.target != nullptr && reference.declared.valid() &&
                          analysis.sources.file(reference.declared.file).is_library();
  if (of_language || of_library) modifiers |= kDefaultLibrary;
  return modifiers;
}

}  // namespace

Json semantic_tokens_legend() { return {{"tokenTypes", kTokenNames}, {"tokenModifiers", kModifierNames}}; }

Reply handle_semantic_tokens(Session& session, const Json& params) {
  Document* document = session.document_of(params);
  Json data = Json::array();
  if (document == nullptr) return Json{{"data", std::move(data)}};
  const Analysis& analysis = session.names(*document);
  Position before;
  std::uint32_t end = 0;
  for (const sema::Reference& reference : analysis.index.references) {
    const Span& use = reference.use;
    // `in` is a word of the language; and of names that refer to several things the first decides.
    if (use.file != analysis.main || use.begin < end || analysis.sources.text(use) == "in") continue;
    end = use.end;
    const Position at = document->positions.position(use.begin);
    const bool same_line = at.line == before.line;
    for (const std::int64_t number :
         {at.line - before.line, same_line ? at.character - before.character : at.character,
          document->positions.length(use.begin, use.end), static_cast<std::int64_t>(token_of(reference)),
          static_cast<std::int64_t>(modifiers_of(analysis, reference))})
      data.push_back(number);
    before = at;
  }
  return Json{{"data", std::move(data)}};
}

}  // namespace nnc::lsp
