// textDocument/foldingRange: from brackets, prose and comments alone, so that a broken text folds as well.
#include "compiler/lsp/handlers.hpp"
#include "compiler/parse/outline.hpp"

namespace nnc::lsp {
namespace {

class Folds {
 public:
  explicit Folds(const Document& document) : document_(document) {}

  // The last line stays visible if `shows_end`: it closes what the first one opens.
  void add(std::uint32_t begin, std::uint32_t end, bool shows_end, const char* kind) {
    const std::int64_t first = document_.positions.position(begin).line;
    const std::int64_t last = document_.positions.position(end).line - (shows_end ? 1 : 0);
    if (last <= first) return;
    Json fold = {{"startLine", first}, {"endLine", last}};
    if (kind != nullptr) fold["kind"] = kind;
    all_.push_back(std::move(fold));
  }
  Json take() { return std::move(all_); }

 private:
  const Document& document_;
  Json all_ = Json::array();
};

// Comments in lines that follow each other are one fold.
void add_comments(const Document& document, const Outline& outline, Folds& folds) {
  const auto line = [&](std::uint32_t at) { return document.positions.position(at).line; };
  for (std::size_t first = 0; first < outline.comments.size();) {
    std::size_t last = first;
    while (last + 1 < outline.comments.size() &&
           line(outline.comments[last + 1].begin) == line(outline.comments[last].begin) + 1)
      ++last;
    folds.add(outline.comments[first].begin, outline.comments[last].end, false, "comment");
    first = last + 1;
  }
}

}  // namespace

Reply handle_folding_range(Session& session, const Json& params) {
  const Document* document = session.document_of(params);
  if (document == nullptr) return Json::array();
  const Outline outline = read_outline(document->text);
  Folds folds(*document);
  for (const Bracket& bracket : outline.brackets) {
    if (!bracket.opens() || bracket.partner == Bracket::kNone) continue;
    folds.add(bracket.position, outline.brackets[static_cast<std::size_t>(bracket.partner)].position, true,
              nullptr);
  }
  for (const TextRange& quoted : outline.quoted) folds.add(quoted.begin, quoted.end, true, nullptr);
  add_comments(*document, outline, folds);
  return folds.take();
}

}  // namespace nnc::lsp
