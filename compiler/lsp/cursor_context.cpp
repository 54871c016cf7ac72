// See cursor_context.hpp. Brackets and strings come from the outline that the parser uses after mistakes.
#include "compiler/lsp/cursor_context.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "compiler/parse/characters.hpp"

namespace nnc::lsp {
namespace {

using Block = CursorContext::Block;

struct OwnedBlock {
  std::string_view word;
  Block block;
};
constexpr auto kBlocks = std::to_array<OwnedBlock>({
    {"recipe", Block::Settings},
    {"train", Block::Settings},
    {"data", Block::Settings},
    {"metric", Block::Settings},
    {"experiment", Block::Experiment},
    {"report", Block::Report},
    {"sweep", Block::Sweep},
    {"or", Block::Sweep},
});

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (is_blank(text.front()) || text.front() == '\n')) text.remove_prefix(1);
  while (!text.empty() && (is_blank(text.back()) || text.back() == '\n')) text.remove_suffix(1);
  return text;
}

std::uint32_t word_begin(std::string_view text, std::uint32_t position) {
  while (position > 0 && is_word_char(text[position - 1])) --position;
  return position;
}

// Where the declaration that the position lies in begins; 0 before the first.
std::uint32_t declaration_begin(std::string_view text, std::uint32_t position) {
  for (std::size_t at = position;;) {
    const std::size_t line = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;  // npos + 1 is 0
    const auto begin = static_cast<std::uint32_t>(line);
    if (begins_declaration(text, begin) || text.substr(line, 4) == "let " ||
        text.substr(line, 7) == "import ")
      return begin;
    if (line == 0) return 0;
    at = line - 1;
  }
}

// The range around the position, if there is one: in a string or comment nothing is completed.
const TextRange* range_around(const std::vector<TextRange>& ranges, std::uint32_t position, bool at_end) {
  for (const TextRange& range : ranges) {
    if (range.begin < position && (position < range.end || (at_end && position == range.end))) return &range;
  }
  return nullptr;
}

// The statement that ends at `end`: behind the last line break, `;`, brace or, in settings, comma.
std::string_view statement_before(std::string_view text, std::uint32_t from, std::uint32_t end, bool commas) {
  std::uint32_t begin = end;
  const auto ends_one = [&](char c) {
    return c == '\n' || c == ';' || c == '{' || c == '}' || (commas && c == ',');
  };
  while (begin > from && !ends_one(text[begin - 1])) --begin;
  return text.substr(begin, end - begin);
}

// Innermost first, within the declaration around the position.
std::vector<std::uint32_t> open_brackets(std::string_view text, const Outline& outline,
                                         std::uint32_t position) {
  std::vector<std::uint32_t> open;
  const std::uint32_t from = declaration_begin(text, position);
  for (std::int32_t at = outline.innermost_open(position); at != Bracket::kNone;
       at = outline.brackets[static_cast<std::size_t>(at)].parent) {
    const Bracket& bracket = outline.brackets[static_cast<std::size_t>(at)];
    if (bracket.position < from) break;
    open.push_back(bracket.position);
  }
  return open;
}

class Reader {
 public:
  Reader(std::string_view text, std::uint32_t position)
      : text_(text), position_(position), outline_(read_outline(text)) {}

  CursorContext read();

 private:
  void read_blocks(CursorContext& context, const std::vector<std::uint32_t>& open);
  void read_brackets(CursorContext& context, const std::vector<std::uint32_t>& inner);
  void read_call(CursorContext& context, std::uint32_t bracket);
  void read_keys(CursorContext& context, std::uint32_t brace);
  [[nodiscard]] std::string chain_before(std::uint32_t point) const;
  [[nodiscard]] std::uint32_t skip_back(std::uint32_t closer) const;

  std::string_view text_;
  std::uint32_t position_;
  Outline outline_;
};

void Reader::read_keys(CursorContext& context, std::uint32_t brace) {
  const std::string_view before = text_.substr(brace + 1, context.word_begin - brace - 1);
  std::size_t begin = 0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    const char c = before[i];
    if (c == '\n' || c == ';' || c == ',') begin = i + 1;
    if (c != ':') continue;
    const std::string_view key = trimmed(before.substr(begin, i - begin));
    if (!key.empty() && std::all_of(key.begin(), key.end(), is_word_char)) context.keys.emplace_back(key);
  }
}

void Reader::read_blocks(CursorContext& context, const std::vector<std::uint32_t>& open) {
  std::vector<std::uint32_t> inner;  // ( and [ inside of the innermost block
  for (const std::uint32_t bracket : open) {
    if (text_[bracket] == '{') context.blocks.push_back(bracket);
    if (context.blocks.empty()) inner.push_back(bracket);
  }
  if (!context.blocks.empty()) {
    const std::uint32_t brace = context.blocks.front();
    const std::string_view head = trimmed(statement_before(text_, context.declaration, brace, false));
    context.owner = first_word(head);
    const auto known = std::find_if(kBlocks.begin(), kBlocks.end(),
                                    [&](const OwnedBlock& entry) { return entry.word == context.owner; });
    context.block = known != kBlocks.end() ? known->block : Block::Body;
    // `{ opt in [adam] } or {`: the head is empty, and so is that of nothing else.
    if (context.block == Block::Body && head.empty()) context.block = Block::Sweep;
    if (context.block == Block::Settings) read_keys(context, brace);
  }
  const std::uint32_t anchor = inner.empty() ? context.word_begin : inner.back();
  const std::uint32_t from = context.blocks.empty() ? context.declaration : context.blocks.front() + 1;
  const std::string_view start = statement_before(text_, from, anchor, context.block == Block::Settings);
  const auto begin = static_cast<std::uint32_t>(start.data() - text_.data());
  context.statement = text_.substr(begin, context.word_begin - begin);
  read_brackets(context, inner);
}

void Reader::read_brackets(CursorContext& context, const std::vector<std::uint32_t>& inner) {
  for (std::size_t i = 0; i < inner.size(); ++i) {
    const std::uint32_t bracket = inner[i];
    const std::uint32_t begin = word_begin(text_, bracket);
    const bool follows_name = begin < bracket && !is_digit(text_[begin]);
    if (text_[bracket] == '(' && follows_name) return read_call(context, bracket);
    if (text_[bracket] == '[' && follows_name && i == 0) {
      context.point_of = text_.substr(begin, bracket - begin);
      return;
    }
    if (text_[bracket] == '[') context.in_list = true;
  }
}

void Reader::read_call(CursorContext& context, std::uint32_t bracket) {
  OpenCall call;
  call.callee_begin = word_begin(text_, bracket);
  call.callee = text_.substr(call.callee_begin, bracket - call.callee_begin);
  call.in_list = std::exchange(context.in_list, false);
  std::size_t begin = bracket + 1;
  const auto name_until = [&](std::size_t colon) {
    return std::string(trimmed(text_.substr(begin, colon - begin)));
  };
  for (std::uint32_t at = bracket + 1; at < context.word_begin;) {
    const std::uint32_t behind = outline_.skip_opaque(at);
    if (behind != at) {
      at = std::max(behind, at + 1);
      continue;
    }
    const char c = text_[at];
    if (c == '(' || c == '[' || c == '{') {
      const std::size_t here = outline_.first_bracket(at);
      const std::int32_t partner =
          here < outline_.brackets.size() ? outline_.brackets[here].partner : Bracket::kNone;
      const std::uint32_t end = partner == Bracket::kNone
                                    ? context.word_begin
                                    : outline_.brackets[static_cast<std::size_t>(partner)].position;
      at = std::max(std::min(end, context.word_begin), at + 1);
      continue;
    }
    if (c == ':') call.name = name_until(at);
    if (c == ',') {
      if (!call.name.empty()) call.names.push_back(call.name);
      call.name.clear();
      ++call.argument;
      begin = at + 1;
    }
    ++at;
  }
  context.call = std::move(call);
}

// Where the bracket that this one closes begins.
std::uint32_t Reader::skip_back(std::uint32_t closer) const {
  const std::size_t at = outline_.first_bracket(closer);
  if (at >= outline_.brackets.size() || outline_.brackets[at].position != closer) return closer;
  const std::int32_t partner = outline_.brackets[at].partner;
  return partner == Bracket::kNone ? closer : outline_.brackets[static_cast<std::size_t>(partner)].position;
}

// `best(grid).test` before its point.
std::string Reader::chain_before(std::uint32_t point) const {
  std::uint32_t begin = point;
  while (begin > 0) {
    const char c = text_[begin - 1];
    if (is_word_char(c) || c == '.') {
      --begin;
    } else if (c == ')' || c == ']') {
      const std::uint32_t opener = skip_back(begin - 1);
      if (opener == begin - 1) break;
      begin = opener;
    } else {
      break;
    }
  }
  return std::string(text_.substr(begin, point - begin));
}

CursorContext Reader::read() {
  CursorContext context;
  context.word_begin = word_begin(text_, position_);
  context.declaration = declaration_begin(text_, position_);
  if (range_around(outline_.comments, position_, true) != nullptr) {
    context.opaque = true;
    return context;
  }
  if (const TextRange* quoted = range_around(outline_.quoted, position_, false)) {
    const std::string_view inside = text_.substr(quoted->begin, context.word_begin - quoted->begin);
    const std::size_t brace = inside.rfind('{');
    const bool is_value = inside.starts_with("\"\"\"") && brace != std::string_view::npos &&
                          inside.find('}', brace) == std::string_view::npos && inside[brace - 1] != '{';
    if (!is_value) {
      context.opaque = true;
      return context;
    }
    // A value of prose: as behind the colon of a claim.
    const std::string_view piece = inside.substr(brace + 1);
    const auto from = static_cast<std::uint32_t>(piece.data() - text_.data());
    CursorContext value = cursor_context(piece, static_cast<std::uint32_t>(piece.size()));
    value.block = Block::Report;
    value.owner = "report";
    value.statement = "\"\"\"";
    value.word_begin = context.word_begin;
    value.declaration = context.declaration;
    if (value.call) value.call->callee_begin += from;
    return value;
  }
  read_blocks(context, open_brackets(text_, outline_, context.word_begin));
  if (context.word_begin > 0 && text_[context.word_begin - 1] == '.')
    context.chain = chain_before(context.word_begin - 1);
  return context;
}

}  // namespace

CursorContext cursor_context(std::string_view text, std::uint32_t position) {
  return Reader(text, position).read();
}

std::vector<std::uint32_t> OpenBlocks::at(std::uint32_t position) const {
  std::vector<std::uint32_t> blocks = open_brackets(text_, outline_, position);
  std::erase_if(blocks, [&](std::uint32_t bracket) { return text_[bracket] != '{'; });
  return blocks;
}

std::string_view first_word(std::string_view text) {
  text = trimmed(text);
  std::size_t end = 0;
  while (end < text.size() && is_word_char(text[end])) ++end;
  return text.substr(0, end);
}

std::string_view last_word(std::string_view text) {
  text = trimmed(text);
  return text.substr(word_begin(text, static_cast<std::uint32_t>(text.size())));
}

}  // namespace nnc::lsp
