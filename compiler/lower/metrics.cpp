// Metric declarations -> what the runtime computes. In: declarations, the names and variants of the native
// computations. Out: MetricPlan, or a report of what does not exist.
#include "compiler/lower/metrics.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/metric_names.hpp"

namespace nnc {
namespace {

const ast::Setting* find_setting(const ast::MetricDecl& metric, std::string_view key) {
  const auto found = std::find_if(metric.settings.begin(), metric.settings.end(),
                                  [&](const ast::Setting& setting) { return setting.key.text == key; });
  return found == metric.settings.end() ? nullptr : &*found;
}

// The word that a setting is; "" if it is not given.
std::string word_of(const ast::MetricDecl& metric, std::string_view key) {
  const ast::Setting* setting = find_setting(metric, key);
  const auto* word = setting == nullptr ? nullptr : std::get_if<ast::NameRef>(&setting->value->node);
  return word == nullptr ? "" : word->name;
}

// The computation that it names; "" if that is no string.
std::string native_name(Evaluator& evaluator, const ast::MetricDecl& metric) {
  const ast::Setting* setting = find_setting(metric, "computed");
  if (setting == nullptr) return {};
  Frame top;
  const Value value = evaluator.evaluate(*setting->value, top);
  return value.get<std::string>() == nullptr ? std::string() : *value.get<std::string>();
}

// Every word that its variant may be must be one of the computation's.
void check_variants(Evaluator& evaluator, const ast::MetricDecl& metric, const NativeMetric& native) {
  const std::string name = word_of(metric, "variant");
  const auto parameter =
      std::find_if(metric.parameters.begin(), metric.parameters.end(),
                   [&](const ast::Parameter& known) { return !name.empty() && known.name.text == name; });
  if (parameter == metric.parameters.end() || !parameter->type) return;
  const auto* choice = std::get_if<ast::ChoiceType>(&parameter->type->node);
  if (choice == nullptr) return;
  for (const ast::Name& word : choice->choices) {
    const auto& variants = native.variants;
    if (std::find(variants.begin(), variants.end(), word.text) != variants.end()) continue;
    evaluator.sink()
        .report(diagnostics::MetricMismatch, word.span, metric.name.text,
                fmt::format("`{}` is not computed as `{}`", native.name, word.text))
        .hint(variants.empty() ? fmt::format("`{}` has no variants", native.name)
                               : fmt::format("its variants are {}", fmt::join(variants, ", ")));
  }
}

void check_metric(Evaluator& evaluator, const ast::MetricDecl& metric,
                  const std::vector<NativeMetric>& natives) {
  const ast::Setting* setting = find_setting(metric, "computed");
  if (setting == nullptr) return;
  const std::string name = native_name(evaluator, metric);
  const auto native = std::find_if(natives.begin(), natives.end(),
                                   [&](const NativeMetric& known) { return known.name == name; });
  if (native != natives.end()) return check_variants(evaluator, metric, *native);
  std::vector<std::string> names;
  for (const NativeMetric& known : natives) names.push_back(known.name);
  const std::string hint = did_you_mean_hint(name, names);
  evaluator.sink()
      .report(diagnostics::MetricMismatch, setting->value->span, metric.name.text,
              fmt::format("nothing computes `{}`", name))
      .hint(hint.empty() ? fmt::format("what can be computed: {}", fmt::join(names, ", ")) : hint);
}

}  // namespace

void check_declared_metrics(Evaluator& evaluator, const std::vector<NativeMetric>& natives) {
  for (const auto& module : evaluator.program().modules) {
    if (module->is_library) continue;
    for (const ast::Declaration& declaration : module->module.declarations) {
      if (const auto* metric = std::get_if<ast::MetricDecl>(&declaration.node)) {
        check_metric(evaluator, *metric, natives);
      }
    }
  }
}

void add_metric(Evaluator& evaluator, const Value& value, const Span& place, Frame& frame,
                std::vector<MetricPlan>& metrics) {
  Value made = value;
  if (const auto* ref = value.get<DeclarationRef>(); ref != nullptr) {
    made = evaluator.construct(*ref->declaration, nullptr, place, frame);
  }
  const auto* instance = made.get<InstancePtr>();
  const auto* metric =
      instance == nullptr ? nullptr : std::get_if<ast::MetricDecl>(&(*instance)->declaration->node);
  if (metric == nullptr) {
    evaluator.wrong_type(place, print_value(value), value, "a metric");
    return;
  }
  MetricPlan plan;
  plan.better = word_of(*metric, "better") == "lower" ? Direction::Lower : Direction::Higher;
  plan.native = native_name(evaluator, *metric);
  plan.needs_probabilities = word_of(*metric, "of") == "probabilities";
  const std::string variant = word_of(*metric, "variant");
  for (const auto& [name, argument] : (*instance)->arguments) {
    if (name == variant && argument.get<Word>() != nullptr) plan.variant = argument.get<Word>()->text;
  }
  const auto taken = [&](const std::string& name) {
    return std::any_of(metrics.begin(), metrics.end(),
                       [&](const MetricPlan& known) { return known.name == name; });
  };
  plan.name = sema::metric_result_name(metric->name.text, plan.variant, taken(metric->name.text));
  metrics.push_back(std::move(plan));
}

}  // namespace nnc
