// Diagnostics as text. The lines concerned are collected file by file, each with its marks; then every line
// is drawn with a row of carets and dashes under it and, below that, the remarks which did not fit beside
// their mark.
#include "compiler/base/render.hpp"

#include <algorithm>
#include <map>

#include "compiler/base/places.hpp"
#include "compiler/base/text_width.hpp"
#include "compiler/base/utf8.hpp"

namespace nnc {

Span visible_span(const SourceFile& file, const Span& span) {
  const std::string_view text = file.text();
  const auto size = static_cast<std::uint32_t>(text.size());
  Span result{span.file, std::min(span.begin, size), std::clamp(span.end, std::min(span.begin, size), size)};
  if (result.begin < size) return result;
  const std::size_t last = text.find_last_not_of(" \t\r\n");
  result.begin = result.end = last == std::string_view::npos ? 0 : static_cast<std::uint32_t>(last + 1);
  return result;
}

namespace {

// ---------------------------------------------------------------- which places of which lines

// A mark under one line; bytes are counted from the line's start.
struct Mark {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool primary = false;
  std::string text;
};

struct MarkedFile {
  FileId file;
  Span first;                              // names the file's place in its header
  std::map<int, std::vector<Mark>> lines;  // by line number
};

// A place of more lines than this is marked at its first and its last line only.
constexpr int kWholeLines = 4;

std::size_t first_text(std::string_view line) {
  const std::size_t at = line.find_first_not_of(" \t");
  return at == std::string_view::npos ? line.size() : at;
}

void mark_span(const SourceFile& file, const Span& place, bool primary, const std::string& text,
               MarkedFile& out) {
  const Span span = visible_span(file, place);
  const LineColumn begin = file.line_column(span.begin);
  LineColumn end = file.line_column(span.end);
  if (end.line > begin.line && end.column == 1) {
    --end.line;
    end.column = static_cast<int>(file.line_text(end.line).size()) + 1;
  }
  const bool whole = end.line - begin.line < kWholeLines;
  for (int line = begin.line; line <= end.line; line = whole || line == end.line ? line + 1 : end.line) {
    const std::string_view content = file.line_text(line);
    Mark mark;
    mark.begin = line == begin.line ? static_cast<std::size_t>(begin.column - 1) : first_text(content);
    mark.end = line == end.line ? static_cast<std::size_t>(end.column - 1) : content.size();
    mark.begin = std::min(mark.begin, content.size());
    mark.end = std::clamp(mark.end, mark.begin, content.size());
    mark.primary = primary;
    if (line == end.line) mark.text = text;
    const bool blank_inside = mark.begin == mark.end && begin.line != end.line;
    if (!blank_inside || line == begin.line || line == end.line) out.lines[line].push_back(std::move(mark));
  }
}

std::vector<MarkedFile> collect_places(const SourceMap& sources, const Diagnostic& diagnostic) {
  std::vector<MarkedFile> files;
  const auto add = [&](const Span& span, bool primary, const std::string& text) {
    if (!span.valid()) return;
    auto at = std::find_if(files.begin(), files.end(),
                           [&](const MarkedFile& file) { return file.file == span.file; });
    if (at == files.end()) at = files.insert(files.end(), {span.file, span, {}});
    mark_span(sources.file(span.file), span, primary, text, *at);
  };
  add(diagnostic.primary, true, diagnostic.primary_label);
  for (const Label& label : diagnostic.labels) add(label.span, false, label.text);
  return files;
}

// ---------------------------------------------------------------- drawing

enum class Style : std::uint8_t { Plain, Severity, Place, Strong };

class Painter {
 public:
  Painter(bool color, Severity severity) : color_(color), severity_(severity) {}

  [[nodiscard]] std::string paint(Style style, const std::string& text) const {
    if (!color_ || style == Style::Plain || text.empty()) return text;
    return fmt::format("\x1b[{}m{}\x1b[0m", code(style), text);
  }

 private:
  [[nodiscard]] const char* code(Style style) const {
    if (style == Style::Place) return "1;34";
    if (style == Style::Strong) return "1";
    return severity_ == Severity::Error ? "1;31" : "1;33";
  }

  bool color_;
  Severity severity_;
};

// The part of a line that is shown, and the display column of each of its bytes.
struct ShownLine {
  std::string text;
  std::size_t from = 0;  // the first byte shown
  std::vector<int> columns;

  [[nodiscard]] int column_of(std::size_t byte) const {
    const std::size_t inside = byte < from ? 0 : byte - from;
    return columns[std::min(inside, columns.size() - 1)];
  }
};

// Lines longer than this are shown in part, around their first mark.
constexpr std::size_t kLongestLine = 300;
constexpr std::size_t kBeforeMark = 80;

bool inside_character(std::string_view text, std::size_t at) {
  return at < text.size() && continues_character(text[at]);
}

ShownLine show_line(std::string_view line, std::size_t first_mark) {
  ShownLine shown;
  std::size_t to = line.size();
  if (line.size() > kLongestLine) {
    shown.from = first_mark > kBeforeMark ? first_mark - kBeforeMark : 0;
    to = std::min(line.size(), shown.from + kLongestLine);
    // At most three steps in UTF-8; more only in text that is none.
    for (int i = 0; i < 3 && inside_character(line, shown.from); ++i) ++shown.from;
    for (int i = 0; i < 3 && inside_character(line, to); ++i) ++to;
  }
  int column = 0;
  if (shown.from > 0) {
    shown.text = "...";
    column = 3;
  }
  std::string_view rest = line.substr(shown.from, to - shown.from);
  while (!rest.empty()) {
    const ShownCharacter character = first_character(rest);
    shown.columns.insert(shown.columns.end(), character.bytes, column);
    shown.text += character.shown;
    column += character.width;
    rest.remove_prefix(character.bytes);
  }
  shown.columns.push_back(column);
  if (to < line.size()) shown.text += "...";
  return shown;
}

// A mark in display columns.
struct DrawnMark {
  int begin = 0;
  int end = 0;
  bool primary = false;
  std::string text;
  [[nodiscard]] Style style() const { return primary ? Style::Severity : Style::Place; }
};

// A row of single characters, then at most one remark.
class Row {
 public:
  void put(int column, char character, Style style) {
    const auto at = static_cast<std::size_t>(column);
    if (cells_.size() <= at) cells_.resize(at + 1, {' ', Style::Plain});
    cells_[at] = {character, style};
  }
  void write(int column, std::string text, Style style) {
    if (cells_.size() < static_cast<std::size_t>(column)) {
      cells_.resize(static_cast<std::size_t>(column), {' ', Style::Plain});
    }
    remark_ = std::move(text);
    remark_style_ = style;
  }
  [[nodiscard]] int width() const { return static_cast<int>(cells_.size()); }
  [[nodiscard]] std::string to_string(const Painter& painter) const {
    std::string result;
    for (std::size_t i = 0; i < cells_.size();) {
      std::string same;
      const Style style = cells_[i].second;
      for (; i < cells_.size() && cells_[i].second == style; ++i) same += cells_[i].first;
      result += painter.paint(style, same);
    }
    return result + painter.paint(remark_style_, remark_);
  }

 private:
  std::vector<std::pair<char, Style>> cells_;
  std::string remark_;
  Style remark_style_ = Style::Plain;
};

// Dashes first, so that carets win where both are.
Row underline(const std::vector<DrawnMark>& marks) {
  Row row;
  for (const bool primary : {false, true}) {
    for (const DrawnMark& mark : marks) {
      if (mark.primary != primary) continue;
      for (int column = mark.begin; column < mark.end; ++column)
        row.put(column, primary ? '^' : '-', mark.style());
    }
  }
  return row;
}

// The remarks below the underline, rightmost first, each on a row of its own under a vertical stroke.
void hang_remarks(const std::vector<DrawnMark>& remarks, std::vector<Row>& rows) {
  const auto strokes_left_of = [&](std::size_t from, int limit) {
    Row row;
    for (std::size_t i = from; i < remarks.size(); ++i) {
      if (remarks[i].begin < limit) row.put(remarks[i].begin, '|', remarks[i].style());
    }
    return row;
  };
  if (remarks.empty()) return;
  rows.push_back(strokes_left_of(0, remarks.front().begin + 1));
  for (std::size_t i = 0; i < remarks.size(); ++i) {
    Row row = strokes_left_of(i, remarks[i].begin);
    row.write(remarks[i].begin, remarks[i].text, remarks[i].style());
    rows.push_back(std::move(row));
  }
}

std::vector<Row> draw_marks(const std::vector<DrawnMark>& marks) {
  std::vector<Row> rows = {underline(marks)};
  std::vector<DrawnMark> remarks;
  std::copy_if(marks.begin(), marks.end(), std::back_inserter(remarks),
               [](const DrawnMark& mark) { return !mark.text.empty(); });
  std::stable_sort(remarks.begin(), remarks.end(),
                   [](const DrawnMark& lhs, const DrawnMark& rhs) { return lhs.begin > rhs.begin; });
  if (!remarks.empty() && remarks.front().end == rows.front().width()) {
    rows.front().write(remarks.front().end + 1, remarks.front().text, remarks.front().style());
    remarks.erase(remarks.begin());
  }
  hang_remarks(remarks, rows);
  return rows;
}

std::string on_one_line(std::string_view text) {
  std::string result = printable(text);
  std::replace(result.begin(), result.end(), '\n', ' ');
  return result;
}

// ---------------------------------------------------------------- one diagnostic

class Renderer {
 public:
  Renderer(const SourceMap& sources, const Diagnostic& diagnostic, const RenderOptions& options)
      : sources_(sources), diagnostic_(diagnostic), painter_(options.color, diagnostic.severity) {}

  std::string render() {
    const std::vector<MarkedFile> files = collect_places(sources_, diagnostic_);
    for (const MarkedFile& file : files) {
      const std::size_t digits = std::to_string(file.lines.rbegin()->first).size();
      gutter_ = std::max(gutter_, static_cast<int>(digits));
    }
    headline();
    for (std::size_t i = 0; i < files.size(); ++i) draw_file(files[i], i == 0);
    remarks(!files.empty());
    return std::move(out_);
  }

 private:
  void headline() {
    const char* severity = diagnostic_.severity == Severity::Error ? "error" : "warning";
    out_ += painter_.paint(Style::Severity, fmt::format("{}[{}]", severity, diagnostic_.code()));
    out_ += painter_.paint(Style::Strong, fmt::format(": {}", printable(diagnostic_.message))) + "\n";
  }

  // A row with the vertical stroke beside the source, blanks at its end removed.
  void row(const std::string& number, const std::string& content) {
    std::string line = painter_.paint(Style::Place, fmt::format("{:>{}} |", number, gutter_));
    if (!content.empty()) line += " " + content;
    out_ += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }

  void draw_file(const MarkedFile& file, bool first) {
    const SourceFile& source = sources_.file(file.file);
    const Span place = visible_span(source, file.first);
    if (!first) row("", "");
    out_ += painter_.paint(Style::Place, fmt::format("{:>{}}{} ", "", gutter_, first ? "-->" : ":::"));
    out_ += on_one_line(sources_.describe(place)) + "\n";
    row("", "");
    int shown_to = 0;
    for (const auto& [line, marks] : file.lines) {
      if (shown_to > 0 && line == shown_to + 2) draw_line(source, shown_to + 1, {});
      if (shown_to > 0 && line > shown_to + 2) out_ += painter_.paint(Style::Place, "...") + "\n";
      draw_line(source, line, marks);
      shown_to = line;
    }
  }

  void draw_line(const SourceFile& source, int number, const std::vector<Mark>& marks) {
    const std::string_view content = source.line_text(number);
    std::size_t first = marks.empty() ? 0 : content.size();
    for (const Mark& mark : marks) first = std::min(first, mark.begin);
    const ShownLine shown = show_line(content, first);
    row(std::to_string(number), shown.text);
    if (marks.empty()) return;
    std::vector<DrawnMark> drawn;
    for (const Mark& mark : marks) {
      const int begin = shown.column_of(mark.begin);
      drawn.push_back(
          {begin, std::max(begin + 1, shown.column_of(mark.end)), mark.primary, on_one_line(mark.text)});
    }
    for (const Row& under : draw_marks(drawn)) row("", under.to_string(painter_));
  }

  void remarks(bool after_source) {
    const bool edit = diagnostic_.hint.empty() && diagnostic_.suggestion;
    if (diagnostic_.notes.empty() && diagnostic_.hint.empty() && !edit) return;
    if (after_source) row("", "");
    for (const std::string& note : diagnostic_.notes) remark("note", note);
    if (!diagnostic_.hint.empty()) remark("help", diagnostic_.hint);
    if (edit) remark("help", describe_edit(*diagnostic_.suggestion));
  }

  void remark(const std::string& kind, const std::string& text) {
    out_ += painter_.paint(Style::Place, fmt::format("{:>{}} = ", "", gutter_));
    out_ += painter_.paint(Style::Strong, kind + ":") + " ";
    // Further lines stand under the first.
    const std::string indent(static_cast<std::size_t>(gutter_) + 3 + kind.size() + 2, ' ');
    for (const char character : printable(text)) {
      out_ += character;
      if (character == '\n') out_ += indent;
    }
    out_ += "\n";
  }

  std::string describe_edit(const Suggestion& suggestion) const {
    const std::string_view old = sources_.text(suggestion.span);
    if (old.empty()) return fmt::format("insert `{}`", suggestion.replacement);
    if (suggestion.replacement.empty()) return fmt::format("remove `{}`", old);
    return fmt::format("replace `{}` by `{}`", old, suggestion.replacement);
  }

  const SourceMap& sources_;
  const Diagnostic& diagnostic_;
  Painter painter_;
  int gutter_ = 1;
  std::string out_;
};

std::string count_of(std::ptrdiff_t count, const char* what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

}  // namespace

std::string render_diagnostic(const SourceMap& sources, const Diagnostic& diagnostic,
                              const RenderOptions& options) {
  return Renderer(sources, diagnostic, options).render();
}

std::string render_diagnostics(const SourceMap& sources, const std::vector<Diagnostic>& diagnostics,
                               const RenderOptions& options) {
  if (diagnostics.empty()) return {};
  std::string out;
  for (const Diagnostic& diagnostic : diagnostics)
    out += render_diagnostic(sources, diagnostic, options) + "\n";
  const auto errors = std::count_if(diagnostics.begin(), diagnostics.end(), [](const Diagnostic& diagnostic) {
    return diagnostic.severity == Severity::Error;
  });
  const auto warnings = static_cast<std::ptrdiff_t>(diagnostics.size()) - errors;
  if (errors > 0) out += count_of(errors, "error");
  if (warnings > 0) out += (errors > 0 ? ", " : "") + count_of(warnings, "warning");
  return out + "\n";
}

}  // namespace nnc
