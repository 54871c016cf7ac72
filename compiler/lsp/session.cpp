// See session.hpp.
#include "compiler/lsp/session.hpp"

#include "compiler/base/places.hpp"
#include "compiler/lsp/cache_files.hpp"

namespace nnc::lsp {

Result<std::string> Session::read(const std::string& path) {
  if (const Document* open = documents.find_path(path)) return open->text;
  return world.read_file(path);
}

Analysis& Session::names(Document& document) {
  if (document.analysis == nullptr) {
    document.analysis =
        analyse_names(document.path, document.text, [this](const std::string& path) { return read(path); });
  }
  return *document.analysis;
}

StudyOutcome Session::study(Document& document, double seconds) {
  Analysis& analysis = names(document);
  const double end = world.seconds() + seconds;
  return keep_shapes(document, analyse_study(
                                   analysis, world, [this] { return newer && newer(); },
                                   [&] { return world.seconds() > end; }));
}

void Session::glance(Document& document, double seconds) {
  Analysis& analysis = names(document);
  if (analysis.shapes_known || analysis.slow) return;
  const double end = world.seconds() + seconds;
  analysis.slow = StudyOutcome::GivenUp ==
                  keep_shapes(document, analyse_study(
                                            analysis, world, [&] { return world.seconds() > end; },
                                            [] { return false; }));
}

StudyOutcome Session::keep_shapes(Document& document, StudyOutcome outcome) {
  if (outcome == StudyOutcome::Done) {
    document.shapes = document.analysis;
    document.since_shapes.clear();
  }
  return outcome;
}

void Session::forget(const std::string& path) {
  for (auto& [uri, document] : documents.all()) {
    const bool own = document->path == path;
    const bool used = document->analysis != nullptr && document->analysis->read.contains(path);
    if (!own && !used) continue;
    document->analysis = nullptr;
    document->publish = true;
    document->published_once = false;
    document->changed_at = world.seconds();
  }
}

std::string Session::explanation_uri(const std::string& code) {
  const std::string text = world.explanation ? world.explanation(code) : std::string();
  if (text.empty()) return {};
  const std::string path = cache_file(world, "diagnostics/" + code + ".md", text);
  return path.empty() ? path : uri_of_path(path);
}

Document* Session::document_of(const Json& params) {
  return documents.find(string_at(params, {"textDocument", "uri"}));
}

Json position_json(const Position& position) {
  return {{"line", position.line}, {"character", position.character}};
}

Json range_json(const PositionMap& map, std::uint32_t begin, std::uint32_t end) {
  return {{"start", position_json(map.position(begin))}, {"end", position_json(map.position(end))}};
}

Json markdown(std::string text) { return {{"kind", "markdown"}, {"value", std::move(text)}}; }

Json Session::range(const Document& document, std::uint32_t begin, std::uint32_t end) const {
  return range_json(document.positions, begin, end);
}

Json Session::location(Analysis& analysis, const Span& span) {
  if (!span.valid()) return nullptr;
  const SourceFile& file = analysis.sources.file(span.file);
  std::string path = file.path();
  if (file.is_library()) path = cache_file(world, file.path(), file.text());
  if (path.empty()) return nullptr;
  const Span shown = visible_span(file, span);
  const Document* open = documents.find_path(path);
  return {{"uri", open != nullptr ? open->uri : uri_of_path(path)},
          {"range", range_json(analysis.positions(span.file, encoding), shown.begin, shown.end)}};
}

std::optional<Place> place_of(Session& session, const Json& params) {
  Document* document = session.document_of(params);
  if (document == nullptr) return std::nullopt;
  const Position position{int_at(params, {"position", "line"}).value_or(0),
                          int_at(params, {"position", "character"}).value_or(0)};
  return Place{*document, session.names(*document), document->positions.offset(position)};
}

}  // namespace nnc::lsp
