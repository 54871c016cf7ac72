// A whole file, the points where reading goes on after a mistake, and the rules that nest. The only header of
// the grammar that others include (besides messages.hpp, which includes this one).
#pragma once

#include "grammar/decl.hpp"

namespace nnc::grammar {

// clang-format off

struct any_declaration : sor<import_declaration, let_declaration, data_declaration, model_declaration, layer_declaration, fn_declaration, init_declaration, loss_declaration, optimizer_declaration, schedule_declaration, metric_declaration, recipe_declaration, experiment_declaration, report_declaration> {};
struct declaration : seq<must<any_declaration>, must<declaration_end>> {};

struct version_number : plus<not_one<' ', '\t', '\r', '\n', '#', ';'>> {};
struct version_line : seq<word<"nn">, plus<blank>, must<version_number>, must<declaration_end>> {};

struct file : seq<opt<byte_order_mark>, separators, opt<version_line>, separators, star<not_at<eof>, declaration, separators>, eof> {};

// clang-format on

// A mistake inside one of these ends it, and reading goes on behind it; see compiler/parse/recovery.hpp for
// where.
template <class Rule>
inline constexpr bool is_recovery_point = false;
template <>
inline constexpr bool is_recovery_point<statement> = true;
template <>
inline constexpr bool is_recovery_point<setting> = true;
template <>
inline constexpr bool is_recovery_point<experiment_statement> = true;
template <>
inline constexpr bool is_recovery_point<sweep_entry> = true;
template <>
inline constexpr bool is_recovery_point<report_entry> = true;
template <>
inline constexpr bool is_recovery_point<declaration> = true;
template <>
inline constexpr bool is_recovery_point<version_line> = true;

// The rules that contain themselves: their depth is limited.
template <class Rule>
inline constexpr bool is_nesting = false;
template <>
inline constexpr bool is_nesting<expression> = true;
template <>
inline constexpr bool is_nesting<block> = true;
template <>
inline constexpr bool is_nesting<type> = true;

}  // namespace nnc::grammar
