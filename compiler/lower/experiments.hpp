// The experiments of a file, expanded: one entry per trial, with the values of its axes and its resolved
// recipe.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "compiler/lower/evaluator.hpp"
#include "compiler/lower/study.hpp"

namespace nnc {

// The trials of one experiment, appended to the study; data sets are added as they are first used.
class ExperimentExpander {
 public:
  ExperimentExpander(Evaluator& evaluator, const StudyOptions& options, Study& study)
      : evaluator_(evaluator), options_(options), study_(study) {}

  void expand(const ast::Declaration& declaration);
  // The index of a data set in the plan; empty if it cannot be read (reported).
  std::optional<std::size_t> data_index(const ast::Declaration& declaration, const Span& used_at);

 private:
  struct Point {
    std::vector<std::pair<std::string, Value>> axes;
  };
  // The statements in force after `from`.
  struct Statements {
    std::vector<const ast::Sweep*> sweeps;
    std::vector<const ast::Where*> conditions;
    const ast::Train* train = nullptr;
    const ast::RepeatSeeds* seeds = nullptr;
    Span train_span;
  };
  Statements collect(const ast::ExperimentDecl& experiment);
  void expand_axes(const Statements& statements, std::size_t sweep, Point& point, std::vector<Point>& points);
  bool accepted(const Statements& statements, const Point& point);
  void add_trial(const ast::Declaration& declaration, const Statements& statements, const Point& point,
                 std::uint64_t seed);
  // Every setting of the recipe with what overrides it.
  bool resolve_recipe(const ast::Train& train, Frame& frame, std::map<std::string, Value>& settings,
                      std::map<std::string, Span>& places);
  void collect_recipe(const ast::Declaration& recipe, std::map<std::string, Value>& settings,
                      std::map<std::string, Span>& places);
  bool apply_settings(const std::map<std::string, Value>& settings, const std::map<std::string, Span>& places,
                      const ast::Train& train, Frame& frame, TrialPlan& trial, TrialSetup& setup);
  std::optional<std::int64_t> whole_number(const Value& value, const std::string& name, std::int64_t least,
                                           const Span& place);
  bool read_data_settings(const ast::DataDecl& data, DataPlan& plan);

  Evaluator& evaluator_;
  const StudyOptions& options_;
  Study& study_;
  std::map<const ast::Declaration*, std::optional<std::size_t>> data_;
};

// The report declarations as plans; one without blocks if there are none.
void lower_reports(Evaluator& evaluator, ExperimentExpander& expander, const StudyOptions& options,
                   Study& study);

// A value as plans and records keep it.
ParameterValue to_parameter(const Value& value);

// A value from the command line: a number, a bool, a declared name, or else a string.
Value read_override(const CheckedProgram& program, const std::string& text);

}  // namespace nnc
