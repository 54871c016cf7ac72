// Predictions as a NumPy file: a header that says what a row is, then the rows without gaps, little-endian.
// In, reading: bytes from a disk, trusted in nothing; their number bounds what is allocated.
#include "runtime/record/predictions.hpp"

#include <fmt/format.h>

#include <bit>
#include <charconv>
#include <cstring>
#include <new>
#include <optional>

#include "compiler/base/check.hpp"

namespace nnc::rt {
namespace {

static_assert(std::endian::native == std::endian::little, "rows are copied as they are in memory");

constexpr std::string_view kMagic{"\x93NUMPY\x01\x00", 8};
constexpr std::size_t kPrefix = kMagic.size() + 2;  // and the length of the header in 16 bits
constexpr std::size_t kAlignment = 64;              // numpy's: the rows begin at a multiple of it
constexpr std::string_view kBeforeColumns =
    "{'descr': [('sample', '<u4'), ('label', '<i4'), ('scores', '<f4', (";
constexpr std::string_view kBeforeRows = ",))], 'fortran_order': False, 'shape': (";
constexpr std::string_view kAfterRows = ",), }";
constexpr std::size_t kMaxColumns = 1 << 16;
constexpr std::int32_t kMaxLabel = 255;

struct Layout {
  std::uint64_t rows = 0;
  std::uint64_t columns = 0;

  [[nodiscard]] std::uint64_t row_bytes() const { return 8 + 4 * columns; }
};

// Magic number, length and description, filled up with blanks and a line break.
std::string header_of(const Layout& layout) {
  std::string text =
      fmt::format("{}{}{}{}{}", kBeforeColumns, layout.columns, kBeforeRows, layout.rows, kAfterRows);
  const std::size_t total = (kPrefix + text.size() + 1 + kAlignment - 1) / kAlignment * kAlignment;
  text.append(total - kPrefix - text.size() - 1, ' ');
  text += '\n';
  std::string header(kMagic);
  header += static_cast<char>(text.size() & 0xff);
  header += static_cast<char>(text.size() >> 8);
  return header + text;
}

bool skip(std::string_view& text, std::string_view expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(expected.size());
  return true;
}

std::optional<std::uint64_t> read_number(std::string_view& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

// What the file says about its rows; nothing unless the header is, byte for byte, one that we write.
std::optional<Layout> read_layout(std::string_view content) {
  std::string_view text = content;
  if (!skip(text, kMagic) || text.size() < 2) return std::nullopt;
  text.remove_prefix(2);
  if (!skip(text, kBeforeColumns)) return std::nullopt;
  const std::optional<std::uint64_t> columns = read_number(text);
  if (!columns || !skip(text, kBeforeRows)) return std::nullopt;
  const std::optional<std::uint64_t> rows = read_number(text);
  if (!rows || *columns == 0 || *columns > kMaxColumns) return std::nullopt;
  const Layout layout{*rows, *columns};
  if (!content.starts_with(header_of(layout))) return std::nullopt;
  return layout;
}

Failure damaged(const std::string& path, std::string_view what) {
  return Failure{fmt::format("the predictions in `{}` are damaged: {}", path, what),
                 "run the file again with `nnc run`"};
}

Result<Predictions> read_rows(const std::string& path, std::string_view rows, const Layout& layout) {
  Predictions predictions;
  predictions.columns = layout.columns;
  predictions.samples.resize(layout.rows);
  predictions.labels.resize(layout.rows);
  predictions.scores.resize(layout.rows * layout.columns);
  const char* row = rows.data();
  for (std::size_t i = 0; i < layout.rows; ++i, row += layout.row_bytes()) {
    std::memcpy(&predictions.samples[i], row, 4);
    std::memcpy(&predictions.labels[i], row + 4, 4);
    std::memcpy(&predictions.scores[i * layout.columns], row + 8, 4 * layout.columns);
    if (predictions.labels[i] < 0 || predictions.labels[i] > kMaxLabel) {
      return damaged(path, fmt::format("row {} has the label {}", i, predictions.labels[i]));
    }
  }
  return predictions;
}

}  // namespace

std::optional<std::uint64_t> predictions_size(std::string_view beginning) {
  const std::optional<Layout> layout = read_layout(beginning);
  std::uint64_t bytes = 0;
  if (!layout || __builtin_mul_overflow(layout->rows, layout->row_bytes(), &bytes)) return std::nullopt;
  return header_of(*layout).size() + bytes;
}

std::string predictions_content(const Predictions& predictions) {
  const std::size_t rows = predictions.samples.size();
  const std::size_t columns = predictions.columns;
  NNC_CHECK(columns > 0 && columns <= kMaxColumns);
  NNC_CHECK(predictions.labels.size() == rows && predictions.scores.size() == rows * columns);
  const Layout layout{rows, columns};
  std::string content = header_of(layout);
  std::size_t at = content.size();
  content.resize(at + rows * layout.row_bytes());
  for (std::size_t i = 0; i < rows; ++i, at += layout.row_bytes()) {
    std::memcpy(&content[at], &predictions.samples[i], 4);
    std::memcpy(&content[at + 4], &predictions.labels[i], 4);
    std::memcpy(&content[at + 8], &predictions.scores[i * columns], 4 * columns);
  }
  return content;
}

Result<Predictions> read_predictions(std::string_view content, const std::string& place) {
  try {
    const std::optional<Layout> layout = read_layout(content);
    if (!layout) return damaged(place, "its header is not one that nnc writes");
    const std::string_view rows = content.substr(header_of(*layout).size());
    // A row has at most 2^18 + 8 bytes, so that the product is checked without overflow.
    if (layout->rows > rows.size() || layout->rows * layout->row_bytes() != rows.size()) {
      return damaged(place, fmt::format("it has not the {} rows that it claims", layout->rows));
    }
    return read_rows(place, rows, *layout);
  } catch (const std::bad_alloc&) {
    return Failure{fmt::format("`{}` needs more memory than is free", place), {}};
  }
}

}  // namespace nnc::rt
