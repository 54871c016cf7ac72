// textDocument/documentSymbol: the declarations of a file with what is inside them, for outlines and jumps.
#include <vector>

#include "compiler/ast/words.hpp"
#include "compiler/lsp/describe.hpp"
#include "compiler/lsp/handlers.hpp"

namespace nnc::lsp {
namespace {

// The protocol's numbers.
enum SymbolNumber : int {
  kClass = 5,
  kProperty = 7,
  kField = 8,
  kFunction = 12,
  kVariable = 13,
  kConstant = 14,
  kString = 15,
  kObject = 19,
  kStruct = 23,
  kEvent = 24
};

struct Entry {
  std::string name;
  std::string detail;
  SymbolNumber number;
  Span span;
  Span name_span;
  std::vector<Entry> children = {};
};

void add(std::vector<Entry>& entries, const ast::Name& name, std::string detail, SymbolNumber number,
         const Span& span) {
  if (!name.text.empty())
    entries.push_back({name.text, std::move(detail), number, cover(span, name.span), name.span});
}

void add_body(std::vector<Entry>& entries, const ast::Block& block) {
  for (const ast::Statement& statement : block.statements) {
    std::visit(ast::Overloaded{
                   [&](const ast::Let& let) { add(entries, let.name, "let", kVariable, statement.span); },
                   [&](const ast::SlotDecl& slot) {
                     add(entries, slot.name, slot.kind == ast::SlotKind::Param ? "param" : "state", kField,
                         statement.span);
                   },
                   [&](const ast::For& loop) { add_body(entries, loop.body); },
                   [&](const ast::Repeat& loop) { add_body(entries, loop.body); },
                   [&](const ast::If& branch) {
                     add_body(entries, branch.then_body);
                     if (branch.else_body) add_body(entries, *branch.else_body);
                   },
                   [](const auto&) {},
               },
               statement.node);
  }
}

void add_settings(std::vector<Entry>& entries, const std::vector<ast::Setting>& settings) {
  for (const ast::Setting& setting : settings) add(entries, setting.key, "", kProperty, setting.span);
}

void add_axes(std::vector<Entry>& entries, const ast::ExperimentDecl& experiment) {
  for (const ast::ExperimentStatement& statement : experiment.statements) {
    const auto* sweep = std::get_if<ast::Sweep>(&statement.node);
    if (sweep == nullptr || sweep->branches.empty()) continue;
    for (const ast::SweepLine& line : sweep->branches.front().lines) {
      for (const ast::SweepAxis& axis : line.axes) add(entries, axis.name, "axis", kVariable, axis.name.span);
    }
  }
}

std::vector<Entry> children_of(const ast::Declaration& declaration) {
  std::vector<Entry> children;
  std::visit(ast::Overloaded{
                 [&](const ast::FunctionDecl& function) { add_body(children, function.body); },
                 [&](const ast::MetricDecl& metric) { add_settings(children, metric.settings); },
                 [&](const ast::DataDecl& data) { add_settings(children, data.settings); },
                 [&](const ast::RecipeDecl& recipe) { add_settings(children, recipe.settings); },
                 [&](const ast::ExperimentDecl& experiment) { add_axes(children, experiment); },
                 [](const auto&) {},
             },
             declaration.node);
  return children;
}

SymbolNumber number_of(const ast::Declaration& declaration) {
  return std::visit(
      ast::Overloaded{
          [](const ast::ImportDecl&) { return kString; },
          [](const ast::LetDecl&) { return kConstant; },
          [](const ast::DataDecl&) { return kObject; },
          [](const ast::FunctionDecl& function) { return is_class(function) ? kClass : kFunction; },
          [](const ast::MetricDecl&) { return kFunction; },
          [](const ast::RecipeDecl&) { return kStruct; },
          [](const ast::ExperimentDecl&) { return kEvent; },
          [](const ast::ReportDecl&) { return kString; },
      },
      declaration.node);
}

std::vector<Entry> entries_of(const ast::Module& module) {
  std::vector<Entry> entries;
  for (const ast::Declaration& declaration : module.declarations) {
    ast::Name name;
    if (const auto* report = std::get_if<ast::ReportDecl>(&declaration.node)) {
      name = {report->title, report->title_span};
    } else if (const ast::Name* declared = ast::declared_name(declaration)) {
      name = *declared;
    }
    if (name.text.empty() || !name.span.valid()) continue;
    entries.push_back({name.text, std::string(ast::kind_word(declaration)), number_of(declaration),
                       cover(declaration.span, name.span), name.span, children_of(declaration)});
  }
  return entries;
}

Json nested(const Session& session, const Document& document, const std::vector<Entry>& entries) {
  Json all = Json::array();
  for (const Entry& entry : entries) {
    all.push_back({{"name", entry.name},
                   {"detail", entry.detail},
                   {"kind", static_cast<int>(entry.number)},
                   {"range", session.range(document, entry.span.begin, entry.span.end)},
                   {"selectionRange", session.range(document, entry.name_span.begin, entry.name_span.end)},
                   {"children", nested(session, document, entry.children)}});
  }
  return all;
}

void flat(const Session& session, const Document& document, const std::vector<Entry>& entries,
          const std::string& container, Json& all) {
  for (const Entry& entry : entries) {
    all.push_back(
        {{"name", entry.name},
         {"kind", static_cast<int>(entry.number)},
         {"containerName", container},
         {"location",
          {{"uri", document.uri}, {"range", session.range(document, entry.span.begin, entry.span.end)}}}});
    flat(session, document, entry.children, entry.name, all);
  }
}

}  // namespace

Reply handle_document_symbol(Session& session, const Json& params) {
  Document* document = session.document_of(params);
  Json all = Json::array();
  if (document == nullptr) return all;
  const std::vector<Entry> entries = entries_of(session.names(*document).program.main_module().module);
  if (session.client.nested_symbols) return nested(session, *document, entries);
  flat(session, *document, entries, "", all);
  return all;
}

}  // namespace nnc::lsp
