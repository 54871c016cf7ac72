// See recipes.hpp.
#include "compiler/lower/recipes.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/lower/metrics.hpp"
#include "compiler/lower/overrides.hpp"

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

const Value* Settings::find(std::string_view name) const {
  const auto found =
      std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.name == name; });
  return found == entries_.end() ? nullptr : &found->value;
}

void Settings::put(const std::string& name, Value value, const std::optional<Span>& place) {
  auto entry =
      std::find_if(entries_.begin(), entries_.end(), [&](const Entry& known) { return known.name == name; });
  if (entry == entries_.end()) entry = entries_.insert(entry, {name, {}, {}});
  entry->value = std::move(value);
  if (place) entry->place = place;
}

std::optional<Span> Settings::place(std::string_view name) const {
  for (const Entry& entry : entries_) {
    if (entry.name == name) return entry.place;
  }
  return std::nullopt;
}

bool Settings::has_errors() const {
  return std::any_of(entries_.begin(), entries_.end(),
                     [](const Entry& entry) { return entry.value.is_error(); });
}

namespace {

// With those of the recipes it is made from.
void collect(Evaluator& evaluator, const ast::Declaration& declaration, Settings& settings) {
  const auto& recipe = std::get<ast::RecipeDecl>(declaration.node);
  if (recipe.base) {
    const ast::Declaration* base = evaluator.program().find(recipe.base->text);
    if (base != nullptr && base != &declaration && std::holds_alternative<ast::RecipeDecl>(base->node)) {
      collect(evaluator, *base, settings);
    }
  }
  Frame top;
  for (const ast::Setting& setting : recipe.settings)
    settings.put(setting.key.text, evaluator.evaluate(*setting.value, top), setting.value->span);
}

}  // namespace

Settings RecipeBook::settings_of(Evaluator& evaluator, const ast::Declaration& recipe) {
  if (const auto known = settings_.find(&recipe); known != settings_.end()) return known->second;
  const std::size_t told_before = evaluator.sink().diagnostics().size();
  Settings settings;
  collect(evaluator, recipe, settings);
  const bool good = evaluator.sink().diagnostics().size() == told_before && !settings.has_errors();
  if (good) settings_.emplace(&recipe, settings);
  return settings;
}

InstancePtr RecipeBook::instance_of(Evaluator& evaluator, const Value& value, ast::FunctionKind kind,
                                    const Span& place, Frame& frame) {
  const auto* ref = value.get<DeclarationRef>();
  if (ref == nullptr) return evaluator.to_instance(value, kind, place, frame);
  const auto key = std::pair(ref->declaration, place);
  if (const auto known = instances_.find(key); known != instances_.end()) return known->second;
  const std::size_t told_before = evaluator.sink().diagnostics().size();
  InstancePtr made = evaluator.to_instance(value, kind, place, frame);
  if (made != nullptr && evaluator.sink().diagnostics().size() == told_before) instances_.emplace(key, made);
  return made;
}

SharedList<MetricPlan> RecipeBook::metrics_of(Evaluator& evaluator, const List& metrics, const Span& place,
                                              Frame& frame) {
  if (metrics == metrics_ && place == metrics_place_) return metric_plans_;
  const std::size_t told_before = evaluator.sink().diagnostics().size();
  std::vector<MetricPlan> plans;
  for (const Value& metric : *metrics) add_metric(evaluator, metric, place, frame, plans);
  if (evaluator.sink().diagnostics().size() > told_before) return plans;
  metrics_ = metrics;
  metrics_place_ = place;
  return metric_plans_ = std::move(plans);
}

namespace {

// The settings of one trial, with the places where they are written.
class Recipe {
 public:
  Recipe(Evaluator& evaluator, RecipeBook& book, RateLists& rates, const ast::Train& train, Frame& frame)
      : evaluator_(evaluator), book_(book), rates_(rates), train_(train), frame_(frame) {}

  bool resolve(const StudyOptions& options);
  bool apply(TrialPlan& trial, TrialSetup& setup);

 private:
  bool read_numbers(TrialPlan& trial);
  bool read_instances(TrialSetup& setup);
  bool read_schedule(TrialPlan& trial, TrialSetup& setup);
  bool read_metrics(TrialPlan& trial);
  template <class T>
  bool read_number(const std::string& name, std::int64_t least, T& target);
  [[nodiscard]] Span place(std::string_view name) const {
    return settings_.place(name).value_or(train_.recipe->span);
  }

  Evaluator& evaluator_;
  RecipeBook& book_;
  RateLists& rates_;
  const ast::Train& train_;
  Frame& frame_;
  Settings settings_;
};

bool Recipe::resolve(const StudyOptions& options) {
  const Value recipe = evaluator_.evaluate(*train_.recipe, frame_);
  if (recipe.is_error()) return false;
  const auto* ref = recipe.get<DeclarationRef>();
  if (ref == nullptr || !std::holds_alternative<ast::RecipeDecl>(ref->declaration->node)) {
    evaluator_.wrong_type(train_.recipe->span, evaluator_.text_of(*train_.recipe), recipe, "a recipe");
    return false;
  }
  settings_ = book_.settings_of(evaluator_, *ref->declaration);
  for (const ast::Setting& setting : train_.overrides)
    settings_.put(setting.key.text, evaluator_.evaluate(*setting.value, frame_), setting.value->span);
  for (const auto& [name, value] : options.set)
    settings_.put(name, read_setting(evaluator_.program(), name, value), Span{});
  if (options.smoke) settings_.put("epochs", Value{std::int64_t{1}, {}}, std::nullopt);
  for (const char* needed : {"loss", "optimizer"}) {
    if (settings_.find(needed) != nullptr) continue;
    evaluator_.sink().report(diagnostics::MissingSetting, train_.recipe->span, "recipe",
                             ast::declared_name(*ref->declaration)->text, needed);
    return false;
  }
  return !settings_.has_errors();
}

template <class T>
bool Recipe::read_number(const std::string& name, std::int64_t least, T& target) {
  const Value* found = settings_.find(name);
  if (found == nullptr) return true;
  const auto whole = whole_number(evaluator_, *found, name, least, place(name));
  if (whole) target = static_cast<T>(*whole);
  return whole.has_value();
}

bool Recipe::read_numbers(TrialPlan& trial) {
  bool complete = read_number("batch", 1, trial.batch);
  complete = read_number("epochs", 1, trial.epochs) && complete;
  complete = read_number("seed", 0, trial.seed) && complete;
  const Value* shuffle = settings_.find("shuffle");
  if (shuffle == nullptr) return complete;
  const bool* flag = shuffle->get<bool>();
  if (flag == nullptr) {
    evaluator_.wrong_type(place("shuffle"), "shuffle", *shuffle, "a bool");
    return false;
  }
  trial.shuffle = *flag;
  return complete;
}

bool Recipe::read_instances(TrialSetup& setup) {
  setup.loss =
      book_.instance_of(evaluator_, *settings_.find("loss"), ast::FunctionKind::Loss, place("loss"), frame_);
  setup.optimizer = book_.instance_of(evaluator_, *settings_.find("optimizer"), ast::FunctionKind::Optimizer,
                                      place("optimizer"), frame_);
  return setup.loss != nullptr && setup.optimizer != nullptr;
}

bool Recipe::read_schedule(TrialPlan& trial, TrialSetup& setup) {
  const Value* found = settings_.find("schedule");
  if (found == nullptr || found->get<NoneValue>() != nullptr) return true;
  const InstancePtr schedule =
      evaluator_.to_instance(*found, ast::FunctionKind::Schedule, place("schedule"), frame_);
  if (schedule == nullptr) return false;
  trial.schedule = print_value(Value{schedule, {}});
  const auto rates = rates_.find(schedule, trial.epochs, place("epochs"));
  if (!rates) return false;
  trial.rates = *rates;
  if (trial.rates != nullptr) setup.schedule = schedule;
  return true;
}

bool Recipe::read_metrics(TrialPlan& trial) {
  const Value* metrics = settings_.find("metrics");
  if (metrics == nullptr) {
    static const SharedList<MetricPlan> usual = {{"accuracy", "accuracy", "", Direction::Higher}};
    trial.metrics = usual;
    return true;
  }
  const auto* list = metrics->get<List>();
  if (list == nullptr) {
    evaluator_.wrong_type(place("metrics"), "metrics", *metrics, "a list of metrics");
    return false;
  }
  trial.metrics = book_.metrics_of(evaluator_, *list, place("metrics"), frame_);
  return true;
}

bool Recipe::apply(TrialPlan& trial, TrialSetup& setup) {
  const bool numbers = read_numbers(trial);
  setup.metrics_span = place("metrics");
  return read_instances(setup) && read_metrics(trial) && numbers && read_schedule(trial, setup);
}

}  // namespace

bool apply_recipe(Evaluator& evaluator, RecipeBook& book, RateLists& rates, const ast::Train& train,
                  const StudyOptions& options, Frame& frame, TrialPlan& trial, TrialSetup& setup) {
  Recipe recipe(evaluator, book, rates, train, frame);
  return recipe.resolve(options) && recipe.apply(trial, setup);
}

}  // namespace nnc
