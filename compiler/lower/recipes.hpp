// What a trial takes from its recipe: every setting, with what `train` and the command line put in its place.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/lower/evaluator.hpp"
#include "compiler/lower/rate_lists.hpp"
#include "compiler/lower/study.hpp"

namespace nnc {

// An int from `least` to 10^9; reports anything else.
std::optional<std::int64_t> whole_number(Evaluator& evaluator, const Value& value, const std::string& name,
                                         std::int64_t least, const Span& place);

// Settings by name, with their places. There are few, and they are looked up for every point of a sweep.
class Settings {
 public:
  // Null if it is not given.
  [[nodiscard]] const Value* find(std::string_view name) const;
  // In place of what was there, and at its place if there is none given. That of values of the command line
  // is nowhere.
  void put(const std::string& name, Value value, const std::optional<Span>& place);
  [[nodiscard]] std::optional<Span> place(std::string_view name) const;
  [[nodiscard]] bool has_errors() const;

 private:
  struct Entry {
    std::string name;
    Value value;
    std::optional<Span> place;
  };
  std::vector<Entry> entries_;
};

// What is the same at every point of a sweep, evaluated once: recipes, what they name without arguments,
// their metrics. Only what gave no diagnostic is remembered; a mistake is told for every point at which it is
// made.
class RecipeBook {
 public:
  Settings settings_of(Evaluator& evaluator, const ast::Declaration& recipe);
  // Null after a mistake.
  InstancePtr instance_of(Evaluator& evaluator, const Value& value, ast::FunctionKind kind, const Span& place,
                          Frame& frame);
  SharedList<MetricPlan> metrics_of(Evaluator& evaluator, const List& metrics, const Span& place,
                                    Frame& frame);

 private:
  std::map<const ast::Declaration*, Settings> settings_;
  std::map<std::pair<const ast::Declaration*, Span>, InstancePtr> instances_;  // with their defaults
  // The list that was asked for last; the points of an experiment mostly have the same.
  List metrics_;
  Span metrics_place_;
  SharedList<MetricPlan> metric_plans_;
};

// Fills in what settings decide, at one point of the sweeps (the frame's locals). False after a mistake.
bool apply_recipe(Evaluator& evaluator, RecipeBook& book, RateLists& rates, const ast::Train& train,
                  const StudyOptions& options, Frame& frame, TrialPlan& trial, TrialSetup& setup);

}  // namespace nnc
