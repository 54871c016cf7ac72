// Which classes are taken for which; see charts.hpp. The strength of one colour speaks of the share of the
// true class.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>

#include "compiler/base/number_text.hpp"
#include "runtime/report/chart_parts.hpp"
#include "runtime/report/charts.hpp"
#include "runtime/results/value_text.hpp"

namespace nnc::rt {
namespace {

constexpr std::size_t kMostWritten = 16;   // classes with numbers in their cells
constexpr std::size_t kMostClasses = 200;  // drawn at all

std::string class_name(const std::vector<std::string>& classes, std::size_t index) {
  return index < classes.size() ? classes[index] : fmt::format("{}", index);
}

std::int64_t row_sum(const Confusion& confusion, std::size_t actual) {
  std::int64_t sum = 0;
  for (std::size_t k = 0; k < confusion.classes; ++k) sum += confusion.at(actual, k);
  return sum;
}

std::string share_text(std::int64_t count, std::int64_t sum) {
  return sum == 0 ? "–"
                  : fmt::format("{:.1f} %", 100.0 * static_cast<double>(count) / static_cast<double>(sum));
}

Json confusion_values(const Confusion& confusion, const std::vector<std::string>& classes) {
  Json rows = Json::array();
  for (std::size_t actual = 0; actual < confusion.classes; ++actual) {
    const std::int64_t sum = row_sum(confusion, actual);
    for (std::size_t said = 0; said < confusion.classes; ++said) {
      const std::int64_t count = confusion.at(actual, said);
      if (count == 0 && confusion.classes > kMostWritten) continue;
      const double share = sum == 0 ? 0 : static_cast<double>(count) / static_cast<double>(sum);
      rows.push_back({{"a", class_name(classes, actual)},
                      {"s", class_name(classes, said)},
                      {"n", with_separators(count)},
                      {"p", share_text(count, sum)},
                      {"o", count == 0 ? 0 : drawn_number(NumberForm::Plain, 0.08 + 0.8 * share)}});
    }
  }
  return rows;
}

Json confusion_specification(const Confusion& confusion, const std::vector<std::string>& classes) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < confusion.classes; ++i) names.push_back(class_name(classes, i));
  const bool written = confusion.classes <= kMostWritten;
  const int count = static_cast<int>(confusion.classes);
  const int height = written ? count * 38 : std::max(360, count * 4);
  Json spec = chart_base(written ? std::max(300, std::min(640, 110 + count * 56)) : 640, height);
  spec["data"] = {{"values", confusion_values(confusion, classes)}};
  Json x = cell_axis("predicted class", 110);
  x["labelAngle"] = count > 4 ? -40 : 0;
  x["orient"] = "bottom";
  Json y = cell_axis("true class", 150);
  if (!written) x["labelOverlap"] = y["labelOverlap"] = true;
  spec["encoding"] = {
      {"x",
       {{"field", "s"}, {"type", "nominal"}, {"sort", nullptr}, {"scale", {{"domain", names}}}, {"axis", x}}},
      {"y",
       {{"field", "a"},
        {"type", "nominal"},
        {"sort", nullptr},
        {"scale", {{"domain", names}}},
        {"axis", y}}}};
  Json rect = {{"type", "rect"}, {"color", "var(--cell)"}};
  if (written) rect.update({{"stroke", "var(--chart-grid)"}, {"strokeWidth", 1}});
  Json layers = Json::array(
      {{{"mark", rect},
        {"encoding", {{"fillOpacity", {{"field", "o"}, {"type", "quantitative"}, {"scale", nullptr}}}}}}});
  if (written) {
    const auto text = [&](const char* field, int size, int dy) {
      return Json{{"transform", {{{"filter", "datum.o > 0"}}}},
                  {"mark", {{"type", "text"}, {"fontSize", size}, {"dy", dy}}},
                  {"encoding", {{"text", {{"field", field}}}, {"color", cell_text_color()}}}};
    };
    layers.push_back(text("n", 12, -6));
    layers.push_back(text("p", 10, 8));
  }
  spec["layer"] = std::move(layers);
  return spec;
}

std::string confusion_description(const Confusion& confusion, const std::vector<std::string>& classes) {
  std::string text = fmt::format("Confusion matrix of {} classes.", confusion.classes);
  for (std::size_t i = 0; i < std::min<std::size_t>(confusion.classes, 20); ++i) {
    text += fmt::format(" {}: {} of {} right.", class_name(classes, i), confusion.at(i, i),
                        row_sum(confusion, i));
  }
  return text;
}

Table confusion_table(const Confusion& confusion, const std::vector<std::string>& classes) {
  Table table;
  table.folded = "Data";
  table.columns = {{.title = "True class"}};
  if (confusion.classes > kMostWritten) {  // only what happened
    table.columns.insert(table.columns.end(),
                         {{.title = "Predicted class"}, {.title = "Samples", .number = true}});
    std::vector<std::tuple<std::int64_t, std::size_t, std::size_t>> wrong;
    for (std::size_t a = 0; a < confusion.classes; ++a) {
      for (std::size_t s = 0; s < confusion.classes; ++s) {
        if (a != s && confusion.at(a, s) > 0) wrong.emplace_back(-confusion.at(a, s), a, s);
      }
    }
    std::ranges::sort(wrong);
    for (std::size_t i = 0; i < std::min<std::size_t>(wrong.size(), 50); ++i) {
      const auto& [count, a, s] = wrong[i];
      table.rows.push_back(
          {.cells = {{class_name(classes, a)}, {class_name(classes, s)}, {with_separators(-count)}}});
    }
    table.notes.emplace_back("The most frequent confusions.");
    return table;
  }
  for (std::size_t s = 0; s < confusion.classes; ++s)
    table.columns.push_back({.title = class_name(classes, s), .number = true});
  for (std::size_t a = 0; a < confusion.classes; ++a) {
    Table::Row row{.cells = {{class_name(classes, a)}}};
    for (std::size_t s = 0; s < confusion.classes; ++s)
      row.cells.push_back({with_separators(confusion.at(a, s))});
    table.rows.push_back(std::move(row));
  }
  table.notes.emplace_back("Rows are true classes, columns predicted ones.");
  return table;
}

}  // namespace

Chart confusion_chart(const Confusion& confusion, const std::vector<std::string>& classes) {
  const std::size_t drawn = confusion.classes;
  Chart chart{.title = "True and predicted classes",
              .description = confusion_description(confusion, classes),
              .data = confusion_table(confusion, classes),
              .wide = true};
  chart.note =
      "A row is a true class: the number of its samples that were taken for each class, and their share.";
  if (drawn > kMostClasses) {
    chart.note = "Too many classes to draw.";
    return chart;
  }
  const Json spec = confusion_specification(confusion, classes);
  Json interactive = spec;
  interactive["layer"][0]["encoding"]["tooltip"] = {tip("a", "true"), tip("s", "predicted"),
                                                    tip("n", "samples"), tip("p", "of the true class")};
  chart.specification = dump(spec);
  chart.interactive = dump(interactive);
  return chart;
}

Table class_table(const Confusion& confusion, const std::vector<std::string>& classes) {
  Table table;
  table.columns = {{.title = "Class"},
                   {.title = "Precision", .number = true},
                   {.title = "Recall", .number = true},
                   {.title = "F1", .number = true},
                   {.title = "Samples", .number = true}};
  const std::vector<ClassScores> scores = class_scores(confusion);
  const auto text = [](double value) { return format_number(NumberForm::Score, value); };
  ClassScores mean;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const ClassScores& of = scores[i];
    table.rows.push_back({.cells = {{class_name(classes, i)},
                                    {text(of.precision)},
                                    {text(of.recall)},
                                    {text(of.f1)},
                                    {with_separators(of.support)}}});
    const auto share = static_cast<double>(scores.size());
    mean.precision += of.precision / share;
    mean.recall += of.recall / share;
    mean.f1 += of.f1 / share;
    mean.support += of.support;
  }
  if (!scores.empty()) {
    table.rows.push_back({.cells = {{"Mean of the classes"},
                                    {text(mean.precision)},
                                    {text(mean.recall)},
                                    {text(mean.f1)},
                                    {with_separators(mean.support)}},
                          .kind = Table::RowKind::Total});
  }
  if (table.rows.size() > 30) table.folded = "Precision, recall and F1 of each class";
  return table;
}

}  // namespace nnc::rt
