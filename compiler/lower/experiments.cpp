// See experiments.hpp. Here: which statements are in force, and the trials of all points with their seeds,
// folds and refits; what one point's trials have in common is in drafts.cpp.
#include "compiler/lower/experiments.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/base/number_text.hpp"
#include "compiler/lower/recipes.hpp"

namespace nnc {

using ast::Overloaded;

namespace {

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
  if (trial.fold) mix(fmt::format("fold {}", *trial.fold));
  if (trial.refit) mix("refit");
  return fmt::format("{:016x}", hash);
}

// The trials that judge a point: one per seed and fold.
void add_judged_trials(const TrialPlan& trial, std::int64_t seeds, std::vector<TrialPlan>& trials) {
  const bool folded = trial.validation && trial.validation->kind == ValidationPlan::Kind::KFold;
  for (std::int64_t seed = 0; seed < seeds; ++seed) {
    for (std::int64_t fold = 0; fold < (folded ? trial.validation->folds : 1); ++fold) {
      TrialPlan& added = trials.emplace_back(trial);
      added.seed += static_cast<std::uint64_t>(seed);
      if (folded) added.fold = static_cast<int>(fold);
      added.id = trial_id(added);
    }
  }
}

// The trials that learn from all training samples, once their point is selected: one per seed. Nothing is held out
// then that could stop them: with `stop by valid.` they train for as long as the folds of their point did.
void add_refits(const TrialPlan& trial, std::int64_t seeds, std::vector<TrialPlan>& trials) {
  for (std::int64_t seed = 0; seed < seeds; ++seed) {
    TrialPlan& added = trials.emplace_back(trial);
    added.seed += static_cast<std::uint64_t>(seed);
    added.refit = true;
    added.measures_test = true;
    added.validation.reset();
    added.id = trial_id(added);
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

std::optional<std::int64_t> ExperimentExpander::seed_count(const ExperimentPlan& experiment) {
  if (experiment.seeds == nullptr) return 1;
  Frame top;
  const ast::Expr& written = *experiment.seeds->count;
  const Value count = evaluator_.evaluate(written, top);
  if (count.is_error()) return std::nullopt;
  const auto seeds = whole_number(evaluator_, count, "seeds", 1, written.span);
  return seeds && options_.smoke ? 1 : seeds;
}

bool ExperimentExpander::add_trials(const ExperimentPlan& experiment, const std::vector<Point>& points,
                                    std::int64_t seeds) {
  std::vector<std::optional<Draft>> drafts;
  for (std::size_t i = 0; i < points.size(); ++i) {
    drafts.push_back(draft_point(experiment, points[i]));
    if (drafts.back()) drafts.back()->setup.point = i;
    mistakes_.add_at_point(evaluator_.sink().take(), experiment.name, i, !drafts.back());
    if (evaluator_.out_of_work) return false;
  }
  const bool selects = experiment.selection != nullptr;
  std::int64_t count = 0;
  for (const auto& draft : drafts) {
    if (!draft) continue;
    const auto& validation = draft->trial.validation;
    const bool folded = validation && validation->kind == ValidationPlan::Kind::KFold;
    // Neither factor is larger than 10^9.
    count += seeds * ((folded ? validation->folds : 1) + (selects ? 1 : 0));
    if (count <= static_cast<std::int64_t>(kMostTrials)) continue;
    const ast::Name& name = *ast::declared_name(*experiment.declaration);
    evaluator_.sink().report(
        diagnostics::TooMuchWork, name.span,
        fmt::format("experiment `{}` has more than {} trials", name.text, with_separators(kMostTrials)));
    return false;
  }
  std::vector<TrialPlan> trials;
  std::vector<std::size_t> of_draft;  // parallel to trials
  for (const bool refits : {false, true}) {
    for (std::size_t i = 0; i < drafts.size() && (selects || !refits); ++i) {
      if (!drafts[i]) continue;
      (refits ? add_refits : add_judged_trials)(drafts[i]->trial, seeds, trials);
      of_draft.resize(trials.size(), i);
    }
  }
  for (std::size_t i = 0; i < trials.size(); ++i) study_.setups.push_back(drafts[of_draft[i]]->setup);
  std::move(trials.begin(), trials.end(), std::back_inserter(study_.plan.trials));
  const bool complete =
      std::all_of(drafts.begin(), drafts.end(), [](const auto& draft) { return draft.has_value(); });
  return add_selection(experiment, drafts) && complete;
}

bool ExperimentExpander::add_selection(const ExperimentPlan& experiment,
                                       const std::vector<std::optional<Draft>>& drafts) {
  if (experiment.selection == nullptr) return true;
  const ast::Expr& metric = *experiment.selection->metric;
  SelectionPlan selection{experiment.name, dotted_name(metric), Direction::Higher};
  for (const auto& draft : drafts) {
    if (!draft) continue;
    const auto better = better_of(draft->trial, selection.field);
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
  ExpandedExperiment& expanded = experiments_[experiment.name];
  const bool good = expand_into(experiment, expanded);
  expanded.failed = expanded.failed || !good;
  mistakes_.add(evaluator_.sink().take());
}

}  // namespace nnc
