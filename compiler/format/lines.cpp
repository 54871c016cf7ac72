// Writing words into lines, and comments behind them.
#include "compiler/format/lines.hpp"

#include <algorithm>

#include "compiler/base/text_width.hpp"

namespace nnc::format {

int Lines::column() const { return newlines_ > 0 ? indent : column_ + (blank_ ? 1 : 0); }

void Lines::begin_word() {
  if (newlines_ > 0) {
    if (newlines_ > 1 && !lines_.empty()) lines_.emplace_back();
    lines_.push_back({.code = std::string(static_cast<std::size_t>(indent), ' ')});
    column_ = indent;
  } else if (blank_) {
    lines_.back().code += ' ';
    ++column_;
  }
  newlines_ = 0;
  blank_ = false;
}

void Lines::word(std::string_view text) {
  begin_word();
  for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    lines_.back().code += text.substr(0, end);
    lines_.back().in_prose = true;
    lines_.emplace_back();
    column_ = 0;
    text.remove_prefix(end + 1);
  }
  lines_.back().code += text;
  column_ += display_width(text);
}

void Lines::end_line(int newlines) {
  newlines_ = std::max(newlines_, newlines);
  blank_ = false;
}

void Lines::comment(std::string_view text, bool own_line, int newlines, int column) {
  const bool behind =
      !own_line && !lines_.empty() && !lines_.back().is_comment && lines_.back().comment.empty();
  if (behind) {
    lines_.back().comment = text;
    lines_.back().comment_column = column;
  } else {
    end_line(newlines);
    begin_word();
    lines_.back().code += text;
    lines_.back().is_comment = true;
  }
  // What stood behind a separator and has a line of its own now is no documentation of the next declaration.
  end_line(!own_line && !behind && indent == 0 ? 2 : 1);
}

// Comments of lines that follow each other stay under each other where the author had put them so.
void Lines::align_comments() {
  for (std::size_t begin = 0; begin < lines_.size();) {
    std::size_t end = begin;
    int width = 0;
    for (; end < lines_.size(); ++end) {
      const Line& line = lines_[end];
      if (line.comment.empty() || line.comment_column != lines_[begin].comment_column) break;
      width = std::max(width, display_width(line.code));
    }
    for (std::size_t i = begin; i < end; ++i) {
      Line& line = lines_[i];
      line.code.append(static_cast<std::size_t>(width - display_width(line.code) + 2), ' ');
      line.code += line.comment;
    }
    begin = std::max(end, begin + 1);
  }
}

std::string Lines::finish(std::string_view line_end) {
  align_comments();
  std::string text;
  for (const Line& line : lines_) {
    text += line.code;
    text += line.in_prose ? "\n" : line_end;
  }
  return text;
}

}  // namespace nnc::format
