// textDocument/hover: what a name is, and what the line of a model comes to.
#include <optional>

#include "compiler/lsp/describe.hpp"
#include "compiler/lsp/handlers.hpp"
#include "compiler/lsp/shape_notes.hpp"

namespace nnc::lsp {
namespace {

// Shapes are waited for only so long; what is known of the text before is nearly as good.
constexpr double kHoverPatience = 0.03;

// The innermost statement whose shapes are known.
std::optional<ShapeNote> note_at(const Document& document, std::uint32_t offset) {
  std::optional<ShapeNote> found;
  for (ShapeNote& note : shape_notes(document)) {
    const bool covers = note.begin <= offset && offset <= note.end;
    if (covers && (!found || note.end - note.begin <= found->end - found->begin)) found = std::move(note);
  }
  return found;
}

}  // namespace

Reply handle_hover(Session& session, const Json& params) {
  const std::optional<Place> place = place_of(session, params);
  if (!place) return Json();
  session.glance(place->document, kHoverPatience);
  std::string text;
  std::uint32_t begin = place->offset;
  std::uint32_t end = place->offset;
  if (const auto* reference = place->analysis.index.at(place->analysis.main, place->offset)) {
    text = describe_reference(place->analysis, *reference);
    begin = reference->use.begin;
    end = reference->use.end;
  }
  if (const auto note = note_at(place->document, place->offset)) {
    text += (text.empty() ? "" : "\n\n---\n\n") + describe_shapes(*note);
    if (begin == end) {
      begin = note->begin;
      end = note->end;
    }
  }
  if (text.empty()) return Json();
  return Json{{"contents", markdown(std::move(text))}, {"range", session.range(place->document, begin, end)}};
}

}  // namespace nnc::lsp
