// textDocument/definition, references, documentHighlight: from one use of a name to the others.
#include <set>

#include "compiler/lsp/handlers.hpp"
#include "compiler/lsp/symbols.hpp"

namespace nnc::lsp {
namespace {

constexpr int kReadHighlight = 2;
constexpr int kWriteHighlight = 3;

// The import whose path the cursor is in: its file.
Json imported_file(Session& session, const Place& place) {
  for (const ast::Declaration& declaration : place.analysis.program.main_module().module.declarations) {
    const auto* import = std::get_if<ast::ImportDecl>(&declaration.node);
    const bool here =
        import != nullptr && import->path_span.begin <= place.offset && place.offset <= import->path_span.end;
    if (!here) continue;
    const std::string path = import_path(place.analysis, *import);
    for (const auto& module : place.analysis.program.modules) {
      if (module->path == path) return session.location(place.analysis, {module->module.file, 0, 0});
    }
  }
  return nullptr;
}

}  // namespace

Reply handle_definition(Session& session, const Json& params) {
  const std::optional<Place> place = place_of(session, params);
  if (!place) return Json();
  const auto* reference = place->analysis.index.at(place->analysis.main, place->offset);
  if (reference == nullptr) return imported_file(session, *place);
  return session.location(place->analysis, reference->declared);
}

Reply handle_references(Session& session, const Json& params) {
  const std::optional<Place> place = place_of(session, params);
  const std::optional<Symbol> symbol = place ? symbol_at(*place) : std::nullopt;
  Json locations = Json::array();
  if (!symbol) return locations;
  const bool with_declaration = bool_at(params, {"context", "includeDeclaration"});
  std::set<std::string> seen;
  // A name of this file may be used by other files that are open.
  for (auto& [uri, document] : session.documents.all()) {
    Analysis& analysis = session.names(*document);
    for (const sema::Reference& reference : uses_of(analysis, *symbol)) {
      if (reference.declares() && !with_declaration) continue;
      Json location = session.location(analysis, reference.use);
      if (!location.is_null() && seen.insert(location.dump()).second)
        locations.push_back(std::move(location));
    }
  }
  return locations;
}

Reply handle_document_highlight(Session& session, const Json& params) {
  const std::optional<Place> place = place_of(session, params);
  const std::optional<Symbol> symbol = place ? symbol_at(*place) : std::nullopt;
  Json highlights = Json::array();
  if (!symbol) return highlights;
  for (const sema::Reference& reference : uses_of(place->analysis, *symbol)) {
    if (reference.use.file != place->analysis.main) continue;
    highlights.push_back({{"range", session.range(place->document, reference.use.begin, reference.use.end)},
                          {"kind", reference.declares() ? kWriteHighlight : kReadHighlight}});
  }
  return highlights;
}

}  // namespace nnc::lsp
