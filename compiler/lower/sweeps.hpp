// The algebra of sweeps: which points an experiment has. A sweep is a union of branches, a branch the product
// of its lines, a line one axis or several zipped; an experiment has the product of its sweeps, less what
// `where` refuses, or a random sample of it.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "compiler/lower/evaluator.hpp"

namespace nnc {

// The values of the axes, in order of declaration.
struct Point {
  std::vector<std::pair<std::string, Value>> axes;
};

struct Sweeps {
  using Line = std::vector<const ast::SweepAxis*>;  // zipped
  using Branch = std::vector<Line>;                 // multiplied
  using Union = std::vector<Branch>;                // one after the other
  std::vector<Union> factors;                       // multiplied
  std::vector<const ast::Where*> conditions;
  const ast::Sample* sample = nullptr;

  // A further factor. If it declares axes that are there already, it takes their place: where the first of
  // them stands, its lines stand, in every branch; what was zipped with a replaced axis stays.
  void add(const ast::Sweep& sweep);
  // In order of declaration.
  [[nodiscard]] std::vector<std::string> axis_names() const;
  // Where the values of the axes are written, in every branch.
  [[nodiscard]] std::vector<Span> value_places() const;
};

// More points (or trials) than this are a mistake.
inline constexpr std::size_t kMostTrials = 100'000;

// The points, each once, in order of declaration. Empty after a mistake that was reported, or if the branches
// of a union do not have the same axes (which the checker reports).
std::optional<std::vector<Point>> expand_points(Evaluator& evaluator, const Sweeps& sweeps,
                                                const ast::Name& experiment);

// What both ways of making points share (sweeps.cpp; used by sampling.cpp).
class SweepEvaluator {
 public:
  SweepEvaluator(Evaluator& evaluator, const Sweeps& sweeps) : evaluator_(evaluator), sweeps_(sweeps) {}

  // The values of a line at a point so far: a list or a space per axis; all lists have `length` items, if
  // there are any.
  struct Columns {
    std::vector<Value> values;
    std::optional<std::size_t> length;
  };
  std::optional<Columns> columns(const Sweeps::Line& line, const Point& point);
  // Empty after a mistake.
  std::optional<bool> accepts(const Point& point);

  Evaluator& evaluator() { return evaluator_; }
  [[nodiscard]] const Sweeps& sweeps() const { return sweeps_; }

 private:
  Evaluator& evaluator_;
  const Sweeps& sweeps_;
};

// Every point that is accepted, with repetitions. Empty after a mistake, or, with `gave_up` set, if there are
// more than `limit` to look at or an axis is a space.
std::optional<std::vector<Point>> enumerate_points(SweepEvaluator& evaluator, std::size_t limit,
                                                   bool& gave_up);
// `count` of them at random, from the streams of purpose Sample: the same in every run.
std::optional<std::vector<Point>> sample_points(SweepEvaluator& evaluator, std::size_t count);

// One for each that reads the same.
std::vector<Point> distinct_points(std::vector<Point> points);
// Tells apart what reads differently.
std::string point_key(const Point& point);

// A value as plans and records keep it.
ParameterValue to_parameter(const Value& value);

}  // namespace nnc
