// The checker: resolves names and checks static types in every declaration, each exactly once.
// In: a loaded program. Out: diagnostics in the sink, and signatures for whoever prints the program.
// Declarations are checked on demand where a type depends on them (a fn's result, a let's value).
// Its methods live in files by topic: names, expressions, operators, calls, bodies, settings, experiment,
// sweeps, unread_axis_warnings, validation, leaks, results, report_expressions, report, program_index.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "compiler/sema/modules.hpp"
#include "compiler/sema/program_index.hpp"
#include "compiler/sema/report_words.hpp"
#include "compiler/sema/scope.hpp"
#include "compiler/sema/signatures.hpp"

namespace nnc::sema {

struct ForeignWord;

// A result as a column names it, without its experiment: test.accuracy, seconds, the name of an axis.
struct ResultName {
  ast::Name head;
  const ast::Name* metric = nullptr;  // null: the head is all
};
std::optional<ResultName> read_result_name(const ast::Expr& expr);

// A setting that may stand in a record.
struct SettingRule {
  std::string_view key;
  Type type;
  bool required = false;
  bool accepts_none = false;
};

class Checker {
 public:
  // `index`: where to put what names refer to; null: nobody wants to know.
  Checker(const SourceMap& sources, const LoadedProgram& loaded, Sink& sink, ProgramIndex* index = nullptr);

  void check_all();
  const Signature& signature_of(const ast::Declaration& declaration);

 private:
  // -- checker.cpp: the order of work
  enum class Progress : std::uint8_t { Waiting, Running, Done };
  void check_declaration(const ast::Declaration& declaration);
  Scope scope_for(const ast::Declaration& declaration, Place place) const;
  Type result_of(const ast::Declaration& declaration);
  void verify_no_recursion();
  void warn_unused();

  // -- names.cpp
  // Experiments are results, not values: `experiment dropout` hides the layer `dropout` only where an
  // experiment can be meant, in reports and where one is wanted.
  const ast::Declaration* find_global(const Scope& scope, std::string_view name,
                                      const Type& wanted = {}) const;
  void note_use(const Scope& scope, const ast::Declaration& declaration, const Span& span);
  Type check_name(const ast::Expr& expr, const std::string& name, Scope& scope, const Type& wanted);
  Type value_of(const ast::Declaration& declaration, const ast::Expr& expr, const Type& wanted);
  Type function_type(const ast::Declaration* declaration, const BuiltinInfo* builtin);
  void report_unknown_name(const std::string& name, const Span& span, const Scope& scope, const Type& wanted);
  void report_unknown_choice(const std::string& name, const Span& span, const Type& wanted);
  [[nodiscard]] const ForeignWord* foreign_name(const std::string& name, const Scope& scope,
                                                const Type& wanted) const;
  [[nodiscard]] bool declares_alike(std::string_view name) const;
  Guess guess_name(const std::string& name, const Scope& scope, const Type& wanted);
  bool serves_as_layer(const ast::Declaration& declaration, Kind kind);
  [[nodiscard]] bool may_be_declared_in_broken_text(std::string_view name) const;
  void declare(Scope& scope, Local local);
  Guess suggestion(std::string_view name, const std::vector<std::string>& candidates);
  void label_declaration(DiagnosticBuilder& report, const Span& span, std::string text) const;

  // -- expressions.cpp
  // The type of an expression. `wanted` gives meaning to choice words and to messages; it is not demanded.
  Type check_expr(const ast::Expr& expr, Scope& scope, const Type& wanted = {});
  // As check_expr, and reports a value that does not fit. Null expressions are Unknown.
  Type check_value(const ast::ExprPtr& expr, Scope& scope, const Type& wanted,
                   const SignatureParameter* parameter = nullptr);
  bool require(const ast::Expr& expr, const Type& given, const Type& wanted,
               const SignatureParameter* parameter = nullptr);
  std::string unquoted_name(const ast::Expr& expr, const Type& wanted);
  Type check_list(const ast::ListLiteral& list, Scope& scope, const Type& wanted);
  Type check_if(const ast::IfExpr& choice, Scope& scope, const Type& wanted);
  Type check_member(const ast::Expr& expr, const ast::Member& member, Scope& scope);
  Type check_index(const ast::Expr& expr, const ast::Index& index, Scope& scope);
  [[nodiscard]] std::string excerpt(const ast::Expr& expr) const;

  // -- operators.cpp
  Type check_unary(const ast::Unary& unary, Scope& scope);
  Type check_binary(const ast::Binary& binary, Scope& scope);
  Type check_comparison(const ast::Binary& binary, Scope& scope);
  Type check_arithmetic(const ast::Binary& binary, Scope& scope);
  Type report_bad_operands(const ast::Binary& binary, const Type& lhs, const Type& rhs);

  // -- calls.cpp
  Type check_call(const ast::Expr& expr, const ast::Call& call, Scope& scope, const Type& wanted);
  Type check_named_call(const ast::Expr& expr, const ast::Call& call, const std::string& name, Scope& scope,
                        const Type& wanted);
  Type check_value_call(const ast::Call& call, const Type& callee, const Span& place, Scope& scope);
  static bool is_application(const ast::Call& call, const Type& callee, Scope& scope);
  Type check_application(const ast::Call& call, const Type& callee, Scope& scope);
  std::vector<Type> bind_arguments(const ast::Call& call, const Signature& signature, Scope& scope,
                                   const std::vector<Type>* known = nullptr);
  void check_loose_value(const ast::ExprPtr& value, Scope& scope);
  void check_loose_arguments(const std::vector<ast::Argument>& arguments, Scope& scope);
  bool report_misplaced_choice(const ast::Argument& argument, const Signature& signature,
                               const SignatureParameter& parameter, Scope& scope);
  void hint_argument(DiagnosticBuilder& report, const std::string& name, const Signature& signature);
  void report_missing(const Signature& signature, const SignatureParameter& parameter, const Span& span);
  Signature make_signature(const ast::Declaration& declaration);
  Type parameter_type(const ast::Parameter& parameter, Scope& scope);
  Type type_of(const ast::TypeExpr& type);

  // -- bodies.cpp
  void check_function(const ast::Declaration& declaration, const ast::FunctionDecl& function);
  void check_parameters(const std::vector<ast::Parameter>& parameters, const Signature& signature,
                        Scope& scope, std::size_t dropped);
  Type check_block(const ast::Block& block, Scope& scope);
  Type check_statement(const ast::Statement& statement, Scope& scope);
  void check_slot(const ast::Statement& statement, const ast::SlotDecl& slot, Scope& scope);
  void check_sizes(const ast::ExprPtr& shape, Scope& scope);
  void check_pattern(const ast::ExpectsShape& expects, Scope& scope);
  void check_assign(const ast::Statement& statement, const ast::Assign& assign, Scope& scope);
  void check_for(const ast::For& loop, Scope& scope);
  Type check_result(const ast::ExprStatement& statement, Scope& scope);
  void report_misplaced(const Span& span, std::string_view what, const Scope& scope, std::string hint);
  void warn_unused_locals(const Scope::Frame& frame, const Scope& scope);

  // -- settings.cpp
  void check_settings(const std::vector<ast::Setting>& settings, const std::vector<SettingRule>& rules,
                      std::string_view owner, Scope& scope);
  void report_unknown_setting(const ast::Name& key, const std::vector<SettingRule>& rules,
                              std::string_view owner);
  void verify_required(const std::vector<ast::Setting>& settings, const std::vector<SettingRule>& rules,
                       std::string_view owner, const ast::Name& name);
  void check_data(const ast::Declaration& declaration, const ast::DataDecl& data);
  void check_metric(const ast::Declaration& declaration, const ast::MetricDecl& metric);
  void check_recipe(const ast::Declaration& declaration, const ast::RecipeDecl& recipe);
  void check_base(const ast::Name& base, const Type& wanted, Scope& scope);
  // The settings in force, those of its bases included; `complete` becomes false if a base is not understood.
  std::map<std::string, const ast::Setting*, std::less<>> settings_in_force(const ast::Declaration& recipe,
                                                                            bool& complete) const;

  // -- program_index.cpp
  void record(Reference reference);
  void record_local(const Span& use, const Local& local, const Scope& scope);
  void record_declaration(const Span& use, const ast::Declaration& declaration, const Type& type);
  void record_parameter(const Span& use, const SignatureParameter& parameter, const Signature& signature);
  // A word that the language has: a setting, a choice, a member.
  void record_word(const Span& use, SymbolKind kind, const Type& type,
                   const ast::Declaration* owner = nullptr);
  void record_metric(const ast::Name& name);
  void record_axis(const Span& use, const ast::Declaration& experiment, const std::string& axis,
                   const Type& type);
  void record_same_axis(const Span& again, const Span& first);
  void finish_index();

  // -- experiment.cpp
  void check_experiment(const ast::Declaration& declaration, const ast::ExperimentDecl& experiment);
  void check_experiment_statement(const ast::ExperimentStatement& statement, Scope& scope,
                                  ExperimentFacts& facts);
  void collect_facts(const ast::ExperimentDecl& experiment, Scope& scope, ExperimentFacts& facts);
  void check_train_data(const ast::ExprPtr& data, Scope& scope);
  void check_train(const ast::ExperimentStatement& statement, const ast::Train& train, Scope& scope,
                   ExperimentFacts& facts);
  bool collect_metrics(const ast::ExprPtr& list, std::vector<std::string>& names);

  // -- sweeps.cpp
  struct CheckedAxis {
    ast::Name name;
    Type type;
  };
  void check_sweep(const ast::Sweep& sweep, Scope& scope, ExperimentFacts& facts);
  std::vector<CheckedAxis> check_branch(const ast::SweepBranch& branch, Scope& scope,
                                        const ExperimentFacts& facts);
  // The values that an axis or loop takes; bare names may get their arguments later.
  Type check_items(const ast::Expr& values, Scope& scope);
  Type check_axis_values(const ast::SweepAxis& axis, Scope& scope, const ExperimentFacts& facts);
  void verify_equal_axes(const ast::Sweep& sweep, const std::vector<std::vector<CheckedAxis>>& branches);

  // -- unread_axis_warnings.cpp
  [[nodiscard]] std::vector<const ast::ExperimentStatement*> statements_in_force(
      const ast::ExperimentDecl& experiment) const;
  void warn_unread_axes();
  std::string unread_axis_hint(const ast::Train* train, const std::string& axis);

  // -- validation.cpp
  void check_validation(const ast::ExprPtr& validation, Scope& scope);
  void check_selection(const ast::ExperimentStatement& statement, const ast::SelectBest& selection,
                       Scope& scope, const ExperimentFacts& facts);
  void check_stopping(const ast::StopEarly& stop, Scope& scope, const ExperimentFacts& facts);
  // The part and metric by which something is decided; empty if it is none, which was reported.
  std::optional<ResultName> check_criterion(const ast::ExprPtr& metric, Purpose purpose, Scope& scope);

  // -- leaks.cpp
  bool is_unknown_test(const ast::Expr& expr, Scope& scope) const;
  void report_test_leak(const Span& span, Purpose purpose);
  [[nodiscard]] bool validates(const ast::Declaration& experiment) const;
  Type report_early_result(const Span& span, const ast::Declaration* experiment, bool by_test,
                           const Scope& scope);
  Type check_early_pick(const ast::Expr& expr, const ast::Call& call, Scope& scope);
  bool report_leaking_setting(const ast::Setting& setting);

  // -- results.cpp
  const ExperimentFacts& facts_of(const ast::Declaration& experiment);
  Type result_member(const Type& base, const std::string& base_text, const ast::Name& member);
  Type part_member(const Type& base, const std::string& base_text, const ast::Name& member);
  Type check_point(const Type& base, const std::string& base_text, const ast::Index& index, Scope& scope);
  void check_column(const ast::Expr& column, const std::vector<const ast::Declaration*>& experiments,
                    bool of_all, bool numbers_only);
  [[nodiscard]] static std::vector<std::string> result_names(const ExperimentFacts& facts);
  void report_unknown_result(const std::string& experiment, const std::string& result, const Span& span,
                             const std::vector<std::string>& candidates);

  // -- report_expressions.cpp
  Type check_report_call(const ast::Call& call, const std::string& name, Scope& scope);
  Type check_pick(const ast::Call& call, const std::string& name, Scope& scope);
  void check_order(const ast::Expr& by, const Type& point, Scope& scope);
  Type check_aggregate(const ast::Call& call, const std::string& name, Scope& scope);
  Type check_report_value(const ast::ExprPtr& expr, Scope& scope, const Type& wanted);
  bool verify_report_operators(const ast::Expr& expr, Scope& scope);
  [[nodiscard]] bool names_results(const ast::Expr& expr, Scope& scope) const;

  // -- report.cpp
  void check_report(const ast::Declaration& declaration, const ast::ReportDecl& report);
  void check_report_item(const ast::ReportItem& item, Scope& scope);
  void check_claim(const ast::ReportItem& item, Scope& scope);
  void check_data_subject(const ast::ReportItem& item, Scope& scope);
  void check_count(const ast::ReportItem& item, const ReportWord& word, Scope& scope);
  void verify_selection(const ast::Expr& subject, const Type& type);
  void verify_counts(const ast::ReportItem& item, const ReportWord& word);
  std::vector<const ast::Declaration*> check_subjects(const ast::ReportItem& item, const ReportWord& word,
                                                      Scope& scope, bool& of_all, bool& understood);
  [[nodiscard]] std::vector<const ast::Declaration*> all_experiments() const;

  const SourceMap& sources_;
  const LoadedProgram& loaded_;
  const CheckedProgram& program_;
  Sink& sink_;
  ProgramIndex* index_;

  std::map<const ast::Declaration*, Progress> progress_;
  std::map<const ast::Declaration*, Type> results_;  // of fns and lets
  std::map<const ast::Declaration*, Signature> signatures_;
  std::map<const ast::Declaration*, ExperimentFacts> facts_;
  std::map<const ast::Declaration*, std::vector<std::pair<const ast::Declaration*, Span>>> uses_;
  std::set<const ast::Declaration*> used_;
  std::map<Span, Span> same_axes_;                   // where an axis is declared again, and where first
  std::set<std::string, std::less<>> choice_words_;  // of every choice there is
  // The values of an axis or loop: names whose arguments a call of the axis may give.
  bool arguments_may_follow_ = false;
  int depth_ = 0;               // of declarations checked on demand
  int suggestions_left_ = 100;  // "did you mean" is not free
};

}  // namespace nnc::sema
