// From "this rule was expected here" to a diagnostic.
#include "compiler/parse/syntax_errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "compiler/parse/keywords.hpp"
#include "compiler/parse/syntax_hints.hpp"
#include "compiler/parse/tokens.hpp"

namespace nnc {
namespace {

using syntax::Node;
using syntax::Rule;

// The innermost node of a rule that is still being read, or null.
const Node* open_node(const syntax::Tree& tree, Rule rule) {
  const auto& nodes = tree.nodes();
  const auto found = std::find_if(nodes.rbegin(), nodes.rend(), [&](const Node& node) {
    return node.end == Node::kOpen && node.rule == rule;
  });
  return found == nodes.rend() ? nullptr : &*found;
}

bool is_opener(const Token& token) { return token.text == "(" || token.text == "[" || token.text == "{"; }
bool is_closer(const Token& token) { return token.text == ")" || token.text == "]" || token.text == "}"; }

std::string after_phrase(const Expected& expected, const Token& before) {
  if (!expected.after.empty()) return fmt::format(" after {}", expected.after);
  switch (expected.kind) {
    case Missing::Statement:
    case Missing::Setting:
    case Missing::ExperimentStatement:
    case Missing::ReportEntry:
    case Missing::Declaration:
      return {};
    default:
      return before.text.empty() ? std::string() : fmt::format(" after {}", describe(before));
  }
}

std::string what_phrase(const Expected& expected, const Token& before, const syntax::Tree& tree) {
  if (expected.kind == Missing::Word) return fmt::format("`{}`", expected.what);
  // Behind an opening bracket or a comma another comma makes no sense.
  if (expected.kind != Missing::Closing || !expected.what.starts_with("`,` or ") ||
      (!is_opener(before) && before.text != ","))
    return std::string(expected.what);
  std::string_view item = "a value";
  if (open_node(tree, Rule::parameters) != nullptr) item = "a parameter";
  if (open_node(tree, Rule::expects_shape) != nullptr) item = "a size";
  return fmt::format("{}{}", item, expected.what.substr(3));
}

}  // namespace

bool SyntaxErrors::is_new(std::uint32_t position) {
  const bool is_new = position_ != position;
  position_ = position;
  if (is_new) ++count_;
  return is_new;
}

void SyntaxErrors::report(const Expected& expected, std::uint32_t position, const syntax::Tree& tree,
                          std::uint32_t begin) {
  const Token found = token_at(text_, position);
  if (!is_new(found.begin)) return;
  switch (expected.kind) {
    case Missing::StringEnd:
      if (const Node* string = open_node(tree, Rule::string_literal)) report_unclosed_string(string->begin);
      return;
    case Missing::ProseEnd:
      if (const Node* prose = open_node(tree, Rule::prose); prose != nullptr && !is_closed_prose(*prose)) {
        report_unclosed_string(prose->begin);
        position_ =
            static_cast<std::uint32_t>(text_.size());  // which is where the brackets around it fail, too
      } else
        sink_->report(diagnostics::SyntaxError, span(found.begin, found.end), "this `}` closes nothing")
            .hint("in a text, `{value}` shows a value; a brace itself is written `{{` or `}}`");
      return;
    case Missing::NumberEnd:
      report_number(position);
      return;
    default:
      break;
  }
  if (report_unclosed_bracket(expected, found.begin, tree, begin)) return;
  report_expected(expected, found.begin, tree, begin);
}

bool SyntaxErrors::is_closed_prose(const Node& prose) const {
  const std::uint32_t end = outline_->skip_opaque(prose.begin);
  return end >= prose.begin + 6 && text_.substr(end - 3, 3) == R"(""")";
}

void SyntaxErrors::report_depth(std::uint32_t position, const syntax::Tree& tree) {
  if (!is_new(position)) return;
  // Everything at that depth is too deep; once per declaration is enough.
  const Node* declaration = open_node(tree, Rule::declaration);
  const std::uint32_t place = declaration == nullptr ? 0 : declaration->begin;
  if (std::exchange(deep_declaration_, place) == place) return;
  const Token found = token_at(text_, position);
  sink_->report(diagnostics::NestedTooDeeply, span(found.begin, found.end), kMaxNesting);
}

bool SyntaxErrors::report_unclosed_bracket(const Expected& expected, std::uint32_t found,
                                           const syntax::Tree& tree, std::uint32_t begin) {
  const Token token = token_at(text_, found);
  const bool at_end = token.kind == Token::Kind::FileEnd;
  if (expected.kind != Missing::Closing && !at_end && !is_closer(token)) return false;
  const auto is_unclosed = [&](const Bracket& bracket) {
    return bracket.opens() && bracket.partner == Bracket::kNone;
  };
  const std::vector<Bracket>& brackets = outline_->brackets;
  const std::int32_t innermost = outline_->innermost_open(found);
  const Bracket* unclosed = nullptr;
  if (innermost != Bracket::kNone && is_unclosed(brackets[innermost]) &&
      brackets[innermost].position >= begin)
    unclosed = &brackets[innermost];
  // By its indentation an inner block was left open, though its `}` seemed to be there.
  if (unclosed == nullptr && expected.what == "`}`")
    for (std::size_t i = outline_->first_bracket(found); i > 0 && brackets[i - 1].position >= begin; --i)
      if (is_unclosed(brackets[i - 1])) {
        unclosed = &brackets[i - 1];
        break;
      }
  if (unclosed == nullptr) return false;
  if (std::ranges::find(reported_brackets_, unclosed->position) != reported_brackets_.end()) return true;
  reported_brackets_.push_back(unclosed->position);
  const char closer = unclosed->kind == '(' ? ')' : unclosed->kind == '[' ? ']' : '}';
  static_cast<void>(tree);
  sink_
      ->report(diagnostics::UnclosedBracket, span(unclosed->position, unclosed->position + 1),
               std::string(1, unclosed->kind))
      .label(span(token.begin, token.end), at_end ? fmt::format("the file ends here, without `{}`", closer)
                                                  : fmt::format("`{}` is missing before this", closer));
  return true;
}

void SyntaxErrors::report_unclosed_string(std::uint32_t position) {
  const bool is_prose = text_.substr(position, 3) == R"(""")";
  auto diagnostic =
      sink_->report(diagnostics::UnclosedString, span(position, position + (is_prose ? 3U : 1U)));
  if (is_prose)
    diagnostic.hint(R"(a text ends with `"""`)");
  else
    diagnostic.hint("a string ends on its line; `\\n` stands for a line break");
}

void SyntaxErrors::report_number(std::uint32_t position) {
  const auto continues = [&](std::size_t at) {
    const char c = text_[at];
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
  };
  std::size_t begin = position;
  std::size_t end = position;
  while (begin > 0 && continues(begin - 1)) --begin;
  while (end < text_.size() && continues(end)) ++end;
  const std::string_view number = text_.substr(begin, end - begin);
  auto diagnostic = sink_->report(diagnostics::SyntaxError,
                                  span(static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)),
                                  number.size() <= 40 ? fmt::format("`{}` is not a number", number)
                                                      : std::string("this is not a number"));
  if (number.find('.') != std::string_view::npos)
    diagnostic.hint("a number has digits on both sides of its point: `0.5`, `5.0`");
  else if (number.find('_') != std::string_view::npos)
    diagnostic.hint("`_` stands between digits: `60_000`");
  else if (number.find('x') != std::string_view::npos)
    diagnostic.hint("sizes are written `3x3`, without blanks");
  else
    diagnostic.hint("a name begins with a letter or `_`");
}

void SyntaxErrors::report_expected(const Expected& expected, std::uint32_t position, const syntax::Tree& tree,
                                   std::uint32_t begin) {
  const Token before = token_before(text_, position);
  const Token found = token_at(text_, position);
  std::string message = fmt::format("expected {}{}, found {}", what_phrase(expected, before, tree),
                                    after_phrase(expected, before), describe(found));
  if (is_closer(found) && (expected.kind == Missing::LineEnd || expected.kind == Missing::Declaration))
    message = fmt::format("this {} closes nothing", describe(found));
  const Token& shown = expected.kind == Missing::Else ? before : found;

  const bool in_call = open_node(tree, Rule::call) != nullptr;
  const Advice advice = advise({text_, expected.kind, before, found, token_at(text_, begin), in_call});
  auto diagnostic = sink_->report(diagnostics::SyntaxError, span(shown.begin, shown.end), message);
  if (!is_closer(found) || expected.kind != Missing::Declaration)
    diagnostic.hint(advice.hint.empty() ? std::string(expected.hint) : advice.hint);
  if (advice.edit) diagnostic.suggest(span(advice.edit->begin, advice.edit->end), advice.edit->replacement);
  // What was being read, if it is not in sight.
  const Node* declaration = open_node(tree, Rule::declaration);
  if (declaration == nullptr || expected.kind == Missing::Declaration) return;
  const std::string_view head = text_.substr(declaration->begin, position - declaration->begin);
  if (head.find('\n') == std::string_view::npos) return;
  const Token keyword = token_at(text_, declaration->begin);
  const Token name = token_at(text_, keyword.end);
  if (is_keyword(keyword.text, KeywordClass::Declaration) && name.kind == Token::Kind::Word)
    diagnostic.note(fmt::format("while reading {} `{}`", keyword.text, name.text));
}

}  // namespace nnc
