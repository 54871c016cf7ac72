// The documents that are open in the editor: their text is what counts, not the disk's.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "compiler/lsp/experiments.hpp"
#include "compiler/lsp/messages.hpp"
#include "compiler/lsp/positions.hpp"

namespace nnc::lsp {

struct Analysis;

// The bytes [begin, end) of the text before were replaced with so many.
struct TextChange {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::uint32_t length = 0;
};

struct Document {
  std::string uri;
  std::string path;
  std::int64_t version = 0;
  std::string text;
  PositionMap positions;                 // of the text
  bool is_library = false;               // a file of the standard library, which is only read
  std::shared_ptr<Analysis> analysis;    // of this text; null: not yet made
  std::shared_ptr<Analysis> shapes;      // the last one that knows shapes, perhaps of an earlier text
  std::vector<TextChange> since_shapes;  // what was changed after it
  bool publish = false;                  // its diagnostics are to be sent
  bool published_once = false;           // of this text, though perhaps without shapes
  double changed_at = 0;                 // when it was, in seconds
  bool shows_lenses = false;             // the editor has asked for them
  bool to_estimate = false;              // opened or saved: its times are to be found out
  EstimatedTimes times;                  // the last ones that were, perhaps of an earlier text
};

// "/tmp/a b.nn" of "file:///tmp/a%20b.nn"; of anything else the whole.
std::string path_of_uri(const std::string& uri);
std::string uri_of_path(const std::string& path);

class Documents {
 public:
  Document& open(const std::string& uri, std::int64_t version, std::string text, Encoding encoding);
  // Applies the changes of a didChange notification one after the other.
  void change(Document& document, std::int64_t version, const Json& changes, Encoding encoding);
  void close(const std::string& uri) { documents_.erase(uri); }

  Document* find(const std::string& uri);
  Document* find_path(const std::string& path);
  std::map<std::string, std::unique_ptr<Document>>& all() { return documents_; }

 private:
  std::map<std::string, std::unique_ptr<Document>> documents_;  // by URI
};

// Where a place of the text before the changes is in the text after them; false if it was touched.
bool carry_over(const std::vector<TextChange>& changes, std::uint32_t& begin, std::uint32_t& end);

}  // namespace nnc::lsp
