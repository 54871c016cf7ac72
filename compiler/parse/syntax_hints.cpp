// The hints, from the particular to the general; the first that applies is given.
#include "compiler/parse/syntax_hints.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "compiler/base/sink.hpp"
#include "compiler/parse/keywords.hpp"

namespace nnc {
namespace {

struct Habit {
  std::string_view text;
  std::string_view hint;
};

// Words that begin something in other languages.
constexpr std::array kForeignWords = {
    Habit{"def", "functions are declared with `fn`, layers with `layer`: `fn twice(x: tensor) = 2 * x`"},
    Habit{"function", "functions are declared with `fn`: `fn twice(x: tensor) = 2 * x`"},
    Habit{"func", "functions are declared with `fn`: `fn twice(x: tensor) = 2 * x`"},
    Habit{"class",
          "networks are declared with `model`, layers with `layer`: `model ann(hidden: [int]) { ... }`"},
    Habit{"return", "the last value of a body is its result; leave out `return`"},
    Habit{"elif", "a further condition is written `else if`"},
    Habit{"elseif", "a further condition is written `else if`"},
    Habit{"while", "the language has `for x in list { }` and `repeat count { }`; both end by themselves"},
    Habit{"var", "values are named with `let`: `let width = 256`"},
    Habit{"const", "values are named with `let`: `let width = 256`"},
    Habit{"from", "another file is imported with `import \"blocks.nn\"`"},
    Habit{"using", "another file is imported with `import \"blocks.nn\"`"},
    Habit{"include", "another file is imported with `import \"blocks.nn\"`"},
};

constexpr std::array kForeignSigns = {
    Habit{"->", "a new value for a state is written `state <- value`, a layer is applied with `x |> layer`"},
    Habit{"<-",
          "`<-` gives a state a new value; a comparison with a negative number needs a blank: `a < -b`"},
    Habit{"/*", "comments begin with `#` and end with the line"},
    Habit{"&&", "write `and`"},
    Habit{"||", "write `or`"},
    Habit{"&", "write `and`"},
    Habit{"|", "write `or`, or `|>` to apply a layer"},
    Habit{"!", "write `not`"},
    Habit{"'", "strings stand in double quotes: `\"text\"`"},
    Habit{"=>", "a short function is written `fn twice(x: tensor) = 2 * x`"},
    Habit{":=", "values are named with `let`: `let width = 256`"},
    Habit{"+=", "write out the sum: `let b = a + 1`, or `total <- total + 1` for a state"},
    Habit{"-=", "write out the difference: `let b = a - 1`, or `total <- total - 1` for a state"},
    Habit{"*=", "write out the product: `let b = 2 * a`, or `total <- 2 * total` for a state"},
};

template <std::size_t Size>
std::string look_up(const std::array<Habit, Size>& habits, std::string_view text) {
  const auto* found = std::ranges::find(habits, text, &Habit::text);
  return found == habits.end() ? std::string() : std::string(found->hint);
}

bool begins_something(Missing missing) {
  return missing == Missing::Statement || missing == Missing::Setting || missing == Missing::Declaration ||
         missing == Missing::ExperimentStatement || missing == Missing::ReportEntry;
}

// Damerau-Levenshtein finds the nearest of the words that may stand here.
Advice nearest_keyword(const Token& word, KeywordClass keyword_class) {
  if (word.kind != Token::Kind::Word) return {};
  const std::vector<std::string> words = keywords_of(keyword_class);
  const std::vector<std::string> near = did_you_mean(word.text, words);
  Advice advice{did_you_mean_hint(word.text, words), std::nullopt};
  if (near.size() == 1 && near[0] != word.text) advice.edit = Edit{word.begin, word.end, near[0]};
  return advice;
}

std::string list_of(KeywordClass keyword_class) {
  return fmt::format("`{}`", fmt::join(keywords_of(keyword_class), "`, `"));
}

Advice advise_beginning(const Mistake& mistake) {
  KeywordClass keyword_class = KeywordClass::Declaration;
  std::string list;
  switch (mistake.missing) {
    case Missing::Declaration:
      list = "a declaration begins with one of " + list_of(KeywordClass::Declaration);
      break;
    case Missing::ExperimentStatement:
      keyword_class = KeywordClass::Experiment;
      list = "an experiment is made of " + list_of(keyword_class);
      break;
    case Missing::ReportEntry:
      keyword_class = KeywordClass::ReportItem;
      list = R"(an entry is text in `"""`, or begins with one of )" + list_of(keyword_class);
      break;
    default:
      return {};
  }
  Advice advice = nearest_keyword(mistake.found, keyword_class);
  if (advice.hint.empty() && mistake.missing == Missing::Declaration && mistake.before.text == "}" &&
      mistake.text[mistake.found.begin - 1] != '\n')
    return {"the `}` before this closed the last declaration; there may be one too many", {}};
  if (advice.hint.empty()) advice.hint = list;
  return advice;
}

// Is a `//` on the line before what was found?
bool has_slashes_before(const Mistake& mistake) {
  const std::size_t line = mistake.text.substr(0, mistake.found.begin).rfind('\n') + 1;
  return mistake.text.substr(line, mistake.found.begin - line).find("//") != std::string_view::npos;
}

Advice advise_line_end(const Mistake& mistake) {
  if (std::string hint = look_up(kForeignWords, mistake.first.text); !hint.empty()) return {hint, {}};
  if (has_slashes_before(mistake)) return {"comments begin with `#`; `//` is the division of integers", {}};
  const std::string_view found = mistake.found.text;
  if (found == "=")
    return {fmt::format("`let {0} = ...` names a value, `{0} <- ...` gives a state a new one",
                        mistake.first.kind == Token::Kind::Word && !is_reserved(mistake.first.text)
                            ? mistake.first.text
                            : "x"),
            {}};
  if (found == ":" && mistake.before.begin == mistake.first.begin)
    return {"settings are written in records: `recipe standard { batch: 32 }`", {}};
  if (mistake.found.kind == Token::Kind::Word && mistake.before.begin == mistake.first.begin)
    if (Advice advice = nearest_keyword(mistake.first, KeywordClass::Body); !advice.hint.empty())
      return advice;
  if (found == "{") return {"a block follows `for`, `repeat`, `if`, `else` or the head of a declaration", {}};
  if (mistake.found.kind == Token::Kind::Word || mistake.found.kind == Token::Kind::Number)
    return {"one statement stands on one line; `;` separates several", {}};
  return {};
}

Advice advise_block(const Mistake& mistake) {
  const std::string_view behind = mistake.text.substr(mistake.found.end);
  const std::size_t next = behind.find_first_not_of(" \t\r\n");
  if (mistake.found.kind == Token::Kind::LineEnd && next != std::string_view::npos && behind[next] == '{')
    return {"`{` stands on the same line as what precedes it", {}};
  if (mistake.found.text == ":") return {"a block stands in `{` `}`, without `:`", {}};
  if (mistake.found.text == "->") return {"the result needs no type; the body follows at once", {}};
  if (mistake.found.text == "=" && mistake.missing == Missing::Block)
    return {"only `fn`, `init` and `loss` have the short form with `=`; write `{ ... }`", {}};
  return {};
}

Advice advise_closing(const Mistake& mistake) {
  const bool is_item = mistake.found.kind == Token::Kind::Word || mistake.found.kind == Token::Kind::Number ||
                       mistake.found.kind == Token::Kind::String;
  if (mistake.found.text == "=" && mistake.in_call && mistake.before.kind == Token::Kind::Word)
    return {fmt::format("named arguments are written `{}: value`", mistake.before.text),
            Edit{mistake.before.end, mistake.found.end, ":"}};
  const bool is_behind_item =
      mistake.before.text != "," && mistake.before.text != "(" && mistake.before.text != "[";
  if (is_item && is_behind_item) return {"items are separated by `,`", {}};
  return {};
}

Advice advise_value(const Mistake& mistake) {
  const Token& found = mistake.found;
  if (mistake.before.text == "*" && found.text == "*") return {"powers are written `a ^ b`", {}};
  if (found.text == "**" || mistake.before.text == "**") return {"powers are written `a ^ b`", {}};
  if (found.text == "." && found.end < mistake.text.size() && mistake.text[found.end] >= '0' &&
      mistake.text[found.end] <= '9')
    return {"a number has digits on both sides of its point: `0.5`", Edit{found.begin, found.end, "0."}};
  if (found.kind == Token::Kind::Prose)
    return {R"(a text in `"""` stands only in a report; write `"..."`)", {}};
  if (found.kind == Token::Kind::LineEnd)
    return {"it begins on this line; a line may be broken inside brackets and at an operator", {}};
  if (found.kind == Token::Kind::Word && is_reserved(found.text))
    return {fmt::format("`{}` is a reserved word", found.text), {}};
  return {};
}

}  // namespace

Advice advise(const Mistake& mistake) {
  const Token& found = mistake.found;
  if (begins_something(mistake.missing)) {
    if (found.text == "//") return {"comments begin with `#`", Edit{found.begin, found.end, "#"}};
    if (std::string hint = look_up(kForeignWords, found.text); !hint.empty()) return {hint, {}};
  }
  const bool is_assignment = found.text == "=" && mistake.before.end <= found.begin;
  if (is_assignment && mistake.missing == Missing::SettingColon)
    return {fmt::format("settings are written `{}: value`", mistake.before.text),
            Edit{mistake.before.end, found.end, ":"}};
  if (mistake.missing == Missing::SettingColon)
    return {fmt::format("settings are written `{}: value`", mistake.before.text), {}};
  if (found.text == "=" && mistake.missing == Missing::Block &&
      (mistake.first.text == "if" || mistake.first.text == "else"))
    return {"equality is written `==`", Edit{found.begin, found.end, "=="}};
  if (mistake.missing == Missing::Block)
    if (Advice advice = advise_block(mistake); !advice.hint.empty()) return advice;
  if (std::string hint = look_up(kForeignSigns, found.text); !hint.empty()) return {hint, {}};
  if (mistake.missing == Missing::LineEnd) return advise_line_end(mistake);
  if (mistake.missing == Missing::Closing) return advise_closing(mistake);
  if (mistake.missing == Missing::Value) return advise_value(mistake);
  if (mistake.missing == Missing::Equals && found.text == ":")
    return {"a value is given with `=`", Edit{found.begin, found.end, " ="}};
  if (mistake.missing == Missing::Name && found.kind == Token::Kind::Word && is_reserved(found.text))
    return {fmt::format("`{}` is a reserved word and cannot be a name", found.text), {}};
  return advise_beginning(mistake);
}

}  // namespace nnc
