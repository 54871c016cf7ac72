// What the handlers of requests share: the world, what the client can do, the open documents and what is
// known of them; and places of programs as the protocol says them.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "compiler/lsp/analysis.hpp"
#include "compiler/lsp/documents.hpp"
#include "compiler/lsp/messages.hpp"

namespace nnc::lsp {

// What the client said it can do, and wants.
struct ClientSupport {
  bool nested_symbols = false;
  bool document_changes = false;
  bool related_information = false;
  bool code_action_literals = false;
  bool refresh_hints = false;
  bool refresh_lenses = false;
  bool watches_files = false;  // and tells of changes
  bool estimate_time = true;
};

class Session {
 public:
  World world;
  ClientSupport client;
  Encoding encoding = Encoding::Utf16;
  Documents documents;
  std::function<bool()> newer;  // whether a message waits; empty: never

  // Names and types of the present text.
  Analysis& names(Document& document);
  // Finds out the shapes of the present text too, until a newer message comes. What takes longer stays in
  // part.
  StudyOutcome study(Document& document, double seconds);
  // The same for a request that waits: all of it in that time, or nothing.
  void glance(Document& document, double seconds);
  // The open text of a file, or what the disk has.
  [[nodiscard]] Result<std::string> read(const std::string& path);
  // After a change of that file nothing that was made from it counts any longer.
  void forget(const std::string& path);
  // The Markdown of a diagnostic as a file that the editor can show; its URI, or "".
  std::string explanation_uri(const std::string& code);

  // The document that the parameters of a request name; null if it is not open.
  Document* document_of(const Json& params);
  [[nodiscard]] Json range(const Document& document, std::uint32_t begin, std::uint32_t end) const;
  // A place in any file of the program; null where an editor cannot show it.
  Json location(Analysis& analysis, const Span& span);

 private:
  static StudyOutcome keep_shapes(Document& document, StudyOutcome outcome);
};

// Where the cursor is.
struct Place {
  Document& document;
  Analysis& analysis;
  std::uint32_t offset;
};
std::optional<Place> place_of(Session& session, const Json& params);

Json position_json(const Position& position);
Json range_json(const PositionMap& map, std::uint32_t begin, std::uint32_t end);
Json markdown(std::string text);

}  // namespace nnc::lsp
