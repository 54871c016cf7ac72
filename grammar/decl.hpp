// Declarations, and the bodies that only they have: records of settings, experiments, reports.
#pragma once

#include "grammar/statement.hpp"

namespace nnc::grammar {

// clang-format off

// ---------------------------------------------------------------- records

struct record_end : sor<block_end, let_start> {};
struct setting_key : name {};
struct setting_colon : one<':'> {};
struct setting : seq<must<setting_key>, gap, must<setting_colon>, gap, must<expression>, must<setting_end>> {};
struct record : seq<one<'{'>, in_braces<setting_separators, star<not_at<record_end>, setting, setting_separators>>, must<close_brace>> {};

// ---------------------------------------------------------------- types and parameters

struct type;
struct type_word : sor<name, none_literal> {};
struct bar : seq<one<'|'>, not_at<one<'>'>>> {};
struct type_words : seq<type_word, star<gap, bar, gap, must<type_word>>> {};
struct list_type : seq<one<'['>, in_brackets<gap, must<type>, gap>, must<close_bracket>> {};
struct type : sor<list_type, type_words> {};

struct parameter_type : seq<colon, gap, must<type>> {};
struct parameter_default : seq<equals, gap, must<expression>> {};
struct parameter : seq<name, opt<gap, parameter_type>, opt<gap, parameter_default>> {};
struct parameter_items : items_until<parameter, close_paren> {};
struct parameters : seq<one<'('>, in_brackets<gap, opt<parameter_items>, gap>, must<close_paren>> {};

// ---------------------------------------------------------------- functions of every kind

struct declared_name : name {};
struct function_head : seq<gap, must<declared_name>, gap, opt<parameters>, gap> {};
struct short_body : seq<equals, gap, must<expression>> {};
struct short_body_or_block : sor<short_body, block> {};

struct model_declaration : seq<word<"model">, function_head, must<block>> {};
struct layer_declaration : seq<word<"layer">, function_head, must<block>> {};
struct optimizer_declaration : seq<word<"optimizer">, function_head, must<block>> {};
struct fn_declaration : seq<word<"fn">, function_head, must<short_body_or_block>> {};
struct init_declaration : seq<word<"init">, function_head, must<short_body_or_block>> {};
struct loss_declaration : seq<word<"loss">, function_head, must<short_body_or_block>> {};
struct schedule_declaration : seq<word<"schedule">, function_head, must<short_body_or_block>> {};
struct metric_declaration : seq<word<"metric">, function_head, must<record>> {};

// ---------------------------------------------------------------- data, recipes, values, imports

struct base_name : name {};
struct base : seq<word<"from">, gap, must<base_name>> {};

struct import_path : seq<string_literal> {};
struct import_declaration : seq<word<"import">, gap, must<import_path>> {};
struct let_declaration : seq<word<"let">, gap, must<declared_name>, gap, must<equals>, gap, must<expression>> {};
struct data_declaration : seq<word<"data">, gap, must<declared_name>, gap, must<equals>, gap, must<expression>, opt<gap, record>> {};
struct recipe_declaration : seq<word<"recipe">, gap, must<declared_name>, gap, opt<base>, gap, must<record>> {};

// ---------------------------------------------------------------- experiments

struct sweep_axis : seq<name, gap, must<word<"in">>, gap, must<expression>> {};
struct sweep_line : seq<must<sweep_axis>, star<gap, comma, gap, must<sweep_axis>>> {};
struct sweep_entry : seq<sweep_line, must<statement_end>> {};
struct sweep_branch : seq<one<'{'>, in_braces<separators, star<not_at<record_end>, sweep_entry, separators>>, must<close_brace>> {};
struct sweep_union : seq<sweep_branch, star<lines, word<"or">, gap, must<sweep_branch>>> {};
struct sweep_statement : seq<word<"sweep">, gap, sor<sweep_union, sweep_line>> {};
struct sample_statement : seq<word<"sample">, gap, must<expression>, gap, must<word<"points">>> {};
struct where_statement : seq<word<"where">, gap, must<expression>> {};
struct train_statement : seq<word<"train">, gap, must<expression>, gap, must<word<"on">>, gap, must<expression>, gap, must<word<"with">>, gap, must<expression>, opt<gap, record>> {};
struct seeds_statement : seq<word<"repeat">, gap, must<word<"over">>, gap, must<expression>, gap, must<word<"seeds">>> {};
struct over_clause : seq<word<"over">, gap, must<expression>> {};
struct select_statement : seq<word<"select">, gap, must<word<"best">>, gap, must<word<"by">>, gap, must<expression>, opt<gap, over_clause>> {};
struct validate_statement : seq<word<"validate">, gap, must<over_clause>> {};
struct stop_by : word<"by"> {};
struct stop_statement : seq<word<"stop">, gap, must<stop_by>, gap, must<expression>, gap, must<word<"after">>, gap, must<expression>, gap, must<word<"epochs">>> {};

struct any_experiment_statement : sor<sweep_statement, sample_statement, where_statement, train_statement, seeds_statement, select_statement, validate_statement, stop_statement> {};
struct experiment_statement : seq<must<any_experiment_statement>, must<statement_end>> {};
struct experiment_block : seq<one<'{'>, in_braces<separators, star<not_at<record_end>, experiment_statement, separators>>, must<close_brace>> {};
struct experiment_declaration : seq<word<"experiment">, gap, must<declared_name>, gap, opt<base>, gap, must<experiment_block>> {};

// ---------------------------------------------------------------- reports

struct prose_character : sor<string<'{', '{'>, string<'}', '}'>, seq<not_at<prose_quotes>, not_one<'{', '}'>>> {};
struct prose_text : plus<prose_character> {};
struct interpolation_end : one<'}'> {};
struct interpolation : seq<one<'{'>, in_brackets<gap, must<expression>, gap>, must<interpolation_end>> {};
struct prose_end : prose_quotes {};
struct prose : seq<prose_quotes, star<sor<prose_text, interpolation>>, must<prose_end>> {};

struct report_subjects : seq<expression, star<gap, comma, lines, must<expression>>> {};
struct report_columns : seq<colon, lines, must<expression>, star<gap, comma, lines, must<expression>>> {};
struct report_item : seq<report_word, gap, must<report_subjects>, opt<gap, report_columns>> {};

struct any_report_entry : sor<prose, report_item> {};
struct report_entry : seq<must<any_report_entry>, must<statement_end>> {};
struct report_block : seq<one<'{'>, in_braces<separators, star<not_at<record_end>, report_entry, separators>>, must<close_brace>> {};
struct report_title : seq<string_literal> {};
struct report_declaration : seq<word<"report">, gap, must<report_title>, gap, must<report_block>> {};

// clang-format on

}  // namespace nnc::grammar
