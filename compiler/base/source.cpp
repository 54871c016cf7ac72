// Files, spans, and the way from a byte offset to a line and a column.
#include "compiler/base/source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "compiler/base/check.hpp"

namespace nnc {

Span cover(const Span& first, const Span& second) {
  if (!first.valid()) return second;
  if (!second.valid() || second.file != first.file) return first;
  return Span{first.file, std::min(first.begin, second.begin), std::max(first.end, second.end)};
}

SourceFile::SourceFile(std::string path, std::string text, bool is_library)
    : path_(std::move(path)), text_(std::move(text)), is_library_(is_library) {
  // Spans count in 32 bits; the driver refuses larger files long before.
  NNC_CHECK(text_.size() < std::numeric_limits<std::uint32_t>::max(), path_);
  line_starts_.push_back(0);
  for (std::size_t at = text_.find('\n'); at != std::string::npos; at = text_.find('\n', at + 1)) {
    line_starts_.push_back(static_cast<std::uint32_t>(at + 1));
  }
}

LineColumn SourceFile::line_column(std::uint32_t offset) const {
  const std::uint32_t inside = std::min(offset, static_cast<std::uint32_t>(text_.size()));
  const auto after = std::upper_bound(line_starts_.begin(), line_starts_.end(), inside);
  const auto line = static_cast<int>(after - line_starts_.begin());
  return {line, static_cast<int>(inside - *(after - 1)) + 1};
}

std::string_view SourceFile::line_text(int line) const {
  if (line < 1 || line > line_count()) return {};
  const std::size_t begin = line_starts_[static_cast<std::size_t>(line) - 1];
  const std::size_t end =
      line < line_count() ? line_starts_[static_cast<std::size_t>(line)] - 1 : text_.size();
  std::string_view text = std::string_view(text_).substr(begin, end - begin);
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

FileId SourceMap::add(std::string path, std::string text, bool is_library) {
  files_.push_back(std::make_unique<SourceFile>(std::move(path), std::move(text), is_library));
  return FileId(files_.size() - 1);
}

const SourceFile& SourceMap::file(FileId id) const {
  NNC_CHECK(id.valid() && id.position() < files_.size());
  return *files_[id.position()];
}

std::string_view SourceMap::text(const Span& span) const {
  if (!span.valid()) return {};
  const std::string_view whole = file(span.file).text();
  const std::size_t begin = std::min<std::size_t>(span.begin, whole.size());
  const std::size_t end = std::clamp<std::size_t>(span.end, begin, whole.size());
  return whole.substr(begin, end - begin);
}

bool SourceMap::is_user_code(const Span& span) const { return span.valid() && !file(span.file).is_library(); }

std::string SourceMap::describe(const Span& span) const {
  if (!span.valid()) return "nowhere";
  const SourceFile& source = file(span.file);
  const LineColumn place = source.line_column(span.begin);
  return fmt::format("{}:{}:{}", source.path(), place.line, place.column);
}

}  // namespace nnc
