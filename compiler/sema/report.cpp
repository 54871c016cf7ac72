// Reports: every number they speak of must be a result of the experiment they name.
#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "compiler/plan/result_fields.hpp"
#include "compiler/sema/checker.hpp"

namespace nnc::sema {
namespace {

bool is_part(std::string_view name) {
  return std::find(kResultParts.begin(), kResultParts.end(), name) != kResultParts.end();
}

// What every trial has besides its axes and the metrics of its parts.
Type field_type(std::string_view name) {
  const ResultFieldInfo* info = find_result_field(name);
  if (info == nullptr) return {};
  switch (info->type) {
    case ResultFieldInfo::Type::Int:
      return Kind::Int;
    case ResultFieldInfo::Type::Float:
      return Kind::Float;
    case ResultFieldInfo::Type::Word:
      return Kind::String;
  }
  return {};
}

const Type* find_axis(const ExperimentFacts& facts, std::string_view name) {
  for (const auto& [axis, type] : facts.axes) {
    if (axis == name) return &type;
  }
  return nullptr;
}

Type any_experiment() { return Kind::Experiment; }

}  // namespace

const ExperimentFacts& Checker::facts_of(const ast::Declaration& experiment) {
  check_declaration(experiment);
  return facts_[&experiment];
}

std::vector<std::string> Checker::result_names(const ExperimentFacts& facts) {
  std::vector<std::string> names = {"train", "test"};
  if (facts.has_validation) names.emplace_back("valid");
  for (const auto& [axis, type] : facts.axes) names.push_back(axis);
  for (const ResultFieldInfo& field : result_fields()) names.emplace_back(field.name);
  return names;
}

void Checker::report_unknown_result(const std::string& experiment, const std::string& result,
                                    const Span& span, const std::vector<std::string>& candidates) {
  std::string last = result;
  if (const std::size_t point = last.rfind('.'); point != std::string::npos) last.erase(0, point + 1);
  auto report = sink_.report(diagnostics::UnknownResult, span, experiment, result);
  report.hint(suggestion(last, candidates));
  if (candidates.empty()) return;
  std::string listed;
  for (const std::string& candidate : candidates) listed += (listed.empty() ? "`" : ", `") + candidate + "`";
  report.note("it has " + listed);
}

Type Checker::result_member(const Type& base, const std::string& base_text, const ast::Name& member) {
  if (base.declaration == nullptr) return {};
  const ExperimentFacts& facts = facts_of(*base.declaration);
  if (const Type* axis = find_axis(facts, member.text)) return *axis;
  if (!facts.known) return {};
  if (is_part(member.text)) {
    if (member.text == "valid" && !facts.has_validation) {
      sink_.report(diagnostics::UnknownResult, member.span, base_text, "valid")
          .hint("the experiment needs a `validate over kfold(5)`");
      return {};
    }
    Type part = Kind::ExperimentPart;
    part.declaration = base.declaration;
    part.part = member.text;
    return part;
  }
  const Type field = field_type(member.text);
  if (field.unknown()) report_unknown_result(base_text, member.text, member.span, result_names(facts));
  return field;
}

Type Checker::part_member(const Type& base, const std::string& base_text, const ast::Name& member) {
  if (base.declaration == nullptr) return Kind::Float;
  const ExperimentFacts& facts = facts_of(*base.declaration);
  const bool known = member.text == "loss" || std::find(facts.metrics.begin(), facts.metrics.end(),
                                                        member.text) != facts.metrics.end();
  if (!known && facts.known && facts.metrics_known) {
    std::vector<std::string> candidates = facts.metrics;
    candidates.emplace_back("loss");
    report_unknown_result(base_text, member.text, member.span, candidates);
  }
  return Kind::Float;
}

// epochs[n: 50]: the trials at that point of the sweep.
Type Checker::check_point(const Type& base, const std::string& base_text, const ast::Index& index,
                          Scope& scope) {
  if (base.declaration == nullptr) {
    check_loose_arguments(index.arguments, scope);
    return base;
  }
  const ExperimentFacts& facts = facts_of(*base.declaration);
  std::vector<std::string> axes;
  for (const auto& [axis, type] : facts.axes) axes.push_back(axis);
  for (const ast::Argument& argument : index.arguments) {
    const Type* axis = argument.name ? find_axis(facts, argument.name->text) : nullptr;
    check_value(argument.value, scope, axis != nullptr ? *axis : Type{});
    if (axis != nullptr || !facts.known) continue;
    if (argument.name) {
      report_unknown_result(base_text, argument.name->text, argument.name->span, axes);
    } else {
      const std::string value = argument.value ? excerpt(*argument.value) : "";
      auto report = sink_.report(diagnostics::UnknownResult, argument.span, base_text, value);
      if (!axes.empty())
        report.hint(fmt::format("name the axis: `{}[{}: {}]`", base_text, axes.front(), value));
    }
  }
  return base;
}

// best(dropout): the chosen trial; mean(depth.test.accuracy): a number over trials.
Type Checker::check_aggregate(const ast::Call& call, const std::string& name, Scope& scope) {
  Signature signature;
  signature.name = name;
  SignatureParameter trials;
  trials.name = name == "best" ? "experiment" : "results";
  if (name == "best") trials.type = Kind::Experiment;
  signature.parameters.push_back(std::move(trials));
  const std::vector<Type> given = bind_arguments(call, signature, scope);
  if (name == "mean") return Kind::Float;
  return given.empty() || !given.front().is(Kind::Experiment) ? Type{} : given.front();
}

void Checker::check_report(const ast::Declaration& declaration, const ast::ReportDecl& report) {
  Scope scope = scope_for(declaration, Place::Report);
  if (find_global(scope, "all") == nullptr) scope.add({"all", {}, LocalKind::Given, any_experiment(), true});
  for (const ast::ReportEntry& entry : report.entries) {
    std::visit(ast::Overloaded{
                   [&](const ast::Prose& prose) {
                     for (const ast::ProsePart& part : prose.parts) check_value(part.value, scope, {});
                   },
                   [&](const ast::ReportItem& item) { check_report_item(item, scope); },
               },
               entry.node);
  }
}

void Checker::check_report_item(const ast::ReportItem& item, Scope& scope) {
  const std::string& word = item.keyword.text;
  if (word == "images") {
    for (std::size_t i = 0; i < item.subjects.size(); ++i) {
      if (item.subjects[i] == nullptr) continue;
      const Type type = check_expr(*item.subjects[i], scope);
      const bool whole_data = i == 0 && type.is(Kind::Data);
      if (!whole_data) require(*item.subjects[i], type, i == 0 ? Kind::DataPart : Kind::Int);
    }
    return;
  }
  if (word == "claim") {
    for (const ast::ExprPtr& subject : item.subjects) check_value(subject, scope, Kind::String);
    for (const ast::ExprPtr& condition : item.columns) check_value(condition, scope, Kind::Bool);
    return;
  }
  std::vector<const ast::Declaration*> experiments;
  bool understood = true;
  for (const ast::ExprPtr& subject : item.subjects) {
    const Type type = check_value(subject, scope, Kind::Experiment);
    understood = understood && type.is(Kind::Experiment);
    if (type.declaration != nullptr) experiments.push_back(type.declaration);
  }
  if (!understood) return;
  for (const ast::ExprPtr& column : item.columns) {
    if (column != nullptr) check_column(*column, experiments, scope);
  }
}

// A column is a result without its experiment: `test.accuracy`, `seconds`, or the name of an axis.
void Checker::check_column(const ast::Expr& column, const std::vector<const ast::Declaration*>& experiments,
                           Scope& scope) {
  const auto* member = std::get_if<ast::Member>(&column.node);
  const auto* part = member && member->base ? std::get_if<ast::NameRef>(&member->base->node) : nullptr;
  const auto* field = std::get_if<ast::NameRef>(&column.node);
  if (part == nullptr && field == nullptr) {
    if (std::holds_alternative<ast::ErrorExpr>(column.node)) return;
    sink_.report(diagnostics::WrongType, column.span, excerpt(column), "something else", "a result")
        .hint("such as `test.accuracy` or `seconds`");
    return;
  }
  const ast::Name name =
      part ? ast::Name{part->name, member->base->span} : ast::Name{field->name, column.span};
  for (const ast::Declaration* experiment : experiments) {
    Type base = any_experiment();
    base.declaration = experiment;
    const std::string text = ast::declared_name(*experiment)->text;
    const Type type = result_member(base, text, name);
    if (part != nullptr && type.is(Kind::ExperimentPart)) {
      part_member(type, fmt::format("{}.{}", text, part->name), member->member);
    }
  }
  if (experiments.empty() && part != nullptr && !is_part(part->name)) {
    report_unknown_name(part->name, name.span, scope, {});
  }
}

}  // namespace nnc::sema
