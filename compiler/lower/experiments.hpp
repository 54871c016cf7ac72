// The experiments of a file, expanded: one entry per trial, with the values of its axes, its resolved recipe,
// its seed and its part of the validation.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "compiler/lower/data_sets.hpp"
#include "compiler/lower/evaluator.hpp"
#include "compiler/lower/point_mistakes.hpp"
#include "compiler/lower/rate_lists.hpp"
#include "compiler/lower/recipes.hpp"
#include "compiler/lower/structure.hpp"
#include "compiler/lower/study.hpp"
#include "compiler/lower/sweeps.hpp"

namespace nnc {

// The statements of an experiment that are in force, those of its bases included: of most kinds the last one.
struct ExperimentPlan {
  const ast::Declaration* declaration = nullptr;
  std::string name;
  Sweeps sweeps;
  const ast::Train* train = nullptr;
  Span train_span;
  const ast::RepeatSeeds* seeds = nullptr;
  const ast::Expr* validation = nullptr;  // of `validate` or `select`, whichever comes last
  const ast::SelectBest* selection = nullptr;
  const ast::StopEarly* stop = nullptr;
  // All of them but a `train` that a later one replaces.
  std::vector<const ast::ExperimentStatement*> statements;
};

// What an experiment became.
struct ExpandedExperiment {
  std::vector<Point> points;
  bool failed = false;  // a mistake was reported; what speaks of it stays silent
};

// The trials of one experiment after the other, appended to the study. Mistakes are collected with the points
// at which they appear.
class ExperimentExpander {
 public:
  ExperimentExpander(Evaluator& evaluator, const StudyOptions& options, Study& study, PointMistakes& mistakes)
      : evaluator_(evaluator),
        options_(options),
        study_(study),
        mistakes_(mistakes),
        data_(evaluator, options, study.plan),
        rates_(evaluator) {}

  void expand(const ast::Declaration& declaration);

  // Null for experiments that were not expanded.
  [[nodiscard]] const ExpandedExperiment* find(const std::string& experiment) const;
  void mark_failed(const std::string& experiment) { experiments_[experiment].failed = true; }
  DataSets& data() { return data_; }

 private:
  // What the trials of one point have in common.
  struct Draft {
    TrialPlan trial;  // with the first seed
    TrialSetup setup;
  };

  ExperimentPlan collect(const ast::Declaration& declaration);
  void warn_of_replaced_axes(const ExperimentPlan& experiment);
  bool expand_into(const ExperimentPlan& experiment, ExpandedExperiment& expanded);
  std::optional<std::int64_t> seed_count(const ExperimentPlan& experiment);
  bool add_trials(const ExperimentPlan& experiment, const std::vector<Point>& points, std::int64_t seeds);
  // Empty after a mistake.
  std::optional<Draft> draft_point(const ExperimentPlan& experiment, const Point& point);
  bool read_model_and_data(const ExperimentPlan& experiment, Frame& frame, Draft& draft);
  bool read_validation(const ExperimentPlan& experiment, Frame& frame, Draft& draft);
  bool fits_data(const ExperimentPlan& experiment, const ValidationPlan& validation, const DataPlan& data);
  bool read_stop(const ExperimentPlan& experiment, Frame& frame, Draft& draft);
  // What is built alike is there once.
  void share(Draft& draft);
  bool add_selection(const ExperimentPlan& experiment, std::size_t begin);
  void reserve_trials(std::size_t begin, std::size_t each, std::size_t points);
  // Those of the experiment, which begin there.
  void forget_trials(std::size_t begin);

  Evaluator& evaluator_;
  const StudyOptions& options_;
  Study& study_;
  PointMistakes& mistakes_;
  DataSets data_;
  RateLists rates_;
  RecipeBook recipes_;
  std::map<std::string, ExpandedExperiment> experiments_;

  // By the numbers of their structures, within one experiment: mistakes have places, which are its own.
  struct Built {
    InstancePtr model;
    InstancePtr loss;
    std::string loss_text;
  };
  struct Steps {
    InstancePtr optimizer;
    std::string text;
  };
  Numbering model_numbers_;
  Numbering optimizer_numbers_;
  std::unordered_map<std::size_t, Built> built_;
  std::unordered_map<std::size_t, Steps> steps_;
};

// The experiment of that name, also if the library has a layer of the same name; null if there is none.
const ast::Declaration* find_experiment(const CheckedProgram& program, std::string_view name);

// "valid.accuracy" of `valid.accuracy`, "" of anything else.
std::string dotted_name(const ast::Expr& expr);

// Which way of a field such as "valid.loss" is better; empty if the trial has no such metric.
std::optional<Direction> better_of(const TrialPlan& trial, const std::string& field);

}  // namespace nnc
