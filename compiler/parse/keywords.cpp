// The list of keywords, read from the one table.
#include "compiler/parse/keywords.hpp"

#include <algorithm>

namespace nnc {

const std::vector<Keyword>& all_keywords() {
  static const std::vector<Keyword> keywords = {
#define NNC_KEYWORD(text, keyword_class) {text, KeywordClass::keyword_class},
#include "grammar/keywords.def"
#undef NNC_KEYWORD
  };
  return keywords;
}

std::vector<std::string> keywords_of(KeywordClass keyword_class) {
  std::vector<std::string> words;
  for (const Keyword& keyword : all_keywords())
    if (keyword.keyword_class == keyword_class) words.emplace_back(keyword.text);
  return words;
}

bool is_keyword(std::string_view word, KeywordClass keyword_class) {
  return std::ranges::any_of(all_keywords(), [&](const Keyword& keyword) {
    return keyword.keyword_class == keyword_class && keyword.text == word;
  });
}

bool is_reserved(std::string_view word) {
  return is_keyword(word, KeywordClass::Reserved) || is_keyword(word, KeywordClass::Literal);
}

}  // namespace nnc
