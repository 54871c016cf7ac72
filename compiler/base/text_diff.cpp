// Longest common subsequence by the textbook's table, after taking off what both texts begin and end with.
#include "compiler/base/text_diff.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nnc {
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

// A run of edits that is shown: [begin, end), and the lines of the texts before it.
struct Hunk {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t before = 0;
  std::size_t after = 0;
};

std::vector<Hunk> hunks_of(const std::vector<Edit>& edits) {
  std::vector<Hunk> hunks;
  for (std::size_t i = 0; i < edits.size(); ++i) {
    if (edits[i].kind == ' ') continue;
    const std::size_t begin = i < kContext ? 0 : i - kContext;
    const std::size_t end = std::min(edits.size(), i + kContext + 1);
    if (!hunks.empty() && begin <= hunks.back().end) {
      hunks.back().end = end;
    } else {
      hunks.push_back({begin, end});
    }
  }
  std::size_t before = 0;
  std::size_t after = 0;
  std::size_t at = 0;
  for (Hunk& hunk : hunks) {
    for (; at < hunk.begin; ++at) {
      before += edits[at].kind == '+' ? 0 : 1;
      after += edits[at].kind == '-' ? 0 : 1;
    }
    hunk.before = before;
    hunk.after = after;
  }
  return hunks;
}

// "4,7": the first line and how many; one line is only "4".
std::string range_text(std::size_t before, std::size_t count) {
  const std::size_t first = count == 0 ? before : before + 1;
  return count == 1 ? fmt::format("{}", first) : fmt::format("{},{}", first, count);
}

std::string hunk_text(const std::vector<Edit>& edits, const Hunk& hunk, bool color) {
  std::size_t before = 0;
  std::size_t after = 0;
  std::string lines;
  for (std::size_t i = hunk.begin; i < hunk.end; ++i) {
    const auto& [kind, line] = edits[i];
    before += kind == '+' ? 0 : 1;
    after += kind == '-' ? 0 : 1;
    const char* paint = !color || kind == ' ' ? "" : kind == '-' ? "\x1b[31m" : "\x1b[32m";
    const bool ends = line.ends_with('\n');
    lines += fmt::format("{}{}{}{}\n", paint, kind, line.substr(0, line.size() - (ends ? 1 : 0)),
                         *paint == '\0' ? "" : "\x1b[0m");
    if (!ends) lines += "\\ No newline at end of file\n";
  }
  return fmt::format("{}@@ -{} +{} @@{}\n{}", color ? "\x1b[36m" : "", range_text(hunk.before, before),
                     range_text(hunk.after, after), color ? "\x1b[0m" : "", lines);
}

// With their line breaks, which are part of the difference.
Lines split(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

}  // namespace

std::vector<std::string_view> lines_of(std::string_view text) {
  Lines lines = split(text);
  for (std::string_view& line : lines)
    if (line.ends_with('\n')) line.remove_suffix(1);
  return lines;
}

std::string unified_diff(std::string_view before, std::string_view after, const DiffOptions& options) {
  if (before == after) return {};
  const std::vector<Edit> edits = diff_lines(split(before), split(after));
  std::string out;
  if (!options.before.empty()) {
    const char* bold = options.color ? "\x1b[1m" : "";
    const char* plain = options.color ? "\x1b[0m" : "";
    out += fmt::format("{0}--- {2}{1}\n{0}+++ {3}{1}\n", bold, plain, options.before, options.after);
  }
  for (const Hunk& hunk : hunks_of(edits)) out += hunk_text(edits, hunk, options.color);
  return out;
}

}  // namespace nnc
