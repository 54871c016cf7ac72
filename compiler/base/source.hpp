// Source text and places in it. A place is a byte range of one file; lines and columns are computed on
// demand.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/ids.hpp"

namespace nnc {

using FileId = Id<struct FileTag>;

// The bytes [begin, end) of a file. A span without a valid file means "nowhere in the program".
struct Span {
  FileId file;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;

  [[nodiscard]] bool valid() const { return file.valid(); }
  friend auto operator<=>(const Span&, const Span&) = default;
};

// The smallest span that covers both; an invalid side is ignored.
Span cover(const Span& first, const Span& second);

struct LineColumn {
  int line = 1;    // from 1
  int column = 1;  // from 1, in bytes; render.cpp turns it into display columns
};

class SourceFile {
 public:
  SourceFile(std::string path, std::string text, bool is_library);

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string_view text() const { return text_; }
  // True for the embedded standard library: diagnostics prefer places in the user's own files.
  [[nodiscard]] bool is_library() const { return is_library_; }
  [[nodiscard]] LineColumn line_column(std::uint32_t offset) const;
  // The text of a line (from 1) without its line break.
  [[nodiscard]] std::string_view line_text(int line) const;
  [[nodiscard]] int line_count() const { return static_cast<int>(line_starts_.size()); }

 private:
  std::string path_;
  std::string text_;
  bool is_library_;
  std::vector<std::uint32_t> line_starts_;
};

// Owns every file of one compilation. Files never move: views into their text stay valid as long as the map.
class SourceMap {
 public:
  FileId add(std::string path, std::string text, bool is_library = false);
  [[nodiscard]] const SourceFile& file(FileId id) const;
  [[nodiscard]] std::size_t size() const { return files_.size(); }
  [[nodiscard]] std::string_view text(const Span& span) const;
  // True if the span lies in a file the user wrote.
  [[nodiscard]] bool is_user_code(const Span& span) const;
  // "path:line:column"
  [[nodiscard]] std::string describe(const Span& span) const;

 private:
  std::vector<std::unique_ptr<SourceFile>> files_;
};

}  // namespace nnc
