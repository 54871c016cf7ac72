// See point_mistakes.hpp.
#include "compiler/lower/point_mistakes.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/base/number_text.hpp"
#include "compiler/lower/point_sets.hpp"

namespace nnc {
namespace {

// People read this many products of values; tools get every point.
constexpr std::size_t kMostBoxes = 60;
constexpr std::size_t kLineWidth = 90;

// "at blocks = 5; 1 of 6 points of `e`", "at units = 3, k = 7 and 36 more points; 37 of 10,000 points of
// `e`".
std::string headline(const PointTable& table, const std::string& experiment,
                     const std::vector<std::size_t>& bad) {
  const auto count = static_cast<std::int64_t>(bad.size());
  const auto total = static_cast<std::int64_t>(table.size());
  if (count == total) return fmt::format("at all {} of `{}`", count_text(total, "point"), experiment);
  std::string text = "at " + table.text(bad.front());
  if (count > 1) text += " and " + count_text(count - 1, "more point");
  return text +
         fmt::format("; {} of {} of `{}`", with_separators(count), count_text(total, "point"), experiment);
}

// All of the points, several products to a line.
std::vector<std::string> listed(const PointTable& table, const std::vector<std::size_t>& bad) {
  const std::vector<PointTable::Box> boxes = table.boxes(bad);
  std::vector<std::string> lines;
  std::size_t shown = 0;
  for (std::size_t i = 0; i < std::min(boxes.size(), kMostBoxes); ++i) {
    const std::string& text = boxes[i].text;
    shown += boxes[i].points;
    if (lines.empty() || lines.back().size() + text.size() > kLineWidth) {
      lines.push_back(text);
    } else {
      lines.back() += "; " + text;
    }
  }
  if (shown < bad.size()) {
    lines.push_back(fmt::format("and {}; `--json` lists all of them",
                                count_text(static_cast<std::int64_t>(bad.size() - shown), "more point")));
  }
  return lines;
}

void add_hint(const PointTable& table, const std::vector<std::size_t>& bad, Diagnostic& diagnostic) {
  if (bad.size() == table.size()) return;
  const std::string condition = table.condition_without(bad);
  const char* what = bad.size() == 1 ? "this point" : "these points";
  const std::string advice = condition.empty() ? fmt::format("leave {} out with a `where`", what)
                                               : fmt::format("leave {} out with `where {}`", what, condition);
  diagnostic.hint = diagnostic.hint.empty() ? advice : diagnostic.hint + "; or " + advice;
}

bool is_about_data(const Diagnostic& diagnostic) {
  return diagnostic.number == diagnostics::DataNotFound.number ||
         diagnostic.number == diagnostics::DataDamaged.number;
}

}  // namespace

PointMistakes::Mistake& PointMistakes::entry(const Diagnostic& diagnostic, const Span& place) {
  has_errors_ = has_errors_ || diagnostic.severity == Severity::Error;
  // Without a place only the message tells two mistakes apart.
  const std::string told_apart_by = diagnostic.primary.valid() ? std::string() : diagnostic.message;
  const auto [found, fresh] =
      known_.emplace(std::tuple(diagnostic.number, place, told_apart_by), mistakes_.size());
  if (fresh) mistakes_.push_back({diagnostic, false, {}});
  return mistakes_[found->second];
}

PointMistakes::Mistake& PointMistakes::entry_at_point(const Diagnostic& diagnostic,
                                                      const std::string& experiment) {
  const Span& primary = diagnostic.primary;
  const auto declared = experiments_.find(experiment);
  if (declared == experiments_.end()) return entry(diagnostic, primary);
  for (const Span& axis : declared->second.axis_places) {
    if (axis.file == primary.file && axis.begin <= primary.begin && primary.end <= axis.end)
      return entry(diagnostic, axis);
  }
  return entry(diagnostic, primary);
}

void PointMistakes::add(std::vector<Diagnostic> diagnostics) {
  for (const Diagnostic& diagnostic : diagnostics) entry(diagnostic, diagnostic.primary);
}

void PointMistakes::add_at_point(std::vector<Diagnostic> diagnostics, const std::string& experiment,
                                 std::size_t point, bool failed) {
  if (failed && diagnostics.empty()) failed_silently_[experiment] = true;
  for (const Diagnostic& diagnostic : diagnostics) {
    Mistake& mistake = entry_at_point(diagnostic, experiment);
    mistake.of_settings = true;
    if (!is_about_data(diagnostic)) mistake.points[experiment].push_back(point);
  }
}

void PointMistakes::add_shapes(const std::vector<Diagnostic>& diagnostics, const std::string& experiment,
                               std::size_t point) {
  for (const Diagnostic& diagnostic : diagnostics)
    entry_at_point(diagnostic, experiment).points[experiment].push_back(point);
}

void PointMistakes::report(Sink& sink) const {
  std::map<std::string, PointTable> tables;
  for (const Mistake& mistake : mistakes_) {
    Diagnostic diagnostic = mistake.diagnostic;
    const bool one_experiment = mistake.points.size() == 1;
    for (const auto& [experiment, places] : mistake.points) {
      if (mistake.of_settings && failed_silently_.contains(experiment)) continue;
      const auto declared = experiments_.find(experiment);
      if (declared == experiments_.end()) continue;
      const PointTable& table = tables.try_emplace(experiment, *declared->second.points).first->second;
      if (!table.has_axes() || table.size() < 2) continue;
      std::vector<std::size_t> bad = places;
      std::sort(bad.begin(), bad.end());
      bad.erase(std::unique(bad.begin(), bad.end()), bad.end());
      diagnostic.notes.push_back(headline(table, experiment, bad));
      for (const std::size_t point : bad) diagnostic.points.push_back(experiment + ": " + table.text(point));
      if (bad.size() > 1 && bad.size() < table.size()) {
        for (std::string& line : listed(table, bad)) diagnostic.notes.push_back(std::move(line));
      }
      if (one_experiment) add_hint(table, bad, diagnostic);
    }
    sink.add(std::move(diagnostic));
  }
}

}  // namespace nnc
