// The few building blocks that PEGTL does not have: keywords checked against keywords.def, the start of a
// line, and whether a line break separates statements (between braces) or means nothing (between other
// brackets). The input of the grammar needs one member for the latter, `bool inside_brackets`; it is restored
// on backtracking, because only the rules below set it, for the time of their own match.
#pragma once

#include <cstddef>
#include <cstring>
#include <string_view>
#include <tao/pegtl.hpp>
#include <tao/pegtl/contrib/analyze_traits.hpp>

namespace nnc::grammar {

using namespace tao::pegtl;  // NOLINT(*-build-using-namespace): the rules are the only thing in here

enum class keyword_class { Reserved, Literal, Declaration, Body, Experiment, Clause, ReportItem, Type };

constexpr bool is_keyword(std::string_view text) {
#define NNC_KEYWORD(word, class) \
  if (text == (word)) return true;
#include "grammar/keywords.def"
#undef NNC_KEYWORD
  return false;
}

// A text as a template argument. NOLINTBEGIN(*-avoid-c-arrays): a string literal is one
template <std::size_t Size>
struct fixed_text {
  char data[Size]{};

  constexpr fixed_text(const char (&text)[Size]) {  // NOLINT(*-explicit-*): written as word<"let">
    for (std::size_t i = 0; i < Size; ++i) data[i] = text[i];
  }
  [[nodiscard]] constexpr std::string_view view() const { return {data, Size - 1}; }
};
// NOLINTEND(*-avoid-c-arrays)

constexpr bool continues_identifier(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// Exactly this word: `let`, but not the beginning of `letter`.
template <fixed_text Text>
struct word {
  static_assert(is_keyword(Text.view()), "list the word in grammar/keywords.def");

  using rule_t = word;
  using subs_t = type_list<>;

  template <class Input>
  static bool match(Input& in) {
    constexpr std::size_t length = Text.view().size();
    const std::size_t available = in.size(length + 1);
    if (available < length || std::memcmp(in.current(), Text.data, length) != 0) return false;
    if (available > length && continues_identifier(in.peek_char(length))) return false;
    in.bump_in_this_line(length);
    return true;
  }
};

// word<Text> if the word is of the wanted class: what lists generated from keywords.def are made of.
template <fixed_text Text, keyword_class Class, keyword_class Wanted>
struct word_of_class : failure {};
template <fixed_text Text, keyword_class Class>
struct word_of_class<Text, Class, Class> : word<Text> {};

// The first column of a line (a byte order mark is none of its text).
struct line_start {
  using rule_t = line_start;
  using subs_t = type_list<>;

  template <class Input>
  static bool match(Input& in) {
    const auto before = static_cast<std::size_t>(in.current() - in.begin());
    return before == 0 || in.current()[-1] == '\n' ||
           (before == 3 && std::memcmp(in.begin(), "\xEF\xBB\xBF", 3) == 0);
  }
};

struct inside_brackets {
  using rule_t = inside_brackets;
  using subs_t = type_list<>;

  template <class Input>
  static bool match(Input& in) {
    return in.inside_brackets;
  }
};

template <bool Inside, class... Rules>
struct with_line_breaks {
  using rule_t = with_line_breaks;
  using subs_t = type_list<Rules...>;

  template <apply_mode A, rewind_mode M, template <class...> class Action, template <class...> class Control,
            class Input, class... States>
  static bool match(Input& in, States&&... states) {
    const restore outer{in.inside_brackets, in.inside_brackets};
    in.inside_brackets = Inside;
    return internal::seq<Rules...>::template match<A, M, Action, Control>(in, states...);
  }

 private:
  struct restore {
    bool& flag;
    bool value;
    ~restore() { flag = value; }
  };
};

// Between ( and ), [ and ]: line breaks mean nothing.
template <class... Rules>
struct in_brackets : with_line_breaks<true, Rules...> {};
// Between { and }: line breaks separate.
template <class... Rules>
struct in_braces : with_line_breaks<false, Rules...> {};

}  // namespace nnc::grammar

namespace tao::pegtl {

template <class Name, nnc::grammar::fixed_text Text>
struct analyze_traits<Name, nnc::grammar::word<Text>> : analyze_any_traits<> {};
template <class Name>
struct analyze_traits<Name, nnc::grammar::line_start> : analyze_opt_traits<> {};
template <class Name>
struct analyze_traits<Name, nnc::grammar::inside_brackets> : analyze_opt_traits<> {};
template <class Name, bool Inside, class... Rules>
struct analyze_traits<Name, nnc::grammar::with_line_breaks<Inside, Rules...>>
    : analyze_traits<Name, typename seq<Rules...>::rule_t> {};

}  // namespace tao::pegtl
