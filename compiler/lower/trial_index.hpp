// The points of a study by experiment, for everything that speaks of results: which points a reference means,
// and how often each is measured.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "compiler/lower/study.hpp"

namespace nnc {

class TrialIndex {
 public:
  // `study` must outlive this and stay as it is.
  explicit TrialIndex(const Study& study);

  // One trial for each point that matches; Best and Worst mean any of those.
  [[nodiscard]] std::vector<const TrialPlan*> points(const TrialsRef& trials) const;
  // Null for an experiment that selects nothing.
  [[nodiscard]] const SelectionPlan* selection(const std::string& experiment) const;
  [[nodiscard]] bool validates(const std::string& experiment) const;
  [[nodiscard]] bool has_axis(const std::string& experiment, const std::string& name) const;
  // What describes the points of an experiment best: the metric it selects by or else the first one of its
  // recipe, on what is held out or else on the test part.
  [[nodiscard]] std::string main_field(const std::string& experiment) const;

  // The runs that a field of a point is measured in, by seed and fold, ascending. The point is one of
  // `points`.
  using Run = std::pair<std::uint64_t, std::optional<int>>;
  [[nodiscard]] std::vector<Run> runs(const TrialPlan& point, const std::string& field) const;

 private:
  // Trials that stand one after the other in the plan.
  struct Range {
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  struct PointTrials {
    Range judged;  // never empty
    Range refits;
  };
  [[nodiscard]] const TrialPlan& trial(std::size_t i) const { return study_.plan.trials[i]; }
  [[nodiscard]] const std::vector<PointTrials>& of(const std::string& experiment) const;

  const Study& study_;
  std::map<std::string, std::vector<PointTrials>> experiments_;  // in the order of the plan
};

// "[units: 3, rate: 0]", as an author would pick the point; "" without axes.
std::string point_in_brackets(const TrialPlan& trial);

}  // namespace nnc
