// Sets of points as people say them: `units in 3 .. 5, k = 7` for three of them, `blocks < 5` for all but
// some. In: the points of an experiment and the places of some among them. Out: text that names exactly
// those.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "compiler/lower/sweeps.hpp"

namespace nnc {

class PointTable {
 public:
  explicit PointTable(const std::vector<Point>& points);

  [[nodiscard]] std::size_t size() const { return points_.size(); }
  [[nodiscard]] bool has_axes() const { return !axes_.empty(); }
  // "units = 3, k = 7"
  [[nodiscard]] std::string text(std::size_t point) const;
  // Products of values that together are exactly the given points (ascending, each once), with the number of
  // points of each.
  struct Box {
    std::string text;
    std::size_t points = 0;
  };
  [[nodiscard]] std::vector<Box> boxes(const std::vector<std::size_t>& chosen) const;
  // A condition on one axis that holds for all points but the given ones: "blocks < 5". Empty if none is
  // simple.
  [[nodiscard]] std::string condition_without(const std::vector<std::size_t>& chosen) const;

 private:
  // The different values of an axis: numbers ascending, everything else in order of appearance.
  struct Axis {
    std::string name;
    std::vector<Value> values;
    bool numeric = true;
  };
  using Set = std::vector<std::size_t>;  // places in Axis::values, ascending
  using Product = std::vector<Set>;      // per axis

  [[nodiscard]] std::string set_text(const Axis& axis, const Set& set) const;
  [[nodiscard]] std::vector<Product> merged(std::vector<Product> products, std::size_t first_axis) const;

  std::vector<Axis> axes_;
  std::vector<std::vector<std::size_t>> points_;  // per point and axis a place in Axis::values
};

}  // namespace nnc
