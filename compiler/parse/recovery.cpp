// Resynchronisation by brackets and line ends. Brackets without a partner count for nothing, so that one
// forgotten bracket does not swallow the rest of the file.
#include "compiler/parse/recovery.hpp"

#include <algorithm>

#include "compiler/parse/characters.hpp"
#include "compiler/parse/keywords.hpp"

namespace nnc {
namespace {

class Recovery {
 public:
  Recovery(std::string_view text, const Outline& outline, Spoilt spoilt)
      : text_(text), outline_(&outline), spoilt_(spoilt) {}

  std::uint32_t resume(std::uint32_t begin, std::uint32_t error) {
    at_ = behind_brackets(begin, error);
    const bool at_next_line = at_ == error && error > begin && is_first_on_line(text_, error);
    if (at_next_line && spoilt_ != Spoilt::Declaration) return error;
    if (at_ == begin && at_ < size()) advance();  // never stay in place
    while (at_ < size() && !stops()) advance();
    return at_;
  }

 private:
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(text_.size()); }

  // Behind the outermost pair of brackets, or the string, that was opened since `begin` and holds the
  // mistake.
  [[nodiscard]] std::uint32_t behind_brackets(std::uint32_t begin, std::uint32_t error) const {
    const std::vector<Bracket>& brackets = outline_->brackets;
    for (std::size_t i = outline_->first_bracket(begin); i < brackets.size() && brackets[i].position < error;
         ++i) {
      if (!brackets[i].opens() || brackets[i].partner == Bracket::kNone) continue;
      const auto partner = static_cast<std::size_t>(brackets[i].partner);
      if (brackets[partner].position >= error) return brackets[partner].position + 1;
      i = partner;
    }
    return outline_->skip_opaque(error);
  }

  [[nodiscard]] bool stops() const {
    const char c = text_[at_];
    if (begins_declaration(text_, at_)) return true;
    if (spoilt_ == Spoilt::Declaration) return begins_like_declaration();
    if (c == '\n') return !next_line_continues();
    return c == ';' || c == '}' || (c == ',' && spoilt_ == Spoilt::Setting);
  }

  void advance() {
    if (const std::uint32_t behind = outline_->skip_opaque(at_); behind > at_) {
      at_ = behind;
      return;
    }
    const std::size_t next = outline_->first_bracket(at_);
    if (next < outline_->brackets.size() && outline_->brackets[next].position == at_) {
      const Bracket& bracket = outline_->brackets[next];
      if (bracket.opens() && bracket.partner != Bracket::kNone)
        at_ = outline_->brackets[static_cast<std::size_t>(bracket.partner)].position;
    }
    ++at_;
  }

  // `modle ann {`, `let x = 1`: worth reading as a declaration, if only to say that it is misspelt.
  [[nodiscard]] bool begins_like_declaration() const {
    if (at_ == 0 || text_[at_ - 1] != '\n' || !is_letter(text_[at_])) return false;
    std::size_t at = at_;
    while (at < text_.size() && is_word_char(text_[at])) ++at;
    if (at == text_.size() || !is_blank(text_[at])) return false;
    if (is_keyword(text_.substr(at_, at - at_), KeywordClass::Declaration)) return true;
    while (at < text_.size() && is_blank(text_[at])) ++at;
    return at < text_.size() && (is_letter(text_[at]) || text_[at] == '"');
  }

  // `else`, a binary operator or the `{` that belongs to the line before.
  [[nodiscard]] bool next_line_continues() const {
    const std::size_t next = text_.find_first_not_of(" \t\r\n", at_);
    if (next == std::string_view::npos) return false;
    const std::string_view rest = text_.substr(next);
    if (rest.starts_with("//") || rest.starts_with("-")) return false;
    static constexpr std::string_view kContinuing = "{|=!<>+*/%@^";
    return kContinuing.find(rest[0]) != std::string_view::npos || rest.starts_with("..") ||
           rest.starts_with("else");
  }

  std::string_view text_;
  const Outline* outline_;
  Spoilt spoilt_;
  std::uint32_t at_ = 0;
};

}  // namespace

std::uint32_t resume_position(std::string_view text, const Outline& outline, std::uint32_t begin,
                              std::uint32_t error, Spoilt spoilt) {
  return Recovery(text, outline, spoilt).resume(begin, error);
}

}  // namespace nnc
