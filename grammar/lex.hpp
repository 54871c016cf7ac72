// Blanks, names, literals. A rule takes care of the blanks inside it, never of those around it.
#pragma once

#include "grammar/layout.hpp"

namespace nnc::grammar {

// clang-format off

// ---------------------------------------------------------------- blanks

struct byte_order_mark : string<'\xEF', '\xBB', '\xBF'> {};
struct blank : one<' ', '\t', '\r'> {};
struct line_break : one<'\n'> {};
struct comment : seq<one<'#'>, star<not_one<'\n'>>> {};
// Between the tokens of a statement.
struct gap : star<sor<blank, seq<inside_brackets, sor<line_break, comment>>>> {};
// Where a line may be broken.
struct lines : star<sor<blank, line_break, comment>> {};
// Between statements, and between settings.
struct separators : star<sor<blank, line_break, comment, one<';'>>> {};
struct setting_separators : star<sor<blank, line_break, comment, one<';', ','>>> {};

struct line_end : sor<line_break, one<';'>, one<'}'>, one<'#'>, eof> {};
struct statement_end : seq<gap, at<line_end>> {};
struct setting_end : seq<gap, at<sor<one<','>, line_end>>> {};
struct declaration_end : seq<gap, at<sor<line_break, one<';'>, one<'#'>, eof>>> {};

// ---------------------------------------------------------------- names

#define NNC_KEYWORD(text, class) word_of_class<text, keyword_class::class, keyword_class::Reserved>, word_of_class<text, keyword_class::class, keyword_class::Literal>,
struct reserved_word : sor<
#include "grammar/keywords.def"
    failure> {};
#undef NNC_KEYWORD

#define NNC_KEYWORD(text, class) word_of_class<text, keyword_class::class, keyword_class::Declaration>,
struct declaration_word : sor<
#include "grammar/keywords.def"
    failure> {};
#undef NNC_KEYWORD

#define NNC_KEYWORD(text, class) word_of_class<text, keyword_class::class, keyword_class::ReportItem>,
struct report_word : sor<
#include "grammar/keywords.def"
    failure> {};
#undef NNC_KEYWORD

struct name : seq<not_at<reserved_word>, identifier> {};

// ---------------------------------------------------------------- literals

struct digits : list<plus<digit>, one<'_'>> {};
struct exponent : seq<one<'e', 'E'>, opt<one<'+', '-'>>, digits> {};
struct dims_literal : seq<digits, plus<one<'x'>, digits>> {};
struct float_literal : seq<digits, sor<seq<one<'.'>, digits, opt<exponent>>, exponent>> {};
struct int_literal : digits {};
// `12abc` and `5.` are mistakes, `0..9` is a range.
struct number_end : not_at<sor<identifier_other, seq<one<'.'>, not_at<one<'.'>>>>> {};
struct number : seq<sor<dims_literal, float_literal, int_literal>, must<number_end>> {};

struct prose_quotes : string<'"', '"', '"'> {};
struct string_end : one<'"'> {};
struct string_text : star<sor<seq<one<'\\'>, not_one<'\n'>>, not_one<'"', '\\', '\n'>>> {};
struct string_literal : seq<not_at<prose_quotes>, one<'"'>, string_text, must<string_end>> {};

struct true_literal : word<"true"> {};
struct false_literal : word<"false"> {};
struct none_literal : word<"none"> {};

// clang-format on

}  // namespace nnc::grammar
