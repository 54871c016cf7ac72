// See sweeps.hpp. Here: what sweeps declare, and all of their points; random ones are in sampling.cpp.
#include "compiler/lower/sweeps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "compiler/base/number_text.hpp"
#include "compiler/lower/recipes.hpp"

namespace nnc {
namespace {

using Line = Sweeps::Line;
using Branch = Sweeps::Branch;

Branch lines_of(const ast::SweepBranch& written) {
  Branch branch;
  for (const ast::SweepLine& line : written.lines) {
    Line axes;
    for (const ast::SweepAxis& axis : line.axes) axes.push_back(&axis);
    if (!axes.empty()) branch.push_back(std::move(axes));
  }
  return branch;
}

bool declares(const Branch& branch, const std::string& name) {
  return std::any_of(branch.begin(), branch.end(), [&](const Line& line) {
    return std::any_of(line.begin(), line.end(),
                       [&](const ast::SweepAxis* axis) { return axis->name.text == name; });
  });
}

bool shares_axes(const Branch& branch, const Branch& other) {
  return std::any_of(branch.begin(), branch.end(), [&](const Line& line) {
    return std::any_of(line.begin(), line.end(),
                       [&](const ast::SweepAxis* axis) { return declares(other, axis->name.text); });
  });
}

// `branch` without the axes of `replacement`, whose lines stand where the first of them was if `insert`.
Branch replaced(const Branch& branch, const Branch& replacement, bool insert) {
  Branch result;
  for (const Line& line : branch) {
    Line kept;
    for (const ast::SweepAxis* axis : line) {
      if (!declares(replacement, axis->name.text)) kept.push_back(axis);
    }
    if (kept.size() < line.size() && insert) {
      result.insert(result.end(), replacement.begin(), replacement.end());
      insert = false;
    }
    if (!kept.empty()) result.push_back(std::move(kept));
  }
  return result;
}

// All points, by walking through the factors and, in each branch, through its lines.
class Enumeration {
 public:
  Enumeration(SweepEvaluator& evaluator, std::size_t limit) : evaluator_(evaluator), limit_(limit) {}

  // False after a mistake, or if it gave up.
  bool walk() { return walk_factor(0); }

  std::vector<Point> points;
  bool gave_up = false;

 private:
  bool walk_factor(std::size_t factor) {
    const auto& factors = evaluator_.sweeps().factors;
    if (factor == factors.size()) return take_point();
    return std::all_of(factors[factor].begin(), factors[factor].end(),
                       [&](const Branch& branch) { return walk_line(factor, branch, 0); });
  }

  bool walk_line(std::size_t factor, const Branch& branch, std::size_t line) {
    if (line == branch.size()) return walk_factor(factor + 1);
    // Later axes may depend on earlier ones, so the values are evaluated anew for each point so far.
    const auto columns = evaluator_.columns(branch[line], point_);
    if (!columns) return false;
    const bool has_space = std::any_of(columns->values.begin(), columns->values.end(),
                                       [](const Value& value) { return value.get<Space>() != nullptr; });
    if (has_space) return give_up();
    for (std::size_t i = 0; i < columns->length.value_or(0); ++i) {
      const std::size_t outer = point_.axes.size();
      for (std::size_t axis = 0; axis < branch[line].size(); ++axis) {
        point_.axes.emplace_back(branch[line][axis]->name.text, (**columns->values[axis].get<List>())[i]);
      }
      const bool goes_on = walk_line(factor, branch, line + 1);
      point_.axes.resize(outer);
      if (!goes_on) return false;
    }
    return true;
  }

  bool take_point() {
    if (++seen_ > limit_ && evaluator_.sweeps().sample != nullptr) return give_up();
    const auto accepted = evaluator_.accepts(point_);
    if (!accepted) return false;
    if (*accepted) points.push_back(point_);
    return points.size() <= limit_ || give_up();
  }

  bool give_up() {
    gave_up = true;
    return false;
  }

  SweepEvaluator& evaluator_;
  std::size_t limit_;
  std::size_t seen_ = 0;
  Point point_;
};

// Every point has its axes in the order of the first branches.
bool put_in_order(const std::vector<std::string>& names, std::vector<Point>& points) {
  for (Point& point : points) {
    if (point.axes.size() != names.size()) return false;
    for (std::size_t i = 0; i < names.size(); ++i) {
      const auto from = point.axes.begin() + static_cast<std::ptrdiff_t>(i);
      const auto found =
          std::find_if(from, point.axes.end(), [&](const auto& axis) { return axis.first == names[i]; });
      if (found == point.axes.end()) return false;
      std::rotate(from, found, found + 1);
    }
  }
  return true;
}

}  // namespace

void Sweeps::add(const ast::Sweep& sweep) {
  Union added;
  for (const ast::SweepBranch& branch : sweep.branches) added.push_back(lines_of(branch));
  if (added.empty()) return;
  bool placed = false;
  for (Union& factor : factors) {
    // All branches of a union have the same axes, so the first tells.
    if (factor.empty() || !shares_axes(factor.front(), added.front())) continue;
    Union changed;
    for (const Branch& branch : factor) {
      if (placed) {
        changed.push_back(replaced(branch, added.front(), false));
      } else {
        for (const Branch& replacement : added) changed.push_back(replaced(branch, replacement, true));
      }
    }
    factor = std::move(changed);
    placed = true;
  }
  if (!placed) factors.push_back(std::move(added));
}

std::vector<std::string> Sweeps::axis_names() const {
  std::vector<std::string> names;
  for (const Union& factor : factors) {
    for (const Line& line : factor.front()) {
      for (const ast::SweepAxis* axis : line) names.push_back(axis->name.text);
    }
  }
  return names;
}

std::vector<Span> Sweeps::value_places() const {
  std::vector<Span> places;
  for (const Union& factor : factors) {
    for (const Branch& branch : factor) {
      for (const Line& line : branch) {
        for (const ast::SweepAxis* axis : line) places.push_back(axis->values->span);
      }
    }
  }
  return places;
}

ParameterValue to_parameter(const Value& value) {
  if (const auto* integer = value.get<std::int64_t>()) return *integer;
  if (const auto* real = value.get<double>()) return *real;
  if (const auto* flag = value.get<bool>()) return *flag;
  if (const auto* text = value.get<std::string>()) return *text;
  return print_value(value);
}

std::optional<SweepEvaluator::Columns> SweepEvaluator::columns(const Line& line, const Point& point) {
  Columns columns;
  Frame frame;
  frame.locals = point.axes;
  for (const ast::SweepAxis* axis : line) {
    Value values = evaluator_.evaluate(*axis->values, frame);
    if (values.is_error()) return std::nullopt;
    const auto* list = values.get<List>();
    const bool is_space = values.get<Space>() != nullptr;
    if (is_space && sweeps_.sample == nullptr) {
      evaluator_.sink()
          .report(diagnostics::UnsampledSpace, axis->values->span, axis->name.text)
          .hint("add a line such as `sample 20 points`, or sweep over `linspace(low, high, count)`");
      return std::nullopt;
    }
    if (list == nullptr && !is_space) {
      evaluator_.wrong_type(axis->values->span, evaluator_.text_of(*axis->values), values, "a list");
      return std::nullopt;
    }
    if (list != nullptr && columns.length && (*list)->size() != *columns.length) {
      evaluator_.sink().report(diagnostics::OutOfRange, axis->values->span,
                               fmt::format("axes swept together need equally many values: {} here, {} before",
                                           (*list)->size(), *columns.length));
      return std::nullopt;
    }
    if (list != nullptr) columns.length = (*list)->size();
    columns.values.push_back(std::move(values));
  }
  return columns;
}

std::optional<bool> SweepEvaluator::accepts(const Point& point) {
  if (sweeps_.conditions.empty()) return true;
  Frame frame;
  frame.locals = point.axes;
  for (const ast::Where* where : sweeps_.conditions) {
    const Value value = evaluator_.evaluate(*where->condition, frame);
    if (value.is_error()) return std::nullopt;
    const bool* holds = value.get<bool>();
    if (holds == nullptr) {
      evaluator_.wrong_type(where->condition->span, evaluator_.text_of(*where->condition), value, "a bool");
      return std::nullopt;
    }
    if (!*holds) return false;
  }
  return true;
}

std::optional<std::vector<Point>> enumerate_points(SweepEvaluator& evaluator, std::size_t limit,
                                                   bool& gave_up) {
  Enumeration enumeration(evaluator, limit);
  const bool complete = enumeration.walk();
  gave_up = enumeration.gave_up;
  if (!complete) return std::nullopt;
  return std::move(enumeration.points);
}

std::string point_key(const Point& point) {
  std::string key;
  for (const auto& [name, value] : point.axes) key += parameter_text(to_parameter(value)) + '\n';
  return key;
}

std::vector<Point> distinct_points(std::vector<Point> points) {
  std::unordered_set<std::string> seen;
  std::erase_if(points, [&](const Point& point) { return !seen.insert(point_key(point)).second; });
  return points;
}

std::optional<std::vector<Point>> expand_points(Evaluator& evaluator, const Sweeps& sweeps,
                                                const ast::Name& experiment) {
  SweepEvaluator values(evaluator, sweeps);
  std::optional<std::vector<Point>> points;
  if (sweeps.sample != nullptr) {
    Frame top;
    const Value count = evaluator.evaluate(*sweeps.sample->count, top);
    if (count.is_error()) return std::nullopt;
    const auto number = whole_number(evaluator, count, "points", 1, sweeps.sample->count->span);
    if (!number) return std::nullopt;
    points = sample_points(values, static_cast<std::size_t>(*number));
  } else {
    bool too_many = false;
    points = enumerate_points(values, kMostTrials, too_many);
    if (too_many) {
      evaluator.sink()
          .report(diagnostics::TooMuchWork, experiment.span,
                  fmt::format("experiment `{}` has more than {} trials", experiment.text,
                              with_separators(kMostTrials)))
          .hint("add a line such as `sample 20 points`, or a `where`");
    }
  }
  if (!points || !put_in_order(sweeps.axis_names(), *points)) return std::nullopt;
  return distinct_points(std::move(*points));
}

}  // namespace nnc
