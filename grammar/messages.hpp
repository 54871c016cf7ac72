// What the author of a program is told was expected: one entry for every rule that stands in a must<>. A rule
// without an entry does not compile. The sentence is completed by the parser with what stands before and what
// was found: "expected `:` after the setting name, found `=`".
#pragma once

#include "grammar/expectation.hpp"
#include "grammar/grammar.hpp"

namespace nnc::grammar {

template <class Rule>
struct expected;

// NOLINTBEGIN(bugprone-macro-parentheses): rules and aggregates
#define NNC_EXPECTED(rule, ...)                      \
  template <>                                        \
  struct expected<rule> {                            \
    static constexpr expectation value{__VA_ARGS__}; \
  };
// NOLINTEND(bugprone-macro-parentheses)

template <fixed_text Text>
struct expected<word<Text>> {
  static constexpr expectation value{Text.view(), missing::Word};
};

// clang-format off

NNC_EXPECTED(word<"on">, "on", missing::Word, "", "training is written `train ann() on fashion with standard`")
NNC_EXPECTED(word<"with">, "with", missing::Word, "", "training is written `train ann() on fashion with standard`")
NNC_EXPECTED(word<"over">, "over", missing::Word, "", "seeds are written `repeat over 5 seeds`")
NNC_EXPECTED(word<"seeds">, "seeds", missing::Word, "", "seeds are written `repeat over 5 seeds`")
NNC_EXPECTED(word<"best">, "best", missing::Word, "", "a selection is written `select best by valid.accuracy over kfold(5)`")
NNC_EXPECTED(word<"by">, "by", missing::Word, "", "a selection is written `select best by valid.accuracy over kfold(5)`")

NNC_EXPECTED(number_end, "the end of the number", missing::NumberEnd)
NNC_EXPECTED(string_end, "the closing quote", missing::StringEnd)
NNC_EXPECTED(import_path, "a path in quotes", missing::Thing, "", "another file is imported with `import \"blocks.nn\"`")
NNC_EXPECTED(report_title, "a title in quotes", missing::Thing, "", "a report is written `report \"title\" { ... }`")
NNC_EXPECTED(name, "a name", missing::Name)
NNC_EXPECTED(declared_name, "a name", missing::Name)
NNC_EXPECTED(base_name, "a name", missing::Name)
NNC_EXPECTED(member_name, "a name", missing::Name)
NNC_EXPECTED(version_number, "the number of the language version", missing::Thing, "", "the first line of a file is `nn 1`, or absent")

NNC_EXPECTED(expression, "a value", missing::Value)
NNC_EXPECTED(operand, "a value", missing::Value)
NNC_EXPECTED(prefixed_operand, "a value", missing::Value)
NNC_EXPECTED(argument, "a value", missing::Value)
NNC_EXPECTED(index_arguments, "a value", missing::Value)
NNC_EXPECTED(close_paren, "`,` or `)`", missing::Closing)
NNC_EXPECTED(close_group, "`)`", missing::Closing)
NNC_EXPECTED(close_bracket, "`,` or `]`", missing::Closing)
NNC_EXPECTED(close_brace, "`}`", missing::Closing)
NNC_EXPECTED(branch, "`{`", missing::Block)
NNC_EXPECTED(else_word, "`else`", missing::Else, "", "an `if` that gives a value needs both sides: `if a { b } else { c }`")
NNC_EXPECTED(equals, "`=`", missing::Equals)

NNC_EXPECTED(any_statement, "a statement", missing::Statement)
NNC_EXPECTED(statement_end, "the end of the line", missing::LineEnd)
NNC_EXPECTED(block, "`{`", missing::Block)
NNC_EXPECTED(tilde, "`~` and an initialiser", missing::Thing, "", "a parameter is declared as in `param bias: [units] ~ zeros`")
NNC_EXPECTED(shape_pattern, "a shape in `[` `]`", missing::Thing, "", "a shape is expected as in `expects in: [height, width, _, 3]`")
NNC_EXPECTED(pattern_item, "a name, a size or `_`")
NNC_EXPECTED(expectation_body, "a shape or a condition", missing::Value)

NNC_EXPECTED(setting_key, "a setting", missing::Setting, "", "settings are written `name: value`")
NNC_EXPECTED(setting_colon, "`:`", missing::SettingColon, "the setting name")
NNC_EXPECTED(setting_end, "the end of the line or `,`", missing::LineEnd)
NNC_EXPECTED(record, "`{`", missing::Block)

NNC_EXPECTED(type, "a type", missing::Thing, "", "types are int, float, bool, string, dims, tensor, layer, init, optimizer, schedule, loss, metric, data, recipe, `[int]`, and choices: `valid | same`")
NNC_EXPECTED(type_word, "a choice", missing::Name)
NNC_EXPECTED(parameter, "a parameter", missing::Name, "", "parameters are written `name`, `name: type` or `name: type = default`")
NNC_EXPECTED(short_body_or_block, "`=` or `{`", missing::Block)

NNC_EXPECTED(any_experiment_statement, "a statement of an experiment", missing::ExperimentStatement)
NNC_EXPECTED(sweep_axis, "a name", missing::Name, "", "an axis is written `sweep rate in [0, 0.1, 0.2]`")
NNC_EXPECTED(over_clause, "`over`", missing::Thing, "", "validation is written `validate over kfold(5)`")
NNC_EXPECTED(sweep_branch, "`{`", missing::Block, "", "several sweeps are joined as in `sweep { a in [1] } or { a in [2, 3] }`")
NNC_EXPECTED(word<"points">, "points", missing::Word, "", "a sample is written `sample 20 points`")
NNC_EXPECTED(stop_by, "by", missing::Word, "", "stopping early is written `stop by valid.loss after 5 epochs`")
NNC_EXPECTED(word<"after">, "after", missing::Word, "", "stopping early is written `stop by valid.loss after 5 epochs`")
NNC_EXPECTED(word<"epochs">, "epochs", missing::Word, "", "stopping early is written `stop by valid.loss after 5 epochs`")
NNC_EXPECTED(experiment_block, "`{`", missing::Block)

NNC_EXPECTED(any_report_entry, "an entry of the report", missing::ReportEntry)
NNC_EXPECTED(report_subjects, "what to show", missing::Thing, "", "an entry names what it shows, as in `curves baseline`")
NNC_EXPECTED(interpolation_end, "`}`", missing::Closing)
NNC_EXPECTED(prose_end, "the closing `\"\"\"`", missing::ProseEnd)
NNC_EXPECTED(report_block, "`{`", missing::Block)

NNC_EXPECTED(any_declaration, "a declaration", missing::Declaration)
NNC_EXPECTED(declaration_end, "the end of the line", missing::LineEnd)

// clang-format on

#undef NNC_EXPECTED

}  // namespace nnc::grammar
