// One pass over the bytes: comments, strings, brackets. A bracket that meets the wrong partner is taken for
// unclosed rather than the partner for wrong, because people forget more brackets than they add.
#include "compiler/parse/outline.hpp"

#include <algorithm>
#include <array>

#include "compiler/parse/characters.hpp"
#include "compiler/parse/keywords.hpp"

namespace nnc {
namespace {

class OutlineReader {
 public:
  OutlineReader(std::string_view text, bool trust_indentation)
      : text_(text), trust_indentation_(trust_indentation) {
    if (text.starts_with("\xEF\xBB\xBF")) at_ = line_begin_ = 3;
  }

  Outline read() {
    while (at_ < text_.size()) step();
    return std::move(outline_);
  }

 private:
  // The open ( and [ since the last open brace are counted, so that a stray closer costs nothing.
  struct Counts {
    std::array<int, 2> open = {0, 0};
  };

  void step() {
    const char c = text_[at_];
    if (c == '\n') {
      ++at_;
      indentation_ = 0;
      while (at_ < text_.size() && is_blank(text_[at_])) ++at_, ++indentation_;
      line_begin_ = at_;
    } else if (at_ == line_begin_ && indentation_ == 0 &&
               begins_declaration(text_, static_cast<std::uint32_t>(at_))) {
      stack_.clear();
      counts_.assign(1, {});
      ++at_;
    } else if (c == '#') {
      quote(outline_.comments, std::min(text_.find('\n', at_), text_.size()));
    } else if (text_.substr(at_, 3) == R"(""")") {
      const std::size_t end = text_.find(R"(""")", at_ + 3);
      quote(outline_.quoted, end == std::string_view::npos ? text_.size() : end + 3);
    } else if (c == '"') {
      quote(outline_.quoted, string_end());
    } else {
      bracket(c);
      ++at_;
    }
  }

  void quote(std::vector<TextRange>& ranges, std::size_t end) {
    std::size_t visible = end;
    if (&ranges == &outline_.comments)
      while (visible > at_ && text_[visible - 1] == '\r') --visible;
    ranges.push_back({static_cast<std::uint32_t>(at_), static_cast<std::uint32_t>(visible)});
    at_ = end;
  }

  // One past the closing quote, or the end of the line.
  [[nodiscard]] std::size_t string_end() const {
    for (std::size_t i = at_ + 1; i < text_.size(); ++i) {
      if (text_[i] == '\n') return i;
      if (text_[i] == '"') return i + 1;
      if (text_[i] == '\\' && i + 1 < text_.size() && text_[i + 1] != '\n') ++i;
    }
    return text_.size();
  }

  void bracket(char c) {
    switch (c) {
      case '(':
      case '[':
        ++counts_.back().open[c == '['];
        open(c);
        return;
      case '{':
        counts_.emplace_back();
        open(c);
        return;
      case ')':
      case ']':
        close(c, counts_.back().open[c == ']'] > 0);
        return;
      case '}':
        if (trust_indentation_ && at_ == line_begin_) leave_deeper_blocks();
        close(c, counts_.size() > 1);
        return;
      default:
        return;
    }
  }

  void open(char c) {
    const std::int32_t index = add(c);
    stack_.push_back({index, indentation_});
  }

  std::int32_t add(char c) {
    const std::int32_t parent = stack_.empty() ? Bracket::kNone : stack_.back().index;
    outline_.brackets.push_back({static_cast<std::uint32_t>(at_), c, Bracket::kNone, parent});
    return static_cast<std::int32_t>(outline_.brackets.size()) - 1;
  }

  void close(char c, bool has_partner) {
    const std::int32_t closer = add(c);
    if (!has_partner) return;
    const char wanted = c == ')' ? '(' : c == ']' ? '[' : '{';
    while (outline_.brackets[stack_.back().index].kind != wanted) drop();
    outline_.brackets[stack_.back().index].partner = closer;
    outline_.brackets[closer].partner = stack_.back().index;
    outline_.brackets[closer].parent = outline_.brackets[stack_.back().index].parent;
    drop();
  }

  void drop() {
    const char kind = outline_.brackets[stack_.back().index].kind;
    stack_.pop_back();
    if (kind == '{')
      counts_.pop_back();
    else
      --counts_.back().open[kind == '['];
  }

  // A `}` at the start of a line closes the block that begins at the same depth of indentation; a deeper
  // block in between was left open.
  void leave_deeper_blocks() {
    while (stack_.size() >= 2) {
      const Open& inner = stack_.back();
      const bool is_brace = outline_.brackets[inner.index].kind == '{';
      if (is_brace && inner.indentation <= indentation_) return;
      const auto outer = std::find_if(stack_.rbegin() + 1, stack_.rend(), [&](const Open& open) {
        return outline_.brackets[open.index].kind == '{';
      });
      if (outer == stack_.rend() || outer->indentation < indentation_) return;
      drop();
    }
  }

  struct Open {
    std::int32_t index;
    std::size_t indentation;  // of the line it stands on
  };

  std::string_view text_;
  bool trust_indentation_;
  Outline outline_;
  std::vector<Open> stack_;
  std::vector<Counts> counts_ = {{}};
  std::size_t at_ = 0;
  std::size_t line_begin_ = 0;  // of the text of the line, behind its indentation
  std::size_t indentation_ = 0;
};

}  // namespace

Outline read_outline(std::string_view text) {
  Outline outline = OutlineReader(text, false).read();
  // Indentation is asked only where the brackets alone do not fit.
  const bool fits = std::ranges::all_of(
      outline.brackets, [](const Bracket& bracket) { return bracket.partner != Bracket::kNone; });
  return fits ? outline : OutlineReader(text, true).read();
}

std::size_t Outline::first_bracket(std::uint32_t position) const {
  const auto found = std::ranges::lower_bound(brackets, position, {}, &Bracket::position);
  return static_cast<std::size_t>(found - brackets.begin());
}

std::int32_t Outline::innermost_open(std::uint32_t position) const {
  const std::size_t next = first_bracket(position);
  if (next == 0) return Bracket::kNone;
  const Bracket& before = brackets[next - 1];
  return before.opens() ? static_cast<std::int32_t>(next) - 1 : before.parent;
}

std::uint32_t Outline::skip_opaque(std::uint32_t position) const {
  for (const std::vector<TextRange>* ranges : {&comments, &quoted}) {
    const auto behind = std::ranges::upper_bound(*ranges, position, {}, &TextRange::begin);
    if (behind == ranges->begin()) continue;
    if (const TextRange& range = *(behind - 1); position < range.end) return range.end;
  }
  return position;
}

bool begins_declaration(std::string_view text, std::uint32_t position) {
  std::size_t at = position;
  if (at > 0 && text[at - 1] != '\n' && !(at == 3 && text.starts_with("\xEF\xBB\xBF"))) return false;
  while (at < text.size() && is_word_char(text[at])) ++at;
  const std::string_view word = text.substr(position, at - position);
  if (word == "let" || !is_keyword(word, KeywordClass::Declaration)) return false;
  const std::size_t behind = at;
  while (at < text.size() && is_blank(text[at])) ++at;
  if (at == behind || at == text.size()) return false;
  if (text[at] == '"') return true;
  const std::size_t name = at;
  while (at < text.size() && is_word_char(text[at])) ++at;
  return at > name && (text[name] < '0' || text[name] > '9') && !is_reserved(text.substr(name, at - name));
}

bool is_first_on_line(std::string_view text, std::uint32_t position) {
  std::uint32_t at = position;
  while (at > 0 && is_blank(text[at - 1])) --at;
  return at == 0 || text[at - 1] == '\n' || (at == 3 && text.starts_with("\xEF\xBB\xBF"));
}

}  // namespace nnc
