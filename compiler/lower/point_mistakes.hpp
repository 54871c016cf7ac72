// Mistakes of many points told together: what is wrong for the same reason at the same place is one
// diagnostic, that of the first point, headed by which points it is about.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "compiler/base/sink.hpp"
#include "compiler/lower/sweeps.hpp"

namespace nnc {

class PointMistakes {
 public:
  // `points` must outlive this; `axis_places` are where the values of the axes are written. What is wrong
  // with several values of one axis is wrong at one place.
  void declare(const std::string& experiment, const std::vector<Point>& points,
               std::vector<Span> axis_places) {
    experiments_[experiment] = {&points, std::move(axis_places)};
  }
  // Mistakes that have nothing to do with a point.
  void add(std::vector<Diagnostic> diagnostics);
  // What evaluating the settings of a point gave. A point that failed without a word failed for a reason that
  // was told at another one, as with a `let` that all of them use; then no points are named.
  void add_at_point(std::vector<Diagnostic> diagnostics, const std::string& experiment, std::size_t point,
                    bool failed);
  // What the shapes of a point gave.
  void add_shapes(const std::vector<Diagnostic>& diagnostics, const std::string& experiment,
                  std::size_t point);

  [[nodiscard]] bool has_errors() const { return has_errors_; }
  // Reports all of them, in the order in which they first appeared.
  void report(Sink& sink) const;

 private:
  struct Mistake {
    Diagnostic diagnostic;
    bool of_settings = false;
    std::map<std::string, std::vector<std::size_t>> points;  // per experiment
  };
  struct Experiment {
    const std::vector<Point>* points = nullptr;
    std::vector<Span> axis_places;
  };
  Mistake& entry(const Diagnostic& diagnostic, const Span& place);
  Mistake& entry_at_point(const Diagnostic& diagnostic, const std::string& experiment);

  std::vector<Mistake> mistakes_;
  std::map<std::tuple<int, Span, std::string>, std::size_t> known_;
  std::map<std::string, Experiment> experiments_;
  std::map<std::string, bool> failed_silently_;
  bool has_errors_ = false;
};

}  // namespace nnc
