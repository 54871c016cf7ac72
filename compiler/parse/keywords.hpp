// The words of grammar/keywords.def as data, for messages, completion and colours.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nnc {

enum class KeywordClass : std::uint8_t {
  Reserved,
  Literal,
  Declaration,
  Body,
  Experiment,
  Clause,
  ReportItem,
  Type
};

struct Keyword {
  std::string_view text;
  KeywordClass keyword_class;
};

const std::vector<Keyword>& all_keywords();
std::vector<std::string> keywords_of(KeywordClass keyword_class);
bool is_keyword(std::string_view word, KeywordClass keyword_class);
// True for words that cannot be names.
bool is_reserved(std::string_view word);

}  // namespace nnc
