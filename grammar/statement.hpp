// The statements of bodies: models, layers, functions, initialisers, losses, optimizers, schedules.
#pragma once

#include "grammar/expr.hpp"

namespace nnc::grammar {

struct statement;

// clang-format off

// A declaration in the first column ends every open block: its closing brace was forgotten. `let` may stand there
// as a statement; where settings are expected it may not.
struct declaration_start : seq<line_start, not_at<word<"let">>, declaration_word, plus<blank>, sor<name, one<'"'>>> {};
struct let_start : seq<line_start, word<"let">> {};
struct block_end : sor<close_brace, eof, declaration_start> {};

struct block : seq<one<'{'>, in_braces<separators, star<not_at<block_end>, statement, separators>>, must<close_brace>> {};

// let h = dense(64)
struct let_statement : seq<word<"let">, gap, must<name>, gap, must<equals>, gap, must<expression>> {};

// param kernel: [in.features, units] ~ init
struct tilde : one<'~'> {};
struct slot_shape : seq<colon, gap, must<expression>> {};
struct slot : seq<gap, must<name>, gap, opt<slot_shape>, gap, must<tilde>, gap, must<expression>> {};
struct param_statement : seq<word<"param">, slot> {};
struct state_statement : seq<word<"state">, slot> {};

// expects in: [height, width, 3] "hint"      expects units > 0 "hint"
struct pattern_item : sor<name, int_literal> {};
struct pattern_items : items_until<pattern_item, close_bracket> {};
struct open_bracket : one<'['> {};
struct shape_pattern : seq<open_bracket, in_brackets<gap, opt<pattern_items>, gap>, must<close_bracket>> {};
struct shape_subject : sor<name, layer_input> {};
struct expects_hint : seq<gap, string_literal> {};
struct expects_shape : seq<shape_subject, gap, colon, gap, must<shape_pattern>, opt<expects_hint>> {};
struct expects_condition : seq<expression, opt<expects_hint>> {};
struct expectation_body : sor<expects_shape, expects_condition> {};
struct expects_statement : seq<word<"expects">, gap, must<expectation_body>> {};

// for units in hidden { ... }
struct for_statement : seq<word<"for">, gap, must<name>, gap, must<word<"in">>, gap, must<expression>, gap, must<block>> {};
struct repeat_statement : seq<word<"repeat">, gap, must<expression>, gap, must<block>> {};

struct else_block : seq<lines, else_word, gap, must<block>> {};
struct if_statement : seq<if_word, branch_condition, must<block>, star<else_if, branch_condition, must<block>>, opt<else_block>> {};

// input 32x32x1
struct input_statement : seq<word<"input">, gap, must<expression>> {};

// mean <- 0.99 * mean + 0.01 * batch_mean
struct assign_target : seq<name, gap, string<'<', '-'>> {};
struct assign_statement : seq<assign_target, gap, must<expression>> {};
struct expression_statement : seq<expression> {};

struct any_statement : sor<let_statement, param_statement, state_statement, expects_statement, for_statement, repeat_statement, if_statement, input_statement, assign_statement, expression_statement> {};
struct statement : seq<must<any_statement>, must<statement_end>> {};

// clang-format on

}  // namespace nnc::grammar
