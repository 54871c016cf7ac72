// Diagnostics as a JSON array, for tools and for the golden tests' marks.
#include <nlohmann/json.hpp>

#include "compiler/base/fixes.hpp"
#include "compiler/base/places.hpp"
#include "compiler/base/render.hpp"

namespace nnc {
namespace {

using Json = nlohmann::ordered_json;

Json place_json(const SourceMap& sources, const Span& place) {
  if (!place.valid()) return nullptr;
  const SourceFile& file = sources.file(place.file);
  const Span span = visible_span(file, place);
  const LineColumn begin = file.line_column(span.begin);
  const LineColumn end = file.line_column(span.end);
  return {{"path", file.path()},      {"line", begin.line},  {"column", begin.column}, {"end_line", end.line},
          {"end_column", end.column}, {"begin", span.begin}, {"end", span.end}};
}

Json diagnostic_json(const SourceMap& sources, const Diagnostic& diagnostic) {
  Json labels = Json::array();
  for (const Label& label : diagnostic.labels) {
    labels.push_back({{"place", place_json(sources, label.span)}, {"text", label.text}});
  }
  Json suggestion = nullptr;
  if (const std::vector<Suggestion> fixes = fixes_of(diagnostic); fixes.size() == 1) {
    suggestion = {{"place", place_json(sources, fixes.front().span)},
                  {"replacement", fixes.front().replacement}};
  }
  return {{"code", diagnostic.code()},
          {"severity", diagnostic.severity == Severity::Error ? "error" : "warning"},
          {"message", diagnostic.message},
          {"place", place_json(sources, diagnostic.primary)},
          {"here", diagnostic.primary_label},
          {"labels", labels},
          {"notes", diagnostic.notes},
          {"points", diagnostic.points},
          {"hint", diagnostic.hint},
          {"alternatives", diagnostic.alternatives},
          {"suggestion", suggestion}};
}

}  // namespace

std::string diagnostics_json(const SourceMap& sources, const std::vector<Diagnostic>& diagnostics) {
  Json all = Json::array();
  for (const Diagnostic& diagnostic : diagnostics) all.push_back(diagnostic_json(sources, diagnostic));
  return all.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace nnc
