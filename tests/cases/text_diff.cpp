// Longest common subsequence by the textbook's table, after taking off what both texts begin and end with.
#include "tests/cases/text_diff.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nnc::test {
namespace {

constexpr std::size_t kContext = 3;
constexpr std::size_t kLargestTable = 16'000'000;  // cells; larger differences are shown as one replacement

struct Edit {
  char kind;  // ' ', '-', '+'
  std::string_view line;
};

using Lines = std::vector<std::string_view>;

void diff_middle(const Lines& a, const Lines& b, std::vector<Edit>& edits) {
  if (a.size() * b.size() > kLargestTable) {
    for (const auto& line : a) edits.push_back({'-', line});
    for (const auto& line : b) edits.push_back({'+', line});
    return;
  }
  // common[i][j]: the length of the longest common subsequence of a[i..] and b[j..]
  std::vector<std::vector<int>> common(a.size() + 1, std::vector<int>(b.size() + 1, 0));
  for (std::size_t i = a.size(); i-- > 0;) {
    for (std::size_t j = b.size(); j-- > 0;) {
      common[i][j] = a[i] == b[j] ? common[i + 1][j + 1] + 1 : std::max(common[i + 1][j], common[i][j + 1]);
    }
  }
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() || j < b.size()) {
    if (i < a.size() && j < b.size() && a[i] == b[j]) {
      edits.push_back({' ', a[i]});
      ++i, ++j;
    } else if (i < a.size() && (j == b.size() || common[i + 1][j] >= common[i][j + 1])) {
      edits.push_back({'-', a[i++]});
    } else {
      edits.push_back({'+', b[j++]});
    }
  }
}

std::vector<Edit> diff_lines(const Lines& a, const Lines& b) {
  std::size_t head = 0;
  while (head < std::min(a.size(), b.size()) && a[head] == b[head]) ++head;
  std::size_t tail = 0;
  while (tail < std::min(a.size(), b.size()) - head && a[a.size() - 1 - tail] == b[b.size() - 1 - tail])
    ++tail;
  std::vector<Edit> edits;
  for (std::size_t i = 0; i < head; ++i) edits.push_back({' ', a[i]});
  const auto middle = [&](const Lines& lines) {
    return Lines(lines.begin() + static_cast<std::ptrdiff_t>(head),
                 lines.end() - static_cast<std::ptrdiff_t>(tail));
  };
  diff_middle(middle(a), middle(b), edits);
  for (std::size_t i = a.size() - tail; i < a.size(); ++i) edits.push_back({' ', a[i]});
  return edits;
}

}  // namespace

std::vector<std::string_view> lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

std::string unified_diff(std::string_view expected, std::string_view actual) {
  if (expected == actual) return {};
  const std::vector<Edit> edits = diff_lines(lines_of(expected), lines_of(actual));
  std::vector<bool> shown(edits.size(), false);
  bool changed = false;
  for (std::size_t i = 0; i < edits.size(); ++i) {
    if (edits[i].kind == ' ') continue;
    changed = true;
    for (std::size_t j = i < kContext ? 0 : i - kContext; j <= std::min(edits.size() - 1, i + kContext);
         ++j) {
      shown[j] = true;
    }
  }
  if (!changed) return "(the texts differ in their last line break)\n";
  std::string out;
  std::size_t line = 0;  // of the expected text
  for (std::size_t i = 0; i < edits.size(); ++i) {
    if (edits[i].kind != '+') ++line;
    if (!shown[i]) continue;
    if (i == 0 || !shown[i - 1]) out += fmt::format("@@ line {}\n", std::max<std::size_t>(1, line));
    out += fmt::format("{}{}\n", edits[i].kind, edits[i].line);
  }
  return out;
}

}  // namespace nnc::test
