// textDocument/formatting: the whole text as the formatter lays it out, as one edit of what differs.
#include <algorithm>

#include "compiler/base/utf8.hpp"
#include "compiler/lsp/handlers.hpp"

namespace nnc::lsp {
namespace {

bool inside_character(std::string_view text, std::size_t at) {
  return at < text.size() && continues_character(text[at]);
}

// Between "\r" and "\n" editors have no place.
bool inside_line_end(std::string_view text, std::size_t at) {
  return at > 0 && at < text.size() && text[at - 1] == '\r' && text[at] == '\n';
}

}  // namespace

Reply handle_formatting(Session& session, const Json& params) {
  const Document* document = session.document_of(params);
  Json edits = Json::array();
  if (document == nullptr || !session.world.format) return edits;
  const std::string_view before = document->text;
  const std::string after = session.world.format(before);
  if (before == after) return edits;
  const std::size_t shorter = std::min(before.size(), after.size());
  std::size_t begin = 0;
  while (begin < shorter && before[begin] == after[begin]) ++begin;
  while (begin > 0 && (inside_character(before, begin) || inside_character(after, begin))) --begin;
  if (inside_line_end(before, begin)) --begin;
  std::size_t same = 0;  // at the end
  while (same < shorter - begin && before[before.size() - same - 1] == after[after.size() - same - 1]) ++same;
  while (same > 0 && inside_character(before, before.size() - same)) --same;
  if (same > 0 && inside_line_end(before, before.size() - same)) --same;
  edits.push_back({{"range", session.range(*document, static_cast<std::uint32_t>(begin),
                                           static_cast<std::uint32_t>(before.size() - same))},
                   {"newText", after.substr(begin, after.size() - same - begin)}});
  return edits;
}

}  // namespace nnc::lsp
