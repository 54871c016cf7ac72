// textDocument/codeAction: the edits that diagnostics suggest, and the names that may have been meant.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/base/fixes.hpp"
#include "compiler/base/places.hpp"
#include "compiler/base/utf8.hpp"
#include "compiler/lsp/handlers.hpp"

namespace nnc::lsp {
namespace {

// The diagnostic that the client shows there, which the action belongs to.
Json shown_diagnostics(const Json& params, const Json& range, const std::string& code) {
  Json shown = Json::array();
  const Json* known = find(params, {"context", "diagnostics"});
  if (known == nullptr || !known->is_array()) return shown;
  for (const Json& diagnostic : *known) {
    const Json* at = find(diagnostic, {"range"});
    if (at != nullptr && *at == range && string_at(diagnostic, {"code"}) == code) shown.push_back(diagnostic);
  }
  return shown;
}

struct Fix {
  Span span;
  std::string replacement;
  std::string title;
  bool certain = false;
};

std::string short_text(std::string_view text) {
  constexpr std::size_t kMost = 40;
  return shortened(text.substr(0, text.find('\n')), kMost);
}

std::vector<Fix> offered_fixes(const Analysis& analysis, const Diagnostic& diagnostic) {
  std::vector<Fix> offered;
  const std::vector<Suggestion> fixes = fixes_of(diagnostic);
  for (const Suggestion& edit : fixes) {
    if (edit.span.file != analysis.main) continue;
    const std::string before = short_text(analysis.sources.text(edit.span));
    const std::string after = short_text(edit.replacement);
    const bool certain = fixes.size() == 1;
    const bool names = !diagnostic.suggestion.has_value();
    const std::string title = names            ? fmt::format("Change to `{}`", after)
                              : before.empty() ? fmt::format("Insert `{}`", after)
                              : after.empty()  ? fmt::format("Remove `{}`", before)
                                               : fmt::format("Change `{}` to `{}`", before, after);
    offered.push_back({edit.span, edit.replacement, title, certain});
  }
  return offered;
}

}  // namespace

Reply handle_code_action(Session& session, const Json& params) {
  Document* document = session.document_of(params);
  Json actions = Json::array();
  if (document == nullptr || document->is_library || !session.client.code_action_literals) return actions;
  const Analysis& analysis = session.names(*document);
  const auto offset = [&](const char* side) {
    return document->positions.offset({int_at(params, {"range", side, "line"}).value_or(0),
                                       int_at(params, {"range", side, "character"}).value_or(0)});
  };
  const std::uint32_t begin = offset("start");
  const std::uint32_t end = offset("end");
  for (const Diagnostic& diagnostic : analysis.sink.sorted()) {
    if (diagnostic.primary.file != analysis.main) continue;
    const Span shown = visible_span(analysis.sources.file(analysis.main), diagnostic.primary);
    if (shown.end < begin || end < shown.begin) continue;
    for (const Fix& fix : offered_fixes(analysis, diagnostic)) {
      const Json edit = {{"range", session.range(*document, fix.span.begin, fix.span.end)},
                         {"newText", fix.replacement}};
      actions.push_back(
          {{"title", fix.title},
           {"kind", "quickfix"},
           {"isPreferred", fix.certain},
           {"diagnostics",
            shown_diagnostics(params, session.range(*document, shown.begin, shown.end), diagnostic.code())},
           {"edit", {{"changes", {{document->uri, Json::array({edit})}}}}}});
    }
  }
  return actions;
}

}  // namespace nnc::lsp
