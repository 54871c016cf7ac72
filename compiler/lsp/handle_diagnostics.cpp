// textDocument/publishDiagnostics: every mistake with the places that explain it.
#include <algorithm>

#include "compiler/base/places.hpp"
#include "compiler/lsp/handlers.hpp"
#include "compiler/lsp/symbols.hpp"

namespace nnc::lsp {
namespace {

constexpr int kErrorSeverity = 1;
constexpr int kWarningSeverity = 2;
constexpr int kUnnecessary = 1;

std::string message_of(const Diagnostic& diagnostic) {
  std::string text = diagnostic.message;
  if (!diagnostic.primary_label.empty()) text += "\nhere: " + diagnostic.primary_label;
  for (const std::string& note : diagnostic.notes) text += "\nnote: " + note;
  if (!diagnostic.hint.empty()) text += "\nhelp: " + diagnostic.hint;
  return text;
}

// Where the file at fault comes in: the import that names it, or the first one, if it is imported by an
// import.
Span import_of(const Analysis& analysis, const std::string& path) {
  Span first;
  for (const ast::Declaration& declaration : analysis.program.main_module().module.declarations) {
    const auto* import = std::get_if<ast::ImportDecl>(&declaration.node);
    if (import == nullptr) continue;
    if (import_path(analysis, *import) == path) return import->path_span;
    if (!first.valid()) first = import->path_span;
  }
  return first;
}

Json related(Session& session, Analysis& analysis, const Span& span, const std::string& text) {
  Json location = session.location(analysis, span);
  if (location.is_null()) return nullptr;
  return {{"location", std::move(location)}, {"message", text}};
}

Json diagnostic_json(Session& session, const Document& document, const Diagnostic& diagnostic) {
  Analysis& analysis = *document.analysis;
  Span place = diagnostic.primary;
  Json information = Json::array();
  const bool elsewhere = place.valid() && place.file != analysis.main;
  if (elsewhere) {
    information.push_back(related(session, analysis, place, diagnostic.message));
    place = import_of(analysis, analysis.sources.file(place.file).path());
  }
  const Span shown = place.valid() ? visible_span(analysis.sources.file(analysis.main), place) : Span{};
  for (const Label& label : diagnostic.labels)
    information.push_back(related(session, analysis, label.span, label.text));
  std::erase_if(information.get_ref<Json::array_t&>(), [](const Json& item) { return item.is_null(); });
  Json json = {{"range", session.range(document, shown.begin, shown.end)},
               {"severity", diagnostic.severity == Severity::Error ? kErrorSeverity : kWarningSeverity},
               {"code", diagnostic.code()},
               {"source", "nnc"},
               {"message", message_of(diagnostic)}};
  if (const std::string page = session.explanation_uri(diagnostic.code()); !page.empty())
    json["codeDescription"] = {{"href", page}};
  if (session.client.related_information && !information.empty())
    json["relatedInformation"] = std::move(information);
  if (diagnostic.number == diagnostics::UnusedDeclaration.number) json["tags"] = {kUnnecessary};
  return json;
}

}  // namespace

Json diagnostics_of(Session& session, Document& document) {
  Json all = Json::array();
  Analysis& analysis = session.names(document);
  if (document.is_library) return all;
  for (const Diagnostic& diagnostic : analysis.sink.sorted())
    all.push_back(diagnostic_json(session, document, diagnostic));
  return all;
}

}  // namespace nnc::lsp
