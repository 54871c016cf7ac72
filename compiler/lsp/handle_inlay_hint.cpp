// textDocument/inlayHint: the shapes that the lines of models give, at their ends.
#include <algorithm>

#include "compiler/lsp/handlers.hpp"
#include "compiler/lsp/shape_notes.hpp"

namespace nnc::lsp {
namespace {

constexpr double kHintPatience = 0.1;

}  // namespace

Reply handle_inlay_hint(Session& session, const Json& params) {
  Document* document = session.document_of(params);
  if (document == nullptr) return Json::array();
  session.glance(*document, kHintPatience);
  const auto bound = [&](const char* side, std::int64_t otherwise) {
    return int_at(params, {"range", side, "line"}).value_or(otherwise);
  };
  const std::int64_t first = bound("start", 0);
  const std::int64_t last = bound("end", document->positions.line_count());
  Json hints = Json::array();
  std::vector<ShapeNote> notes = shape_notes(*document);
  std::stable_sort(notes.begin(), notes.end(),
                   [](const ShapeNote& a, const ShapeNote& b) { return a.end < b.end; });
  for (const ShapeNote& note : notes) {
    const Position end = document->positions.position(note.end);
    // A layer inside of a chain has a hint only if its line ends with it.
    const std::string_view rest =
        std::string_view(document->text).substr(note.end, document->positions.line_end(end.line) - note.end);
    const std::size_t next = rest.find_first_not_of(" \t");
    if (end.line < first || end.line > last) continue;
    if (next != std::string_view::npos && rest.substr(next, 2) == "|>") continue;
    // The whole chain and its last layer end at one place: one hint says it.
    Json position = position_json(end);
    if (!hints.empty() && hints.back()["position"] == position) continue;
    hints.push_back({{"position", std::move(position)},
                     {"label", "→ " + outputs_text(note)},
                     {"paddingLeft", true},
                     {"tooltip", markdown(describe_shapes(note))}});
  }
  return hints;
}

}  // namespace nnc::lsp
