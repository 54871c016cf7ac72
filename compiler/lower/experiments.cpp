// See experiments.hpp.
#include "compiler/lower/experiments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "compiler/lower/metrics.hpp"
#include "compiler/plan/scale_name.hpp"
#include "compiler/sema/type.hpp"

namespace nnc {

using ast::Overloaded;

namespace {

constexpr std::size_t kMostTrials = 100'000;

// FNV-1a: names a trial within its study.
std::string trial_id(const TrialPlan& trial) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  const auto mix = [&](const std::string& text) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    hash = (hash ^ 0xff) * 0x100000001b3ULL;
  };
  mix(trial.experiment);
  for (const auto& [name, value] : trial.params) {
    mix(name);
    mix(parameter_text(value));
  }
  mix(fmt::format("{}", trial.seed));
  return fmt::format("{:016x}", hash);
}

}  // namespace

ParameterValue to_parameter(const Value& value) {
  if (const auto* integer = value.get<std::int64_t>()) return *integer;
  if (const auto* real = value.get<double>()) return *real;
  if (const auto* flag = value.get<bool>()) return *flag;
  if (const auto* text = value.get<std::string>()) return *text;
  return print_value(value);
}

ExperimentExpander::Statements ExperimentExpander::collect(const ast::ExperimentDecl& experiment) {
  Statements statements;
  if (experiment.base) {
    const ast::Declaration* base = evaluator_.program().find(experiment.base->text);
    const auto* parent = base == nullptr ? nullptr : std::get_if<ast::ExperimentDecl>(&base->node);
    if (parent != nullptr && parent != &experiment) statements = collect(*parent);
  }
  const auto not_yet = [&](const Span& span, const char* what) {
    evaluator_.sink().report(diagnostics::NotYet, span, what);
  };
  for (const ast::ExperimentStatement& statement : experiment.statements) {
    std::visit(Overloaded{[&](const ast::Sweep& sweep) {
                            // An axis of the same name takes the place of the inherited one.
                            const auto same = std::find_if(statements.sweeps.begin(), statements.sweeps.end(),
                                                           [&](const ast::Sweep* known) {
                                                             return known->axes.front().name.text ==
                                                                    sweep.axes.front().name.text;
                                                           });
                            if (same != statements.sweeps.end()) {
                              *same = &sweep;
                            } else {
                              statements.sweeps.push_back(&sweep);
                            }
                          },
                          [&](const ast::Where& where) { statements.conditions.push_back(&where); },
                          [&](const ast::Train& train) {
                            statements.train = &train;
                            statements.train_span = statement.span;
                          },
                          [&](const ast::RepeatSeeds& seeds) { statements.seeds = &seeds; },
                          [&](const ast::SelectBest&) { not_yet(statement.span, "`select best`"); },
                          [&](const ast::Validate&) { not_yet(statement.span, "`validate`"); }},
               statement.node);
  }
  return statements;
}

void ExperimentExpander::expand_axes(const Statements& statements, std::size_t sweep, Point& point,
                                     std::vector<Point>& points) {
  if (points.size() > kMostTrials) return;
  if (sweep == statements.sweeps.size()) {
    if (accepted(statements, point)) points.push_back(point);
    return;
  }
  // Later axes may depend on earlier ones, so the values are evaluated anew for each point so far.
  std::vector<List> columns;
  std::size_t length = 0;
  for (const ast::SweepAxis& axis : statements.sweeps[sweep]->axes) {
    Frame frame;
    frame.locals = point.axes;
    const Value values = evaluator_.evaluate(*axis.values, frame);
    if (values.is_error()) return;
    const auto* list = values.get<List>();
    if (list == nullptr) {
      evaluator_.wrong_type(axis.values->span, evaluator_.text_of(*axis.values), values, "a list");
      return;
    }
    if (!columns.empty() && (*list)->size() != length) {
      evaluator_.sink().report(diagnostics::OutOfRange, axis.values->span,
                               fmt::format("axes swept together need equally many values: {} here, {} before",
                                           (*list)->size(), length));
      return;
    }
    length = (*list)->size();
    columns.push_back(*list);
  }
  for (std::size_t i = 0; i < length; ++i) {
    const std::size_t outer = point.axes.size();
    for (std::size_t axis = 0; axis < columns.size(); ++axis) {
      Value value = (*columns[axis])[i];
      point.axes.emplace_back(statements.sweeps[sweep]->axes[axis].name.text, std::move(value));
    }
    expand_axes(statements, sweep + 1, point, points);
    point.axes.resize(outer);
  }
}

bool ExperimentExpander::accepted(const Statements& statements, const Point& point) {
  for (const ast::Where* where : statements.conditions) {
    Frame frame;
    frame.locals = point.axes;
    const Value value = evaluator_.evaluate(*where->condition, frame);
    if (value.is_error()) return false;
    const bool* holds = value.get<bool>();
    if (holds == nullptr) {
      evaluator_.wrong_type(where->condition->span, evaluator_.text_of(*where->condition), value, "a bool");
      return false;
    }
    if (!*holds) return false;
  }
  return true;
}

std::optional<std::int64_t> ExperimentExpander::whole_number(const Value& value, const std::string& name,
                                                             std::int64_t least, const Span& place) {
  const auto* number = value.get<std::int64_t>();
  if (number == nullptr) {
    evaluator_.wrong_type(place, name, value, "an int");
    return std::nullopt;
  }
  constexpr std::int64_t kMost = 1'000'000'000;
  if (*number >= least && *number <= kMost) return *number;
  evaluator_.sink().report(diagnostics::OutOfRange, evaluator_.user_place(place),
                           fmt::format("`{}` is {}, but {} to {} are possible", name, *number, least, kMost));
  return std::nullopt;
}

void ExperimentExpander::expand(const ast::Declaration& declaration) {
  const auto& experiment = std::get<ast::ExperimentDecl>(declaration.node);
  const int errors_before = evaluator_.sink().error_count();
  const Statements statements = collect(experiment);
  if (statements.train == nullptr) {
    evaluator_.sink()
        .report(diagnostics::NothingToTrain, experiment.name.span,
                fmt::format("experiment `{}` trains nothing", experiment.name.text))
        .hint("add a line such as `train ann() on fashion with standard`");
    return;
  }
  std::int64_t seeds = 1;
  if (statements.seeds != nullptr) {
    Frame frame;
    const Value count = evaluator_.evaluate(*statements.seeds->count, frame);
    if (count.is_error()) return;
    const auto number = whole_number(count, "seeds", 1, statements.seeds->count->span);
    if (!number) return;
    seeds = *number;
  }
  std::vector<Point> points;
  Point empty;
  expand_axes(statements, 0, empty, points);
  if (points.size() * static_cast<std::size_t>(std::min<std::int64_t>(seeds, kMostTrials + 1)) >
      kMostTrials) {
    evaluator_.sink().report(
        diagnostics::TooMuchWork, experiment.name.span,
        fmt::format("experiment `{}` has more than {} trials", experiment.name.text, kMostTrials));
    return;
  }
  if (points.empty() && evaluator_.sink().error_count() == errors_before) {
    evaluator_.sink()
        .report(diagnostics::NothingToTrain, experiment.name.span,
                fmt::format("experiment `{}` has no points", experiment.name.text))
        .hint("a sweep has no values, or `where` accepts none of them");
    return;
  }
  for (const Point& point : points) {
    for (std::int64_t seed = 0; seed < seeds; ++seed) {
      add_trial(declaration, statements, point, static_cast<std::uint64_t>(seed));
    }
  }
}

void ExperimentExpander::collect_recipe(const ast::Declaration& declaration,
                                        std::map<std::string, Value>& settings,
                                        std::map<std::string, Span>& places) {
  const auto& recipe = std::get<ast::RecipeDecl>(declaration.node);
  if (recipe.base) {
    const ast::Declaration* base = evaluator_.program().find(recipe.base->text);
    if (base != nullptr && base != &declaration && std::holds_alternative<ast::RecipeDecl>(base->node)) {
      collect_recipe(*base, settings, places);
    }
  }
  Frame top;
  for (const ast::Setting& setting : recipe.settings) {
    settings[setting.key.text] = evaluator_.evaluate(*setting.value, top);
    places[setting.key.text] = setting.value->span;
  }
}

bool ExperimentExpander::resolve_recipe(const ast::Train& train, Frame& frame,
                                        std::map<std::string, Value>& settings,
                                        std::map<std::string, Span>& places) {
  const Value recipe = evaluator_.evaluate(*train.recipe, frame);
  if (recipe.is_error()) return false;
  const auto* ref = recipe.get<DeclarationRef>();
  if (ref == nullptr || !std::holds_alternative<ast::RecipeDecl>(ref->declaration->node)) {
    evaluator_.wrong_type(train.recipe->span, evaluator_.text_of(*train.recipe), recipe, "a recipe");
    return false;
  }
  collect_recipe(*ref->declaration, settings, places);
  for (const ast::Setting& setting : train.overrides) {
    settings[setting.key.text] = evaluator_.evaluate(*setting.value, frame);
    places[setting.key.text] = setting.value->span;
  }
  for (const auto& [name, value] : options_.set) settings[name] = read_override(evaluator_.program(), value);
  for (const char* needed : {"loss", "optimizer"}) {
    if (settings.contains(needed)) continue;
    evaluator_.sink().report(diagnostics::MissingSetting, train.recipe->span, "recipe",
                             ast::declared_name(*ref->declaration)->text, needed);
    return false;
  }
  return std::none_of(settings.begin(), settings.end(),
                      [](const auto& entry) { return entry.second.is_error(); });
}

bool ExperimentExpander::apply_settings(const std::map<std::string, Value>& settings,
                                        const std::map<std::string, Span>& places, const ast::Train& train,
                                        Frame& frame, TrialPlan& trial, TrialSetup& setup) {
  const auto place = [&](const std::string& name) {
    const auto found = places.find(name);
    return found == places.end() ? train.recipe->span : found->second;
  };
  bool complete = true;
  const auto number = [&](const std::string& name, std::int64_t least, auto& target) {
    const auto found = settings.find(name);
    if (found == settings.end()) return;
    const auto whole = whole_number(found->second, name, least, place(name));
    if (whole) {
      target = static_cast<std::remove_reference_t<decltype(target)>>(*whole);
    } else {
      complete = false;
    }
  };
  number("batch", 1, trial.batch);
  number("epochs", 1, trial.epochs);
  std::uint64_t first_seed = 0;
  number("seed", 0, first_seed);
  trial.seed += first_seed;
  if (const auto found = settings.find("shuffle"); found != settings.end()) {
    if (const bool* flag = found->second.get<bool>()) {
      trial.shuffle = *flag;
    } else {
      evaluator_.wrong_type(place("shuffle"), "shuffle", found->second, "a bool");
      complete = false;
    }
  }
  setup.loss = evaluator_.to_instance(settings.at("loss"), ast::FunctionKind::Loss, place("loss"), frame);
  setup.optimizer = evaluator_.to_instance(settings.at("optimizer"), ast::FunctionKind::Optimizer,
                                           place("optimizer"), frame);
  if (setup.loss == nullptr || setup.optimizer == nullptr) return false;
  trial.loss = print_value(Value{setup.loss, {}});
  trial.optimizer = print_value(Value{setup.optimizer, {}});
  if (const auto found = settings.find("metrics"); found != settings.end()) {
    const auto* list = found->second.get<List>();
    if (list == nullptr) {
      evaluator_.wrong_type(place("metrics"), "metrics", found->second, "a list of metrics");
      return false;
    }
    for (const Value& metric : **list) add_metric(evaluator_, metric, place("metrics"), frame, trial);
  } else {
    trial.metrics.push_back({"accuracy", "accuracy", "", Direction::Higher});
  }
  setup.metrics_span = place("metrics");
  return complete;
}

void ExperimentExpander::add_trial(const ast::Declaration& declaration, const Statements& statements,
                                   const Point& point, std::uint64_t seed) {
  const int errors_before = evaluator_.sink().error_count();
  const ast::Train& train = *statements.train;
  Frame frame;
  frame.locals = point.axes;
  TrialPlan trial;
  TrialSetup setup;
  setup.train_span = statements.train_span;
  trial.experiment = ast::declared_name(declaration)->text;
  trial.seed = seed;
  for (const auto& [name, value] : point.axes) trial.params.emplace_back(name, to_parameter(value));

  const Value model = evaluator_.evaluate(*train.model, frame);
  setup.model = evaluator_.to_instance(model, ast::FunctionKind::Model, train.model->span, frame);
  const Value data = evaluator_.evaluate(*train.data, frame);
  const auto* ref = data.get<DeclarationRef>();
  std::optional<std::size_t> index;
  if (ref != nullptr && std::holds_alternative<ast::DataDecl>(ref->declaration->node)) {
    index = data_index(*ref->declaration, train.data->span);
    setup.data_span = std::get<ast::DataDecl>(ref->declaration->node).name.span;
  } else {
    evaluator_.wrong_type(train.data->span, evaluator_.text_of(*train.data), data, "data");
  }
  std::map<std::string, Value> settings;
  std::map<std::string, Span> places;
  if (!resolve_recipe(train, frame, settings, places)) return;
  if (!apply_settings(settings, places, train, frame, trial, setup)) return;
  if (setup.model == nullptr || !index || evaluator_.sink().error_count() > errors_before) return;
  setup.data = *index;
  trial.data = *index;
  trial.model = ast::declared_name(*setup.model->declaration)->text;
  trial.id = trial_id(trial);
  study_.plan.trials.push_back(std::move(trial));
  study_.setups.push_back(std::move(setup));
}

bool ExperimentExpander::read_data_settings(const ast::DataDecl& data, DataPlan& plan) {
  Frame top;
  for (const ast::Setting& setting : data.settings) {
    if (setting.key.text == "scale") {
      const auto* word = std::get_if<ast::NameRef>(&setting.value->node);
      const bool none = std::holds_alternative<ast::NoneLiteral>(setting.value->node);
      const auto scale = find_scale(none ? "none" : (word == nullptr ? "" : word->name));
      if (!scale) {
        const std::string text = evaluator_.text_of(*setting.value);
        evaluator_.sink()
            .report(diagnostics::UnknownChoice, setting.value->span, text,
                    sema::describe_choices(scale_names()))
            .hint(did_you_mean_hint(text, scale_names()));
        return false;
      }
      plan.scale = *scale;
    } else if (setting.key.text == "classes") {
      const Value value = evaluator_.evaluate(*setting.value, top);
      const auto* list = value.get<List>();
      if (list == nullptr) {
        evaluator_.wrong_type(setting.value->span, "classes", value, "a list of strings");
        return false;
      }
      for (const Value& item : **list) {
        if (item.get<std::string>() == nullptr) {
          evaluator_.wrong_type(item.origin, print_value(item), item, "a string");
          return false;
        }
        plan.classes.push_back(*item.get<std::string>());
      }
    }
  }
  return true;
}

std::optional<std::size_t> ExperimentExpander::data_index(const ast::Declaration& declaration,
                                                          const Span& used_at) {
  if (const auto known = data_.find(&declaration); known != data_.end()) return known->second;
  auto& entry = data_[&declaration];
  const auto& data = std::get<ast::DataDecl>(declaration.node);
  DataPlan plan;
  plan.name = data.name.text;
  const auto* call = std::get_if<ast::Call>(&data.source->node);
  const auto* source = call == nullptr ? nullptr : std::get_if<ast::NameRef>(&call->callee->node);
  if (source == nullptr || source->name != "idx" || call->arguments.size() != 1) {
    evaluator_.sink().report(diagnostics::WrongType, data.source->span, evaluator_.text_of(*data.source),
                             "no data source", "`idx(\"folder\")`");
    return std::nullopt;
  }
  Frame top;
  const ast::Expr& written = *call->arguments.front().value;
  const Value folder = evaluator_.evaluate(written, top);
  if (folder.get<std::string>() == nullptr) {
    evaluator_.wrong_type(written.span, evaluator_.text_of(written), folder, "a string");
    return std::nullopt;
  }
  plan.folder = *folder.get<std::string>();
  plan.directory = (std::filesystem::path(options_.folder) / plan.folder).lexically_normal().string();
  if (!read_data_settings(data, plan) || !options_.inspect_data) return std::nullopt;
  const InspectedData inspected = options_.inspect_data(plan.directory);
  if (const auto* problem = std::get_if<DataProblem>(&inspected)) {
    const Failure& failure = problem->failure;
    const bool missing = problem->kind == DataProblem::Kind::Missing;
    auto builder = missing ? evaluator_.sink().report(diagnostics::DataNotFound, written.span, plan.folder)
                           : evaluator_.sink().report(diagnostics::DataDamaged, written.span, plan.folder,
                                                      failure.message);
    if (missing) builder.note(failure.message);
    builder.label(used_at, "used here").hint(failure.hint);
    return std::nullopt;
  }
  const auto& facts = std::get<DataFacts>(inspected);
  plan.sample_shape = facts.sample_shape;
  plan.train_count = facts.train_count;
  plan.test_count = facts.test_count;
  plan.class_count = facts.class_count;
  if (!plan.classes.empty()) {
    if (static_cast<int>(plan.classes.size()) < plan.class_count) {
      evaluator_.sink().report(diagnostics::DataDamaged, data.name.span, plan.folder,
                               fmt::format("labels go up to {}, but {} classes are declared",
                                           plan.class_count - 1, plan.classes.size()));
      return std::nullopt;
    }
    plan.class_count = static_cast<int>(plan.classes.size());
  }
  entry = study_.plan.data.size();
  study_.plan.data.push_back(std::move(plan));
  return entry;
}

}  // namespace nnc
