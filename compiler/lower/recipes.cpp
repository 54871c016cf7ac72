// See recipes.hpp.
#include "compiler/lower/recipes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "compiler/lower/metrics.hpp"

namespace nnc {

std::optional<std::int64_t> whole_number(Evaluator& evaluator, const Value& value, const std::string& name,
                                         std::int64_t least, const Span& place) {
  const auto* number = value.get<std::int64_t>();
  if (number == nullptr) {
    evaluator.wrong_type(place, name, value, "an int");
    return std::nullopt;
  }
  constexpr std::int64_t kMost = 1'000'000'000;
  if (*number >= least && *number <= kMost) return *number;
  evaluator.sink().report(diagnostics::OutOfRange, evaluator.user_place(place),
                          fmt::format("`{}` is {}, but {} to {} are possible", name, *number, least, kMost));
  return std::nullopt;
}

Value read_override(const CheckedProgram& program, const std::string& text) {
  std::int64_t integer = 0;
  const char* end = text.data() + text.size();
  if (const auto read = std::from_chars(text.data(), end, integer);
      read.ec == std::errc{} && read.ptr == end) {
    return Value{integer, {}};
  }
  double real = 0;
  if (const auto read = std::from_chars(text.data(), end, real); read.ec == std::errc{} && read.ptr == end) {
    return Value{real, {}};
  }
  if (text == "none") return Value{NoneValue{}, {}};
  if (text == "true" || text == "false") return Value{text == "true", {}};
  if (const ast::Declaration* declaration = program.find(text)) return Value{DeclarationRef{declaration}, {}};
  return Value{text, {}};
}

namespace {

// The settings of one trial, with the places where they are written.
class Recipe {
 public:
  Recipe(Evaluator& evaluator, RateLists& rates, const ast::Train& train, Frame& frame)
      : evaluator_(evaluator), rates_(rates), train_(train), frame_(frame) {}

  bool resolve(const StudyOptions& options);
  bool apply(TrialPlan& trial, TrialSetup& setup);

 private:
  void collect(const ast::Declaration& declaration);
  bool read_numbers(TrialPlan& trial);
  bool read_instances(TrialPlan& trial, TrialSetup& setup);
  bool read_schedule(TrialPlan& trial, TrialSetup& setup);
  bool read_metrics(TrialPlan& trial);
  template <class T>
  bool read_number(const std::string& name, std::int64_t least, T& target);
  [[nodiscard]] Span place(const std::string& name) const {
    const auto found = places_.find(name);
    return found == places_.end() ? train_.recipe->span : found->second;
  }

  Evaluator& evaluator_;
  RateLists& rates_;
  const ast::Train& train_;
  Frame& frame_;
  std::map<std::string, Value> settings_;
  std::map<std::string, Span> places_;
};

void Recipe::collect(const ast::Declaration& declaration) {
  const auto& recipe = std::get<ast::RecipeDecl>(declaration.node);
  if (recipe.base) {
    const ast::Declaration* base = evaluator_.program().find(recipe.base->text);
    if (base != nullptr && base != &declaration && std::holds_alternative<ast::RecipeDecl>(base->node)) {
      collect(*base);
    }
  }
  Frame top;
  for (const ast::Setting& setting : recipe.settings) {
    settings_[setting.key.text] = evaluator_.evaluate(*setting.value, top);
    places_[setting.key.text] = setting.value->span;
  }
}

bool Recipe::resolve(const StudyOptions& options) {
  const Value recipe = evaluator_.evaluate(*train_.recipe, frame_);
  if (recipe.is_error()) return false;
  const auto* ref = recipe.get<DeclarationRef>();
  if (ref == nullptr || !std::holds_alternative<ast::RecipeDecl>(ref->declaration->node)) {
    evaluator_.wrong_type(train_.recipe->span, evaluator_.text_of(*train_.recipe), recipe, "a recipe");
    return false;
  }
  collect(*ref->declaration);
  for (const ast::Setting& setting : train_.overrides) {
    settings_[setting.key.text] = evaluator_.evaluate(*setting.value, frame_);
    places_[setting.key.text] = setting.value->span;
  }
  for (const auto& [name, value] : options.set) settings_[name] = read_override(evaluator_.program(), value);
  if (options.smoke) settings_["epochs"] = Value{std::int64_t{1}, {}};
  for (const char* needed : {"loss", "optimizer"}) {
    if (settings_.contains(needed)) continue;
    evaluator_.sink().report(diagnostics::MissingSetting, train_.recipe->span, "recipe",
                             ast::declared_name(*ref->declaration)->text, needed);
    return false;
  }
  return std::none_of(settings_.begin(), settings_.end(),
                      [](const auto& entry) { return entry.second.is_error(); });
}

template <class T>
bool Recipe::read_number(const std::string& name, std::int64_t least, T& target) {
  const auto found = settings_.find(name);
  if (found == settings_.end()) return true;
  const auto whole = whole_number(evaluator_, found->second, name, least, place(name));
  if (whole) target = static_cast<T>(*whole);
  return whole.has_value();
}

bool Recipe::read_numbers(TrialPlan& trial) {
  bool complete = read_number("batch", 1, trial.batch);
  complete = read_number("epochs", 1, trial.epochs) && complete;
  complete = read_number("seed", 0, trial.seed) && complete;
  const auto found = settings_.find("shuffle");
  if (found == settings_.end()) return complete;
  const bool* flag = found->second.get<bool>();
  if (flag == nullptr) {
    evaluator_.wrong_type(place("shuffle"), "shuffle", found->second, "a bool");
    return false;
  }
  trial.shuffle = *flag;
  return complete;
}

bool Recipe::read_instances(TrialPlan& trial, TrialSetup& setup) {
  setup.loss = evaluator_.to_instance(settings_.at("loss"), ast::FunctionKind::Loss, place("loss"), frame_);
  setup.optimizer = evaluator_.to_instance(settings_.at("optimizer"), ast::FunctionKind::Optimizer,
                                           place("optimizer"), frame_);
  if (setup.loss == nullptr || setup.optimizer == nullptr) return false;
  trial.loss = print_value(Value{setup.loss, {}});
  trial.optimizer = print_value(Value{setup.optimizer, {}});
  return true;
}

bool Recipe::read_schedule(TrialPlan& trial, TrialSetup& setup) {
  const auto found = settings_.find("schedule");
  if (found == settings_.end() || found->second.get<NoneValue>() != nullptr) return true;
  const InstancePtr schedule =
      evaluator_.to_instance(found->second, ast::FunctionKind::Schedule, place("schedule"), frame_);
  if (schedule == nullptr) return false;
  trial.schedule = print_value(Value{schedule, {}});
  const auto rates = rates_.find(schedule, trial.epochs, place("epochs"));
  if (!rates) return false;
  trial.rates = *rates;
  if (trial.rates != nullptr) setup.schedule = schedule;
  return true;
}

bool Recipe::read_metrics(TrialPlan& trial) {
  const auto found = settings_.find("metrics");
  if (found == settings_.end()) {
    trial.metrics.push_back({"accuracy", "accuracy", "", Direction::Higher});
    return true;
  }
  const auto* list = found->second.get<List>();
  if (list == nullptr) {
    evaluator_.wrong_type(place("metrics"), "metrics", found->second, "a list of metrics");
    return false;
  }
  for (const Value& metric : **list) add_metric(evaluator_, metric, place("metrics"), frame_, trial);
  return true;
}

bool Recipe::apply(TrialPlan& trial, TrialSetup& setup) {
  const bool numbers = read_numbers(trial);
  setup.metrics_span = place("metrics");
  return read_instances(trial, setup) && read_metrics(trial) && numbers && read_schedule(trial, setup);
}

}  // namespace

bool apply_recipe(Evaluator& evaluator, RateLists& rates, const ast::Train& train,
                  const StudyOptions& options, Frame& frame, TrialPlan& trial, TrialSetup& setup) {
  Recipe recipe(evaluator, rates, train, frame);
  return recipe.resolve(options) && recipe.apply(trial, setup);
}

}  // namespace nnc
