// Records of settings: data sets, metrics, recipes and what a `train` overrides.
#include <algorithm>

#include "compiler/plan/scale_name.hpp"
#include "compiler/sema/settings.hpp"

namespace nnc::sema {
namespace {

struct ForeignSetting {
  std::string_view key;
  std::string_view hint;
};

constexpr std::string_view kRate = "it belongs to the optimizer: `optimizer: adam(lr: 0.001)`";
constexpr std::string_view kSchedule = "write `schedule`, as in `schedule: step_decay(at: [10, 20])`";
constexpr std::string_view kStop = "write `stop by valid.loss after 5 epochs` in the experiment";

// What other libraries call things that are written differently here.
constexpr ForeignSetting kForeignSettings[] = {
    {"batch_size", "write `batch`"},
    {"learning_rate", kRate},
    {"lr", kRate},
    {"lr_schedule", kSchedule},
    {"learning_rate_schedule", kSchedule},
    {"lr_scheduler", kSchedule},
    {"scheduler", kSchedule},
    {"validation_split", "write `validate over holdout(0.2)` in the experiment"},
    {"validation_data", "write `validate over holdout(0.2)` in the experiment"},
    {"early_stopping", kStop},
    {"callbacks", kStop},
    {"patience", kStop},
    {"num_epochs", "write `epochs`"},
    {"n_epochs", "write `epochs`"},
    {"max_iter", "write `epochs`"},
    {"random_state", "write `seed`"},
    {"random_seed", "write `seed`"},
};

}  // namespace

std::string_view foreign_setting_hint(std::string_view key) {
  for (const ForeignSetting& setting : kForeignSettings) {
    if (setting.key == key) return setting.hint;
  }
  return {};
}

void Checker::report_unknown_setting(const ast::Name& key, const std::vector<SettingRule>& rules,
                                     std::string_view owner) {
  if (key.text.empty()) return;
  auto report = sink_.report(diagnostics::UnknownSetting, key.span, std::string(owner), key.text);
  const std::string_view foreign = owner == "recipe" ? foreign_setting_hint(key.text) : std::string_view{};
  if (!foreign.empty()) {
    report.hint(std::string(foreign));
    return;
  }
  std::vector<std::string> keys;
  for (const SettingRule& known : rules) keys.emplace_back(known.key);
  const Guess similar = suggestion(key.text, keys);
  if (similar.names.empty()) {
    report.note("the settings are " + describe_choices(keys, "and"));
  } else {
    report.hint(similar);
  }
}

void Checker::check_settings(const std::vector<ast::Setting>& settings, const std::vector<SettingRule>& rules,
                             std::string_view owner, Scope& scope) {
  std::map<std::string_view, const ast::Setting*> seen;
  for (const ast::Setting& setting : settings) {
    if (scope.place == Place::Data && report_leaking_setting(setting)) continue;
    const auto rule = std::find_if(rules.begin(), rules.end(),
                                   [&](const SettingRule& known) { return known.key == setting.key.text; });
    if (rule == rules.end()) {
      report_unknown_setting(setting.key, rules, owner);
      check_loose_value(setting.value, scope);
      continue;
    }
    record_word(setting.key.span, SymbolKind::Setting, rule->type, scope.owner);
    const auto [first, fresh] = seen.emplace(rule->key, &setting);
    if (!fresh) {
      sink_.report(diagnostics::DuplicateSetting, setting.key.span, setting.key.text)
          .label(first->second->key.span, "first set here");
    }
    SignatureParameter demand;
    demand.accepts_none = rule->accepts_none;
    check_value(setting.value, scope, rule->type, &demand);
  }
}

void Checker::verify_required(const std::vector<ast::Setting>& settings,
                              const std::vector<SettingRule>& rules, std::string_view owner,
                              const ast::Name& name) {
  for (const SettingRule& rule : rules) {
    const bool given = std::any_of(settings.begin(), settings.end(),
                                   [&](const ast::Setting& setting) { return setting.key.text == rule.key; });
    if (!rule.required || given) continue;
    sink_.report(diagnostics::MissingSetting, name.span, std::string(owner), name.text,
                 std::string(rule.key));
    return;
  }
}

const std::vector<SettingRule>& data_rules() {
  static const std::vector<SettingRule> rules = {
      {"classes", list_of(Kind::String)},
      {"scale", choice_of(scale_names())},
  };
  return rules;
}

std::vector<SettingRule> metric_rules(std::vector<std::string> parameters) {
  return {
      {"better", choice_of({"higher", "lower"}), true},
      {"computed", Kind::String, true},
      {"variant", choice_of(std::move(parameters))},
      {"of", choice_of({"classes", "probabilities"})},
  };
}

void Checker::check_data(const ast::Declaration& declaration, const ast::DataDecl& data) {
  Scope scope = scope_for(declaration, Place::Data);
  scope.purpose = Purpose::Source;
  check_value(data.source, scope, Kind::Data);
  check_settings(data.settings, data_rules(), "data set", scope);
}

void Checker::check_metric(const ast::Declaration& declaration, const ast::MetricDecl& metric) {
  Scope scope = scope_for(declaration, Place::Metric);
  check_parameters(metric.parameters, signature_of(declaration), scope, 0);
  std::vector<std::string> parameters;
  for (const ast::Parameter& parameter : metric.parameters) parameters.push_back(parameter.name.text);
  const std::vector<SettingRule> rules = metric_rules(std::move(parameters));
  check_settings(metric.settings, rules, "metric", scope);
  verify_required(metric.settings, rules, "metric", metric.name);
}

void Checker::check_base(const ast::Name& base, const Type& wanted, Scope& scope) {
  ast::Expr named;
  named.span = base.span;
  named.node = ast::NameRef{base.text};
  require(named, check_name(named, base.text, scope, wanted), wanted);
}

const std::vector<SettingRule>& recipe_rules() {
  static const std::vector<SettingRule> rules = {
      {"loss", Kind::Loss, true},
      {"optimizer", Kind::Optimizer, true},
      {"schedule", Kind::Schedule, false, true},
      {"batch", Kind::Int},
      {"epochs", Kind::Int},
      {"metrics", list_of(Kind::Metric)},
      {"shuffle", Kind::Bool},
      {"seed", Kind::Int},
  };
  return rules;
}

std::vector<std::string> recipe_keys() {
  std::vector<std::string> keys;
  for (const SettingRule& rule : recipe_rules()) keys.emplace_back(rule.key);
  return keys;
}

void Checker::check_recipe(const ast::Declaration& declaration, const ast::RecipeDecl& recipe) {
  Scope scope = scope_for(declaration, Place::Recipe);
  if (recipe.base) check_base(*recipe.base, Kind::Recipe, scope);
  check_settings(recipe.settings, recipe_rules(), "recipe", scope);
}

std::map<std::string, const ast::Setting*, std::less<>> Checker::settings_in_force(
    const ast::Declaration& recipe, bool& complete) const {
  std::map<std::string, const ast::Setting*, std::less<>> settings;
  std::set<const ast::Declaration*> seen;
  const ast::Declaration* current = &recipe;
  while (current != nullptr && seen.insert(current).second) {
    const auto* written = std::get_if<ast::RecipeDecl>(&current->node);
    if (written == nullptr || loaded_.is_broken(current->span)) break;
    // Emplace keeps what a nearer recipe has set.
    for (const ast::Setting& setting : written->settings) settings.emplace(setting.key.text, &setting);
    if (!written->base) return settings;
    current = program_.find_from(sources_, written->base->span.file, written->base->text);
  }
  complete = false;
  return settings;
}

}  // namespace nnc::sema
