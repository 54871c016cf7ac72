// Expressions: a flat row of operands and operators, grouped afterwards by the table in operators.def.
// What nests is what has brackets, so that the depth of the input is the depth of the recursion.
#pragma once

#include "grammar/lex.hpp"

namespace nnc::grammar {

struct expression;

// clang-format off

// ---------------------------------------------------------------- brackets and lists

struct comma : one<','> {};
struct colon : one<':'> {};
struct equals : seq<one<'='>, not_at<one<'='>>> {};
struct close_paren : one<')'> {};
struct close_group : one<')'> {};
struct close_bracket : one<']'> {};
struct close_brace : one<'}'> {};

// One or more items, with a trailing comma if one likes; `Close` is the bracket behind the last.
template <class Item, class Close> struct items_until : seq<Item, star<gap, comma, gap, not_at<Close>, must<Item>>, opt<gap, comma>> {};

struct argument_label : seq<name, gap, colon> {};
struct argument : sor<seq<argument_label, gap, must<expression>>, expression> {};
struct call_arguments : items_until<argument, close_paren> {};
struct index_arguments : items_until<argument, close_bracket> {};
struct list_items : items_until<expression, close_bracket> {};

struct call : seq<one<'('>, in_brackets<gap, opt<call_arguments>, gap>, must<close_paren>> {};
struct index : seq<one<'['>, in_brackets<gap, must<index_arguments>, gap>, must<close_bracket>> {};
struct list_literal : seq<one<'['>, in_brackets<gap, opt<list_items>, gap>, must<close_bracket>> {};
struct parenthesized : seq<one<'('>, in_brackets<gap, must<expression>, gap>, must<close_group>> {};

// ---------------------------------------------------------------- if

struct branch : seq<one<'{'>, in_braces<lines, must<expression>, lines>, must<close_brace>> {};
struct branch_condition : seq<gap, must<expression>, gap> {};
struct else_word : word<"else"> {};
struct if_word : word<"if"> {};
struct else_if : seq<lines, else_word, gap, if_word> {};
struct if_expression : seq<if_word, branch_condition, must<branch>, star<else_if, branch_condition, must<branch>>, lines, must<else_word>, gap, must<branch>> {};

// ---------------------------------------------------------------- operands

struct member_name : name {};
struct member : seq<one<'.'>, not_at<one<'.'>>, gap, must<member_name>> {};
struct suffix : seq<gap, sor<member, call, index>> {};

struct layer_input : word<"in"> {};
struct reference : name {};
struct literal : sor<number, string_literal, true_literal, false_literal, none_literal> {};
struct primary : sor<reference, literal, list_literal, parenthesized, layer_input, if_expression> {};
struct operand : seq<primary, star<suffix>> {};

// ---------------------------------------------------------------- operators

struct minus : seq<one<'-'>, not_at<one<'>'>>> {};
// A line that begins with `-b` is a statement of its own; `- b` continues the line before.
struct tight_minus : seq<one<'-'>, not_at<sor<blank, line_break>>> {};
struct comparison : sor<string<'=', '='>, string<'!', '='>, string<'<', '='>, string<'>', '='>, seq<one<'<'>, not_at<one<'-'>>>, one<'>'>> {};
struct binary_operator : sor<string<'|', '>'>, comparison, string<'.', '.'>, string<'/', '/'>, one<'+', '*', '/', '%', '@', '^'>, minus, word<"or">, word<"and">> {};
struct next_operator : sor<seq<gap, binary_operator>, seq<lines, not_at<tight_minus>, binary_operator>> {};

struct prefix_operator : sor<minus, word<"not">> {};
struct prefixes : plus<prefix_operator, gap> {};
struct prefixed_operand : sor<seq<prefixes, must<operand>>, operand> {};
struct expression : seq<prefixed_operand, star<next_operator, lines, must<prefixed_operand>>> {};

// clang-format on

}  // namespace nnc::grammar
