// See experiments.hpp. Here: which statements are in force, and the trials of all points with their seeds,
// folds and refits; what one point's trials have in common is in drafts.cpp.
#include "compiler/lower/experiments.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/base/number_text.hpp"
#include "compiler/lower/overrides.hpp"
#include "compiler/lower/recipes.hpp"

namespace nnc {

using ast::Overloaded;

namespace {

// FNV-1a: names a trial within its study. What the trials of a point have in common is hashed once.
class TrialIds {
 public:
  explicit TrialIds(const TrialPlan& trial) {
    mix(trial.experiment);
    for (const auto& [name, value] : trial.params) {
      mix(name);
      mix(parameter_text(value));
    }
  }

  [[nodiscard]] std::string of(const TrialPlan& trial) const {
    TrialIds own = *this;
    own.mix(fmt::format_int(trial.seed).str());
    if (trial.fold) own.mix(fmt::format("fold {}", *trial.fold));
    if (trial.refit) own.mix("refit");
    return fmt::format("{:016x}", own.hash_);
  }

 private:
  void mix(std::string_view text) {
    for (const char c : text) hash_ = (hash_ ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    hash_ = (hash_ ^ 0xff) * 0x100000001b3ULL;
  }

  std::uint64_t hash_ = 0xcbf29ce484222325ULL;
};

// How many trials judge a point with each seed.
std::int64_t fold_count(const TrialPlan& trial) {
  const bool folded = trial.validation && trial.validation->kind == ValidationPlan::Kind::KFold;
  return folded ? trial.validation->folds : 1;
}

// The trials that judge a point: one per seed and fold.
void add_judged_trials(const TrialPlan& trial, std::int64_t seeds, std::vector<TrialPlan>& trials) {
  const TrialIds ids(trial);
  const bool folded = trial.validation && trial.validation->kind == ValidationPlan::Kind::KFold;
  for (std::int64_t seed = 0; seed < seeds; ++seed) {
    for (std::int64_t fold = 0; fold < fold_count(trial); ++fold) {
      TrialPlan& added = trials.emplace_back(trial);
      added.seed += static_cast<std::uint64_t>(seed);
      if (folded) added.fold = static_cast<int>(fold);
      added.id = ids.of(added);
    }
  }
}

// The trials that learn from all training samples, once their point is selected: one per seed. Nothing is
// held out then that could stop them: with `stop by valid.` they train for as long as the folds of their
// point did. In: the first trial of the point.
void add_refits(TrialPlan trial, std::int64_t seeds, std::vector<TrialPlan>& trials) {
  trial.refit = true;
  trial.measures_test = true;
  trial.validation.reset();
  trial.fold.reset();
  const TrialIds ids(trial);
  for (std::int64_t seed = 0; seed < seeds; ++seed) {
    TrialPlan& added = trials.emplace_back(trial);
    added.seed += static_cast<std::uint64_t>(seed);
    added.id = ids.of(added);
  }
}

}  // namespace

const ast::Declaration* find_experiment(const CheckedProgram& program, std::string_view name) {
  const auto is_experiment = [](const ast::Declaration* declaration) {
    return declaration != nullptr && std::holds_alternative<ast::ExperimentDecl>(declaration->node);
  };
  const ast::Declaration* visible = program.find(name);
  if (is_experiment(visible)) return visible;
  for (const ast::Declaration& declaration : program.main_module().module.declarations) {
    if (is_experiment(&declaration) && ast::declared_name(declaration)->text == name) return &declaration;
  }
  return nullptr;
}

const ExpandedExperiment* ExperimentExpander::find(const std::string& experiment) const {
  const auto found = experiments_.find(experiment);
  return found == experiments_.end() ? nullptr : &found->second;
}

ExperimentPlan ExperimentExpander::collect(const ast::Declaration& declaration) {
  const auto& experiment = std::get<ast::ExperimentDecl>(declaration.node);
  ExperimentPlan plan;
  if (experiment.base) {
    const ast::Declaration* base = find_experiment(evaluator_.program(), experiment.base->text);
    if (base != nullptr && base != &declaration) plan = collect(*base);
  }
  plan.declaration = &declaration;
  plan.name = experiment.name.text;
  for (const ast::ExperimentStatement& statement : experiment.statements) {
    if (std::holds_alternative<ast::Train>(statement.node)) {
      std::erase_if(plan.statements, [](const ast::ExperimentStatement* earlier) {
        return std::holds_alternative<ast::Train>(earlier->node);
      });
    }
    plan.statements.push_back(&statement);
    std::visit(Overloaded{[&](const ast::Sweep& sweep) { plan.sweeps.add(sweep); },
                          [&](const ast::Sample& sample) { plan.sweeps.sample = &sample; },
                          [&](const ast::Where& where) { plan.sweeps.conditions.push_back(&where); },
                          [&](const ast::Train& train) {
                            plan.train = &train;
                            plan.train_span = statement.span;
                          },
                          [&](const ast::RepeatSeeds& seeds) { plan.seeds = &seeds; },
                          [&](const ast::SelectBest& selection) {
                            plan.selection = &selection;
                            if (selection.validation) plan.validation = selection.validation.get();
                          },
                          [&](const ast::Validate& validate) { plan.validation = validate.validation.get(); },
                          [&](const ast::StopEarly& stop) { plan.stop = &stop; }},
               statement.node);
  }
  return plan;
}

// An axis that only settings read which the command line replaces has lost its meaning.
void ExperimentExpander::warn_of_replaced_axes(const ExperimentPlan& experiment) {
  const sema::NameSet replaced = replaced_settings(options_.set);
  if (replaced.empty() || experiment.train == nullptr) return;
  const std::vector<const ast::Name*> in_file = sema::unread_axes(experiment.statements);
  for (const ast::Name* axis : sema::unread_axes(experiment.statements, replaced)) {
    if (std::find(in_file.begin(), in_file.end(), axis) != in_file.end()) continue;
    auto report = evaluator_.sink().report(diagnostics::UnreadAxis, axis->span, experiment.name, axis->text);
    for (const ast::Setting& setting : experiment.train->overrides) {
      const auto typed = std::find_if(options_.set.begin(), options_.set.end(),
                                      [&](const auto& known) { return known.first == setting.key.text; });
      if (typed == options_.set.end() || !sema::reads_name(*setting.value, axis->text)) continue;
      report.label(setting.span, "what `--set` replaces")
          .note(command_line_note(typed->first, typed->second))
          .hint(fmt::format("leave out `--set {}`, or change `{}` in the file", typed->first, axis->text));
    }
  }
}

std::optional<std::int64_t> ExperimentExpander::seed_count(const ExperimentPlan& experiment) {
  if (experiment.seeds == nullptr) return 1;
  Frame top;
  const ast::Expr& written = *experiment.seeds->count;
  const Value count = evaluator_.evaluate(written, top);
  if (count.is_error()) return std::nullopt;
  const auto seeds = whole_number(evaluator_, count, "seeds", 1, written.span);
  return seeds && options_.smoke ? 1 : seeds;
}

void ExperimentExpander::share(Draft& draft) {
  TrialSetup& setup = draft.setup;
  setup.model_structure = model_numbers_.number(model_structure(setup));
  setup.optimizer_structure = optimizer_numbers_.number(optimizer_structure(setup));
  auto& built = built_.try_emplace(setup.model_structure, Built{setup.model, setup.loss, {}}).first->second;
  if (built.loss_text.empty()) built.loss_text = print_value(Value{setup.loss, {}});
  auto& steps = steps_.try_emplace(setup.optimizer_structure, Steps{setup.optimizer, {}}).first->second;
  if (steps.text.empty()) steps.text = print_value(Value{setup.optimizer, {}});
  setup.model = built.model;
  setup.loss = built.loss;
  setup.optimizer = steps.optimizer;
  draft.trial.loss = built.loss_text;
  draft.trial.optimizer = steps.text;
}

bool ExperimentExpander::add_trials(const ExperimentPlan& experiment, const std::vector<Point>& points,
                                    std::int64_t seeds) {
  std::vector<TrialPlan>& trials = study_.plan.trials;
  const std::size_t begin = trials.size();
  const bool selects = experiment.selection != nullptr;
  std::vector<std::size_t> firsts;  // per point that has trials, its first one
  std::int64_t count = 0;
  const auto fits = [&] { return count <= static_cast<std::int64_t>(kMostTrials); };
  for (std::size_t i = 0; i < points.size(); ++i) {
    auto draft = draft_point(experiment, points[i]);
    mistakes_.add_at_point(evaluator_.sink().take(), experiment.name, i, !draft);
    if (evaluator_.out_of_work) {
      forget_trials(begin);
      return false;
    }
    if (!draft) continue;
    // Neither factor is larger than 10^9.
    const std::int64_t own = seeds * (fold_count(draft->trial) + (selects ? 1 : 0));
    if (fits()) count += own;
    if (!fits()) continue;  // the other points may have mistakes of their own
    if (firsts.empty()) reserve_trials(begin, static_cast<std::size_t>(own), points.size());
    draft->setup.point = i;
    share(*draft);
    firsts.push_back(trials.size());
    add_judged_trials(draft->trial, seeds, trials);
    study_.setups.resize(trials.size(), draft->setup);
  }
  if (!fits()) {
    const ast::Name& name = *ast::declared_name(*experiment.declaration);
    evaluator_.sink().report(
        diagnostics::TooMuchWork, name.span,
        fmt::format("experiment `{}` has more than {} trials", name.text, with_separators(kMostTrials)));
    forget_trials(begin);
    return false;
  }
  for (std::size_t i = 0; selects && i < firsts.size(); ++i) {
    add_refits(trials[firsts[i]], seeds, trials);
    study_.setups.resize(trials.size(), study_.setups[firsts[i]]);
  }
  return add_selection(experiment, begin) && firsts.size() == points.size();
}

void ExperimentExpander::reserve_trials(std::size_t begin, std::size_t each, std::size_t points) {
  const std::size_t room = begin + std::min(kMostTrials, points * std::min(each, kMostTrials));
  study_.plan.trials.reserve(room);
  study_.setups.reserve(room);
}

void ExperimentExpander::forget_trials(std::size_t begin) {
  study_.plan.trials.resize(begin);
  study_.setups.resize(begin);
}

bool ExperimentExpander::add_selection(const ExperimentPlan& experiment, std::size_t begin) {
  if (experiment.selection == nullptr) return true;
  const ast::Expr& metric = *experiment.selection->metric;
  SelectionPlan selection{experiment.name, dotted_name(metric), Direction::Higher};
  for (std::size_t i = begin; i < study_.plan.trials.size(); ++i) {
    const auto better = better_of(study_.plan.trials[i], selection.field);
    if (!better) {
      evaluator_.sink()
          .report(diagnostics::UnknownResult, metric.span, experiment.name, evaluator_.text_of(metric))
          .hint("select by a metric of the recipe, such as `valid.accuracy`");
      return false;
    }
    selection.better = *better;
  }
  study_.plan.selections.push_back(std::move(selection));
  return true;
}

bool ExperimentExpander::expand_into(const ExperimentPlan& experiment, ExpandedExperiment& expanded) {
  const ast::Name& name = *ast::declared_name(*experiment.declaration);
  if (experiment.train == nullptr) {
    evaluator_.sink()
        .report(diagnostics::NothingToTrain, name.span,
                fmt::format("experiment `{}` trains nothing", name.text))
        .hint("add a line such as `train ann() on fashion with standard`");
    return false;
  }
  const auto seeds = seed_count(experiment);
  if (!seeds) return false;
  auto points = expand_points(evaluator_, experiment.sweeps, name);
  if (!points) return false;
  if (points->empty()) {
    evaluator_.sink()
        .report(diagnostics::NothingToTrain, name.span,
                fmt::format("experiment `{}` has no points", name.text))
        .hint("a sweep has no values, or `where` accepts none of them");
    return false;
  }
  mistakes_.add(evaluator_.sink().take());
  expanded.points = std::move(*points);
  mistakes_.declare(experiment.name, expanded.points, experiment.sweeps.value_places());
  return add_trials(experiment, expanded.points, *seeds);
}

void ExperimentExpander::expand(const ast::Declaration& declaration) {
  const ExperimentPlan experiment = collect(declaration);
  warn_of_replaced_axes(experiment);
  built_.clear();
  steps_.clear();
  ExpandedExperiment& expanded = experiments_[experiment.name];
  const bool good = expand_into(experiment, expanded);
  expanded.failed = expanded.failed || !good;
  mistakes_.add(evaluator_.sink().take());
}

}  // namespace nnc
