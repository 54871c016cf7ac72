// The grammar by itself: it cannot loop without reading, and its readable form has the same rules.
#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <tao/pegtl/contrib/analyze.hpp>

#include "grammar/messages.hpp"

namespace nnc {
namespace {

std::string read(const std::string& name) {
  std::ifstream file(std::string(NNC_SOURCE_DIR) + "/grammar/" + name);
  REQUIRE(file);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::set<std::string> matches(const std::string& text, const std::string& pattern) {
  const std::regex regex(pattern);
  std::set<std::string> found;
  for (std::sregex_iterator match(text.begin(), text.end(), regex), end; match != end; ++match)
    found.insert((*match)[1]);
  return found;
}

std::set<std::string> rules_of_the_code() {
  std::set<std::string> rules;
  for (const char* file : {"lex.hpp", "expr.hpp", "statement.hpp", "decl.hpp", "grammar.hpp"})
    rules.merge(matches(read(file), "\nstruct (\\w+) :"));
  return rules;
}

}  // namespace

TEST_CASE("no rule of the grammar can loop without reading anything", "[grammar]") {
  CHECK(tao::pegtl::analyze<grammar::file>(-1) == 0);
}

TEST_CASE("the EBNF has the rules of the code, and no others", "[grammar]") {
  const std::set<std::string> code = rules_of_the_code();
  const std::set<std::string> ebnf = matches(read("nn.ebnf"), "\n(\\w+) =");
  CHECK(code.size() > 100);
  CHECK(code == ebnf);
}

TEST_CASE("the EBNF uses no rule that it does not define", "[grammar]") {
  std::string text = std::regex_replace(read("nn.ebnf"), std::regex("\\(\\*[\\s\\S]*?\\*\\)"), " ");
  text = std::regex_replace(text, std::regex("'[^']*'|\\?[^?]*\\?"), " ");
  std::set<std::string> known = matches(text, "\n(\\w+) =");
  known.insert({"any", "digit", "identifier", "identifier_other", "eof", "line_start", "inside_brackets"});
  for (const std::string& name : matches(text, "(\\w+)")) {
    INFO(name);
    CHECK(known.contains(name));
  }
}

TEST_CASE("every keyword is written in the grammar", "[grammar]") {
  std::string rules;
  for (const char* file : {"lex.hpp", "expr.hpp", "statement.hpp", "decl.hpp", "grammar.hpp"})
    rules += read(file);
  using grammar::keyword_class;
  const auto check = [&](const std::string& word, keyword_class kind) {
    // Types are names to the grammar; what they may be is the checker's to say. Report words are generated.
    if (kind == keyword_class::Type || kind == keyword_class::ReportItem) return;
    INFO(word);
    CHECK(rules.find("word<\"" + word + "\">") != std::string::npos);
  };
#define NNC_KEYWORD(text, class) check(text, keyword_class::class);
#include "grammar/keywords.def"
#undef NNC_KEYWORD
}

}  // namespace nnc
