// The tables of the compiler as lists of words, and their places in templates.
#include "grammar/editors/word_lists.hpp"

#include <algorithm>
#include <regex>
#include <stdexcept>
#include <string_view>

#include "compiler/ast/ast.hpp"
#include "compiler/base/sink.hpp"
#include "compiler/base/source.hpp"
#include "compiler/parse/parse.hpp"
#include "compiler/sema/builtins.hpp"
#include "stdlib/stdlib.hpp"

namespace nnc::editors {
namespace {

void add_keywords(WordLists& lists) {
#define NNC_KEYWORD(text, class) lists[#class].emplace_back(text);
#include "grammar/keywords.def"
#undef NNC_KEYWORD
  lists["Starts"] = lists["Declaration"];
  std::erase(lists["Starts"], "let");
}

void add_operators(WordLists& lists) {
  std::vector<std::string>& signs = lists["Operators"];
  const auto add = [&](std::string_view text) {
    if (text[0] < 'a' || text[0] > 'z') signs.emplace_back(text);  // `and` and `or` are among the keywords
  };
#define NNC_OPERATOR(text, name, level, associativity) add(text);
#include "grammar/operators.def"
#undef NNC_OPERATOR
  std::ranges::stable_sort(signs, std::ranges::greater{}, &std::string::size);
}

// A function of one tensor that gives a tensor serves as a layer by its name alone.
bool serves_as_layer(std::string_view signature) {
  const std::string_view parameter = signature.substr(0, signature.find(" -> "));
  return parameter.find(',') == std::string_view::npos && parameter.ends_with("tensor") &&
         signature.ends_with("tensor");
}

void add_builtins(WordLists& lists) {
  for (const BuiltinInfo& builtin : all_builtins())
    lists[serves_as_layer(builtin.signature) ? "Library" : "Functions"].emplace_back(builtin.name);
}

void add_library(WordLists& lists) {
  SourceMap sources;
  Sink sink;
  for (const EmbeddedFile& file : stdlib_files()) {
    const ParsedFile parsed =
        parse_file(sources, sources.add(std::string(file.path), std::string(file.text), true), sink);
    for (const ast::Declaration& declaration : parsed.module.declarations)
      if (const ast::Name* name = ast::declared_name(declaration)) lists["Library"].push_back(name->text);
  }
}

std::string joined(const std::vector<std::string>& words, std::string_view between, std::string_view quote) {
  std::string text;
  for (const std::string& word : words) {
    if (!text.empty()) text += between;
    text.append(quote).append(word).append(quote);
  }
  return text;
}

// `..` as a regular expression: every sign behind an escape.
std::string escaped(std::string_view sign, std::string_view escape) {
  std::string text;
  for (const char c : sign) text.append(escape) += c;
  return text;
}

std::vector<std::string> all_escaped(std::vector<std::string> signs, std::string_view escape) {
  for (std::string& sign : signs) sign = escaped(sign, escape);
  return signs;
}

std::string as(const std::string& form, const std::vector<std::string>& words) {
  if (form.empty()) return joined(words, "|", "");
  if (form == ":words") return joined(words, " ", "");
  if (form == ":quoted") return joined(words, " ", "\"");
  if (form == ":list") return joined(words, ", ", "\"");
  if (form == ":json") return joined(all_escaped(words, R"(\\)"), "|", "");
  if (form == ":vim") return joined(all_escaped(words, R"(\)"), "|", "");
  throw std::invalid_argument("no form `" + form + "`");
}

}  // namespace

WordLists word_lists() {
  WordLists lists;
  add_keywords(lists);
  add_operators(lists);
  add_builtins(lists);
  add_library(lists);
  return lists;
}

std::string fill_template(const std::string& text, const WordLists& lists) {
  static const std::regex place("@([A-Z][A-Za-z]*)(:[a-z]+)?@");
  std::string filled;
  auto rest = text.begin();
  for (std::sregex_iterator found(text.begin(), text.end(), place), end; found != end; ++found) {
    const auto list = lists.find((*found)[1]);
    if (list == lists.end()) throw std::invalid_argument("no list `" + (*found)[1].str() + "`");
    filled.append(rest, (*found)[0].first).append(as((*found)[2], list->second));
    rest = (*found)[0].second;
  }
  return filled.append(rest, text.end());
}

}  // namespace nnc::editors
