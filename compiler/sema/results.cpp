// Results of experiments: what the trials of each have, and who may be asked for what.
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

// The parts that only a validation scheme gives.
bool is_validated_part(std::string_view name) { return name == "valid" || name == "fitted"; }

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

bool has_metric(const ExperimentFacts& facts, std::string_view name) {
  return name == "loss" || !facts.metrics_known ||
         std::find(facts.metrics.begin(), facts.metrics.end(), name) != facts.metrics.end();
}

bool has_result(const ExperimentFacts& facts, const ResultName& name) {
  if (!facts.known || find_axis(facts, name.head.text) != nullptr) return true;
  if (!is_part(name.head.text)) return name.metric == nullptr && !field_type(name.head.text).unknown();
  if (is_validated_part(name.head.text) && !facts.has_validation) return false;
  return name.metric == nullptr || has_metric(facts, name.metric->text);
}

}  // namespace

std::optional<ResultName> read_result_name(const ast::Expr& expr) {
  if (const auto* field = std::get_if<ast::NameRef>(&expr.node))
    return ResultName{{field->name, expr.span}, nullptr};
  const auto* member = std::get_if<ast::Member>(&expr.node);
  const auto* part = member && member->base ? std::get_if<ast::NameRef>(&member->base->node) : nullptr;
  if (part == nullptr) return std::nullopt;
  return ResultName{{part->name, member->base->span}, &member->member};
}

const ExperimentFacts& Checker::facts_of(const ast::Declaration& experiment) {
  check_declaration(experiment);
  return facts_[&experiment];
}

std::vector<std::string> Checker::result_names(const ExperimentFacts& facts) {
  std::vector<std::string> names = {"train", "test"};
  if (facts.has_validation) names.insert(names.end(), {"valid", "fitted"});
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
  if (const Type* axis = find_axis(facts, member.text)) {
    record_axis(member.span, *base.declaration, member.text, *axis);
    return *axis;
  }
  if (is_part(member.text)) record_word(member.span, SymbolKind::Part, {});
  if (!facts.known) return {};
  if (!is_part(member.text)) {
    const Type field = field_type(member.text);
    if (!field.unknown()) {
      record_word(member.span, SymbolKind::Field, field);
      return field;
    }
    const bool is_metric = member.text == "loss" || std::find(facts.metrics.begin(), facts.metrics.end(),
                                                              member.text) != facts.metrics.end();
    if (!is_metric) {
      report_unknown_result(base_text, member.text, member.span, result_names(facts));
      return {};
    }
    std::vector<std::string> parts;
    if (facts.has_validation) parts.push_back("valid." + member.text);
    if (!facts.selects || base.is_selected) parts.push_back("test." + member.text);
    sink_.report(diagnostics::UnknownResult, member.span, base_text, member.text)
        .hint("say of which part: " + describe_choices(parts));
    return {};
  }
  if (is_validated_part(member.text) && !facts.has_validation) {
    sink_.report(diagnostics::UnknownResult, member.span, base_text, member.text)
        .hint("the experiment needs a line such as `validate over kfold(5)`");
    return {};
  }
  if (member.text == "test" && facts.selects && !base.is_selected) {
    const std::string& name = ast::declared_name(*base.declaration)->text;
    sink_.report(diagnostics::UntestedPoint, member.span, name)
        .note("the others are judged by validation alone, so that the test part takes no part in the choice")
        .hint(fmt::format("`best({}).test` is the selected point; every point has `valid`", name));
    return {};
  }
  Type part = base;
  part.kind = Kind::ExperimentPart;
  part.part = member.text;
  return part;
}

Type Checker::part_member(const Type& base, const std::string& base_text, const ast::Name& member) {
  record_metric(member);
  if (base.declaration == nullptr) return Kind::Float;
  const ExperimentFacts& facts = facts_of(*base.declaration);
  if (facts.known && !has_metric(facts, member.text)) {
    std::vector<std::string> candidates = facts.metrics;
    candidates.emplace_back("loss");
    report_unknown_result(base_text, member.text, member.span, candidates);
  }
  return Kind::Float;
}

// epochs[n: 50]: the trials at that point of the sweep.
Type Checker::check_point(const Type& base, const std::string& base_text, const ast::Index& index,
                          Scope& scope) {
  Type point = base;
  point.at_point = true;
  if (base.declaration == nullptr) {
    check_loose_arguments(index.arguments, scope);
    return point;
  }
  if (base.is_pick) {
    check_loose_arguments(index.arguments, scope);
    sink_.report(diagnostics::WrongType, index.base->span, base_text, "one point already", "an experiment")
        .hint(fmt::format("pick among the points that are left: `best({}[...])`",
                          ast::declared_name(*base.declaration)->text));
    return {};
  }
  const ExperimentFacts& facts = facts_of(*base.declaration);
  std::vector<std::string> axes;
  for (const auto& [axis, type] : facts.axes) axes.push_back(axis);
  for (const ast::Argument& argument : index.arguments) {
    const Type* axis = argument.name ? find_axis(facts, argument.name->text) : nullptr;
    check_value(argument.value, scope, axis != nullptr ? *axis : Type{});
    if (axis != nullptr) record_axis(argument.name->span, *base.declaration, argument.name->text, *axis);
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
  return point;
}

// A column is a result without its experiment. Of several experiments each must have it, of all experiments
// one.
void Checker::check_column(const ast::Expr& column, const std::vector<const ast::Declaration*>& experiments,
                           bool of_all, bool numbers_only) {
  if (std::holds_alternative<ast::ErrorExpr>(column.node)) return;
  const std::optional<ResultName> name = read_result_name(column);
  if (!name) {
    sink_.report(diagnostics::WrongType, column.span, excerpt(column), "something else", "a result")
        .hint("such as `test.accuracy` or `seconds`");
    return;
  }
  if (of_all) {
    const bool known = std::any_of(experiments.begin(), experiments.end(), [&](const auto* experiment) {
      return has_result(facts_of(*experiment), *name);
    });
    if (known && !is_part(name->head.text)) return;
    if (!known && !experiments.empty()) {
      report_unknown_result("all", excerpt(column), column.span, {});
      return;
    }
  }
  Type type;
  for (const ast::Declaration* experiment : experiments) {
    if (of_all && !has_result(facts_of(*experiment), *name)) continue;
    Type base = Kind::Experiment;
    base.declaration = experiment;
    base.is_selected = true;  // a column shows what there is: of `test` only the selected point
    const std::string text = ast::declared_name(*experiment)->text;
    type = result_member(base, text, name->head);
    if (name->metric != nullptr && type.is(Kind::ExperimentPart))
      type = part_member(type, fmt::format("{}.{}", text, name->head.text), *name->metric);
    if (type.is(Kind::ExperimentPart)) {
      sink_.report(diagnostics::WrongType, column.span, excerpt(column), describe(type), "a result")
          .hint(fmt::format("name a metric of it, such as `{}.accuracy`", name->head.text));
      return;
    }
    if (numbers_only && !type.unknown() && !type.is_number()) {
      sink_.report(diagnostics::WrongType, column.span, excerpt(column), describe(type), "a number");
      return;
    }
  }
}

}  // namespace nnc::sema
