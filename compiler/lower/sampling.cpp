// Random points of a sweep. In: what the sweeps span, how many. Out: points that depend on the program's axes
// and nothing else: every axis draws from a stream of its own name, so that adding an axis leaves the values
// of the others as they were, and a larger sample holds a smaller one.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>
#include <unordered_set>

#include "compiler/base/philox.hpp"
#include "compiler/lower/sweeps.hpp"

namespace nnc {
namespace {

// FNV-1a.
std::uint32_t stream_place(std::string_view name) {
  std::uint32_t hash = 0x811c9dc5;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x01000193;
  return hash;
}

RandomWords words_of(std::string_view name, std::uint64_t draw) {
  return RandomWords({0, RandomPurpose::Sample, stream_place(name), draw});
}

// To four significant digits, as one would choose a value by hand, or to more where a narrow space would else
// have few values; never beyond the bounds.
double rounded(double value, const Space& space) {
  if (value == 0) return value;
  int digits = 3;  // behind the point of 1.234e5
  const int exponent = static_cast<int>(std::floor(std::log10(std::abs(value))));
  const double coarsest = (space.high - space.low) / 100;
  while (digits < 16 && std::pow(10.0, exponent - digits) > coarsest) ++digits;
  const std::string text = fmt::format("{:.{}e}", value, digits);
  double rounded = value;
  std::from_chars(text.data(), text.data() + text.size(), rounded);
  return std::clamp(rounded, space.low, space.high);
}

Value draw_from(const Space& space, const Span& origin, RandomWords& words) {
  if (space.whole && !space.logarithmic) {
    const auto distance = static_cast<std::uint64_t>(space.last) - static_cast<std::uint64_t>(space.first);
    // All 2^64 numbers together have no bound; nobody sweeps those.
    const std::uint64_t offset =
        distance == ~std::uint64_t{0} ? words.below(distance) : words.below(distance + 1);
    return Value{static_cast<std::int64_t>(static_cast<std::uint64_t>(space.first) + offset), origin};
  }
  const double share = words.unit();
  if (!space.logarithmic) return Value{rounded(space.low + (space.high - space.low) * share, space), origin};
  // An integer stands for the interval up to the next one.
  const double high = space.whole ? space.high + 1 : space.high;
  const double value = std::exp(std::log(space.low) + (std::log(high) - std::log(space.low)) * share);
  if (!space.whole) return Value{rounded(value, space), origin};
  if (value >= space.high) return Value{space.last, origin};
  return Value{std::max(space.first, static_cast<std::int64_t>(value)), origin};
}

// One line of a point that is being drawn. False after a mistake, or if the line has no values.
bool draw_line(SweepEvaluator& evaluator, const Sweeps::Line& line, std::uint64_t draw, Point& point) {
  const auto columns = evaluator.columns(line, point);
  if (!columns || columns->length == std::size_t{0}) return false;
  std::size_t position = 0;
  if (columns->length) {
    RandomWords words = words_of(line.front()->name.text, draw);
    position = static_cast<std::size_t>(words.below(*columns->length));
  }
  for (std::size_t axis = 0; axis < line.size(); ++axis) {
    const Value& values = columns->values[axis];
    const std::string& name = line[axis]->name.text;
    if (const auto* space = values.get<Space>()) {
      RandomWords words = words_of(name, draw);
      point.axes.emplace_back(name, draw_from(*space, values.origin, words));
    } else {
      point.axes.emplace_back(name, (**values.get<List>())[position]);
    }
  }
  return true;
}

// A point of the sweeps, whether accepted or not; empty where a list has no values.
std::optional<Point> draw_point(SweepEvaluator& evaluator, std::uint64_t draw) {
  Point point;
  for (const Sweeps::Union& factor : evaluator.sweeps().factors) {
    std::size_t branch = 0;
    if (factor.size() > 1 && !factor.front().empty()) {
      RandomWords words = words_of("branch " + factor.front().front().front()->name.text, draw);
      branch = static_cast<std::size_t>(words.below(factor.size()));
    }
    for (const Sweeps::Line& line : factor[branch]) {
      if (!draw_line(evaluator, line, draw, point)) return std::nullopt;
    }
  }
  return point;
}

// Draws until there are enough different points that are accepted, or it becomes unlikely that there are.
std::optional<std::vector<Point>> draw_points(SweepEvaluator& evaluator, std::size_t count) {
  const std::uint64_t most_draws = 100 * static_cast<std::uint64_t>(count) + 10'000;
  const int errors_before = evaluator.evaluator().sink().error_count();
  std::vector<Point> points;
  std::unordered_set<std::string> seen;
  for (std::uint64_t draw = 0; draw < most_draws && points.size() < count; ++draw) {
    auto point = draw_point(evaluator, draw);
    const auto accepted = point ? evaluator.accepts(*point) : std::optional(false);
    if (!accepted || evaluator.evaluator().sink().error_count() > errors_before) return std::nullopt;
    if (evaluator.evaluator().out_of_work) return std::nullopt;
    if (*accepted && seen.insert(point_key(*point)).second) points.push_back(std::move(*point));
  }
  return points;
}

// Without repetition; in the order in which they were declared.
std::vector<Point> choose_points(std::vector<Point> points, std::size_t count) {
  if (points.size() <= count) return points;
  std::vector<std::size_t> order(points.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  RandomWords words({0, RandomPurpose::Sample, 0, 0});
  for (std::size_t i = 0; i < count; ++i) {
    std::swap(order[i], order[i + static_cast<std::size_t>(words.below(order.size() - i))]);
  }
  order.resize(count);
  std::sort(order.begin(), order.end());
  std::vector<Point> chosen;
  for (const std::size_t i : order) chosen.push_back(std::move(points[i]));
  return chosen;
}

}  // namespace

std::optional<std::vector<Point>> sample_points(SweepEvaluator& evaluator, std::size_t count) {
  if (count > kMostTrials) count = kMostTrials + 1;  // too many, which is reported with the trials
  bool gave_up = false;
  auto points = enumerate_points(evaluator, kMostTrials, gave_up);
  if (points) return choose_points(distinct_points(std::move(*points)), count);
  if (!gave_up) return std::nullopt;
  return draw_points(evaluator, count);
}

}  // namespace nnc
