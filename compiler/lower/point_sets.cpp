// See point_sets.hpp.
#include "compiler/lower/point_sets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <unordered_map>

namespace nnc {

PointTable::PointTable(const std::vector<Point>& points) : points_(points.size()) {
  if (points.empty()) return;
  for (std::size_t a = 0; a < points.front().axes.size(); ++a) {
    Axis axis;
    axis.name = points.front().axes[a].first;
    std::unordered_map<std::string, std::size_t> known;
    std::vector<std::size_t> found;  // per point
    for (const Point& point : points) {
      const Value& value = point.axes[a].second;
      const auto [entry, fresh] = known.emplace(print_value(value), axis.values.size());
      if (fresh) axis.values.push_back(value);
      axis.numeric = axis.numeric && value.number().has_value();
      found.push_back(entry->second);
    }
    std::vector<std::size_t> order(axis.values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    if (axis.numeric) {
      std::stable_sort(order.begin(), order.end(), [&](std::size_t lhs, std::size_t rhs) {
        return *axis.values[lhs].number() < *axis.values[rhs].number();
      });
    }
    std::vector<std::size_t> place(order.size());
    std::vector<Value> sorted;
    for (std::size_t i = 0; i < order.size(); ++i) {
      place[order[i]] = i;
      sorted.push_back(axis.values[order[i]]);
    }
    axis.values = std::move(sorted);
    for (std::size_t i = 0; i < points.size(); ++i) points_[i].push_back(place[found[i]]);
    axes_.push_back(std::move(axis));
  }
}

std::string PointTable::text(std::size_t point) const {
  std::string text;
  for (std::size_t a = 0; a < axes_.size(); ++a) {
    text += fmt::format("{}{} = {}", a == 0 ? "" : ", ", axes_[a].name,
                        print_value(axes_[a].values[points_[point][a]]));
  }
  return text;
}

// "units = 3", "units in 3 .. 5", "rate in [0, 0.1]", "units in [1, 3 .. 5]": only runs of integers are
// ranges.
std::string PointTable::set_text(const Axis& axis, const Set& set) const {
  if (set.size() == 1) return fmt::format("{} = {}", axis.name, print_value(axis.values[set.front()]));
  constexpr std::size_t kShortestRun = 3;
  const auto integer = [&](std::size_t i) { return axis.values[set[i]].get<std::int64_t>(); };
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin < set.size();) {
    std::size_t end = begin + 1;
    while (end < set.size() && integer(end - 1) != nullptr && integer(end) != nullptr &&
           *integer(end - 1) + 1 == *integer(end)) {
      ++end;
    }
    if (end - begin < kShortestRun) end = begin + 1;
    parts.push_back(print_value(axis.values[set[begin]]));
    if (end - begin >= kShortestRun) parts.back() += " .. " + print_value(axis.values[set[end - 1]]);
    begin = end;
  }
  if (parts.size() == 1) return fmt::format("{} in {}", axis.name, parts.front());
  return fmt::format("{} in [{}]", axis.name, fmt::join(parts, ", "));
}

// Puts products together that differ in one axis only, first in `first_axis`, then in the others.
std::vector<PointTable::Product> PointTable::merged(std::vector<Product> products,
                                                    std::size_t first_axis) const {
  for (std::size_t step = 0; step < axes_.size(); ++step) {
    const std::size_t axis = (first_axis + step) % axes_.size();
    std::map<Product, Set> sets;  // by the other axes
    for (Product& product : products) {
      Set own = std::exchange(product[axis], {});
      Set& all = sets[std::move(product)];
      all.insert(all.end(), own.begin(), own.end());
    }
    products.clear();
    for (auto& [others, set] : sets) {
      std::sort(set.begin(), set.end());
      Product& product = products.emplace_back(others);
      product[axis] = std::move(set);
    }
  }
  return products;
}

std::vector<PointTable::Box> PointTable::boxes(const std::vector<std::size_t>& chosen) const {
  std::vector<Product> singles;
  for (const std::size_t point : chosen) {
    Product& product = singles.emplace_back();
    for (const std::size_t place : points_[point]) product.push_back({place});
  }
  std::vector<Product> best = axes_.empty() ? singles : merged(singles, 0);
  // Which axis comes first matters; with many axes the first try has to do.
  constexpr std::size_t kMostTries = 6;
  for (std::size_t axis = 1; axis < std::min(axes_.size(), kMostTries); ++axis) {
    std::vector<Product> other = merged(singles, axis);
    if (other.size() < best.size()) best = std::move(other);
  }
  std::sort(best.begin(), best.end());
  std::vector<Box> boxes;
  for (const Product& product : best) {
    Box box{"", 1};
    for (std::size_t a = 0; a < axes_.size(); ++a) {
      box.text += (a == 0 ? "" : ", ") + set_text(axes_[a], product[a]);
      box.points *= product[a].size();
    }
    boxes.push_back(std::move(box));
  }
  return boxes;
}

std::string PointTable::condition_without(const std::vector<std::size_t>& chosen) const {
  if (chosen.empty() || chosen.size() == points_.size()) return {};
  for (std::size_t a = 0; a < axes_.size(); ++a) {
    const Axis& axis = axes_[a];
    std::vector<std::size_t> total(axis.values.size());
    std::vector<std::size_t> bad(axis.values.size());
    for (const auto& point : points_) ++total[point[a]];
    for (const std::size_t point : chosen) ++bad[points_[point][a]];
    Set refused;
    bool decides = true;
    for (std::size_t i = 0; i < bad.size(); ++i) {
      decides = decides && (bad[i] == 0 || bad[i] == total[i]);
      if (bad[i] > 0) refused.push_back(i);
    }
    if (!decides) continue;
    const std::string first = print_value(axis.values[refused.front()]);
    const std::string last = print_value(axis.values[refused.back()]);
    if (axis.numeric && refused.back() - refused.front() + 1 == refused.size()) {
      if (refused.back() + 1 == axis.values.size()) return fmt::format("{} < {}", axis.name, first);
      if (refused.front() == 0) return fmt::format("{} > {}", axis.name, last);
      if (refused.size() > 1) return fmt::format("{0} < {1} or {0} > {2}", axis.name, first, last);
    }
    if (refused.size() == 1) return fmt::format("{} != {}", axis.name, first);
  }
  return {};
}

}  // namespace nnc
