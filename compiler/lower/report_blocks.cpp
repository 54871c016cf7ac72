// The items of a report as blocks. See reports.hpp.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/lower/claims.hpp"
#include "compiler/lower/reports.hpp"

namespace nnc {

namespace {

constexpr std::int64_t kMostImages = 20;
constexpr std::int64_t kMostMistakes = 100;

bool is_all(const ast::Expr& expr, const CheckedProgram& program) {
  const auto* name = std::get_if<ast::NameRef>(&expr.node);
  return name != nullptr && name->name == "all" && program.find("all") == nullptr;
}

}  // namespace

std::optional<std::int64_t> ReportBlocks::read_count(const ast::ReportItem& item, std::int64_t otherwise,
                                                     std::int64_t most) {
  if (item.subjects.size() < 2) return otherwise;
  Evaluator& evaluator = expressions_.evaluator();
  const ast::Expr& written = *item.subjects[1];
  Frame top;
  const Value count = evaluator.evaluate(written, top);
  if (count.is_error()) return std::nullopt;
  const auto* number = count.get<std::int64_t>();
  if (number == nullptr) {
    evaluator.wrong_type(written.span, evaluator.text_of(written), count, "an int");
    return std::nullopt;
  }
  if (*number >= 1 && *number <= most) return *number;
  evaluator.sink().report(
      diagnostics::OutOfRange, written.span,
      fmt::format("`{}` shows 1 to {} samples, not {}", item.keyword.text, most, *number));
  return std::nullopt;
}

void ReportBlocks::add_images(const ast::ReportItem& item) {
  if (item.subjects.empty()) return;
  Evaluator& evaluator = expressions_.evaluator();
  const ast::Expr& written = *item.subjects.front();
  Frame top;
  ReportImages images;
  const Value source = evaluator.evaluate(written, top);
  if (source.is_error()) return;
  const ast::Declaration* data = nullptr;
  if (const auto* split = source.get<DataSplit>()) {
    data = split->data;
    images.train = split->train;
  } else if (const auto* ref = source.get<DeclarationRef>();
             ref != nullptr && std::holds_alternative<ast::DataDecl>(ref->declaration->node)) {
    data = ref->declaration;
  }
  if (data == nullptr) {
    evaluator.wrong_type(written.span, evaluator.text_of(written), source, "data such as `fashion.train`");
    return;
  }
  const auto count = read_count(item, images.count, kMostImages);
  const auto index = data_.index(*data, item.keyword.span);
  if (!count || !index) return;
  images.count = *count;
  images.data = *index;
  plan_.blocks.emplace_back(images);
}

// The first `most` subjects; those that are no trials were reported by the checker.
ReportBlocks::Subjects ReportBlocks::read_subjects(const ast::ReportItem& item, std::size_t most) {
  Subjects subjects;
  for (std::size_t i = 0; i < std::min(item.subjects.size(), most); ++i) {
    const ast::Expr& written = *item.subjects[i];
    if (is_all(written, expressions_.evaluator().program())) {
      subjects.all = true;
      continue;
    }
    auto trials = expressions_.read_trials(written);
    if (!trials) {
      subjects.failed = true;
    } else if (!expressions_.is_skipped(trials->experiment)) {
      if (!expressions_.verify_exists(*trials, written)) subjects.failed = true;
      subjects.trials.push_back(std::move(*trials));
      subjects.written.push_back(&written);
    }
  }
  // Everything there is; with --only that is one experiment.
  if (subjects.all) subjects.trials.clear();
  if (subjects.all && !options_.only.empty())
    subjects.trials.push_back({options_.only, {}, TrialsRef::Pick::All, ""});
  return subjects;
}

std::vector<std::string> ReportBlocks::read_fields(const ast::ReportItem& item,
                                                   const std::vector<TrialsRef>& trials) {
  std::vector<std::string> fields;
  for (const ast::ExprPtr& column : item.columns) fields.push_back(dotted_name(*column));
  if (!fields.empty()) return fields;
  for (const TrialsRef& shown : trials) {
    std::string field = expressions_.index().main_field(shown.experiment);
    if (std::find(fields.begin(), fields.end(), field) == fields.end()) fields.push_back(std::move(field));
  }
  if (fields.empty()) fields = {"test.accuracy"};
  return fields;
}

void ReportBlocks::add_pictures(const ast::ReportItem& item) {
  const std::string& word = item.keyword.text;
  Subjects subjects = read_subjects(item, item.subjects.size());
  if (subjects.failed || (subjects.trials.empty() && !subjects.all)) return;
  if (word == "summary") {
    for (TrialsRef& trials : subjects.trials) plan_.blocks.emplace_back(ReportSummary{std::move(trials)});
  } else if (word == "curves") {
    plan_.blocks.emplace_back(ReportCurves{std::move(subjects.trials)});
  } else {
    std::vector<std::string> fields = read_fields(item, subjects.trials);
    if (word == "table") {
      plan_.blocks.emplace_back(ReportTable{std::move(subjects.trials), std::move(fields)});
    } else if (word == "bars") {
      plan_.blocks.emplace_back(ReportBars{std::move(subjects.trials), std::move(fields)});
    } else {
      plan_.blocks.emplace_back(ReportCompare{std::move(subjects.trials), std::move(fields)});
    }
  }
}

void ReportBlocks::add_judgements(const ast::ReportItem& item) {
  const std::string& word = item.keyword.text;
  const bool counts = word == "mistakes";
  const Subjects subjects = read_subjects(item, counts ? 1 : item.subjects.size());
  const auto count =
      counts ? read_count(item, ReportMistakes{}.count, kMostMistakes) : std::optional<std::int64_t>(0);
  if (subjects.failed || !count) return;
  for (std::size_t i = 0; i < subjects.trials.size(); ++i) {
    const TrialsRef& trials = subjects.trials[i];
    if (subjects.all || !expressions_.verify_one_point(trials, *subjects.written[i], "")) continue;
    if (counts) {
      plan_.blocks.emplace_back(ReportMistakes{trials, *count});
    } else if (word == "confusion") {
      plan_.blocks.emplace_back(ReportConfusion{trials});
    } else {
      plan_.blocks.emplace_back(ReportRoc{trials});
    }
  }
}

void ReportBlocks::add_heatmap(const ast::ReportItem& item) {
  const Subjects subjects = read_subjects(item, 1);
  if (subjects.failed || subjects.all || subjects.trials.empty()) return;
  const TrialsRef& trials = subjects.trials.front();
  std::vector<std::string> varying;
  std::string fixed;
  const auto points = expressions_.index().points(trials);
  for (std::size_t axis = 0; !points.empty() && axis < points.front()->params.size(); ++axis) {
    const auto& [name, first] = points.front()->params[axis];
    const bool differs = std::any_of(points.begin(), points.end(), [&](const TrialPlan* point) {
      return !same_parameter(point->params[axis].second, first);
    });
    if (!differs) continue;
    varying.push_back(name);
    fixed = fmt::format("{}: {}", name, parameter_text(first));
  }
  constexpr std::size_t kMostAxes = 2;
  if (varying.size() > kMostAxes) {
    const ast::Expr& written = *subjects.written.front();
    expressions_.evaluator()
        .sink()
        .report(diagnostics::OutOfRange, written.span,
                fmt::format("a heat map has two axes, but here {} vary: {}", varying.size(),
                            fmt::join(varying, ", ")))
        .hint(fmt::format("give all but two of them, as in `heatmap {}[{}]`", trials.experiment, fixed));
    return;
  }
  plan_.blocks.emplace_back(ReportHeatmap{trials, read_fields(item, subjects.trials)});
}

void ReportBlocks::add_selection(const ast::ReportItem& item) {
  const Subjects subjects = read_subjects(item, 1);
  if (subjects.failed || subjects.all || subjects.trials.empty()) return;
  const std::string& experiment = subjects.trials.front().experiment;
  // Otherwise the checker reported that there is none, or the experiment failed.
  if (expressions_.index().selection(experiment) != nullptr)
    plan_.blocks.emplace_back(ReportSelection{experiment});
}

void ReportBlocks::add_claim(const ast::ReportItem& item) {
  if (options_.smoke || item.subjects.empty() || item.columns.empty()) return;
  const ast::Expr& condition = *item.columns.front();
  if (expressions_.names_skipped(condition)) return;
  const auto* text = std::get_if<ast::StringLiteral>(&item.subjects.front()->node);
  ReportExprPtr lowered = expressions_.lower(condition);
  if (lowered == nullptr || text == nullptr) return;
  if (const auto doubt = find_doubt(*lowered, expressions_.index())) {
    expressions_.evaluator()
        .sink()
        .report(diagnostics::ClaimUndecidable, condition.span, doubt->reason)
        .hint(doubt->hint);
  }
  plan_.blocks.emplace_back(ReportClaim{text->value, std::move(lowered)});
}

void ReportBlocks::add(const ast::ReportItem& item) {
  const std::string& word = item.keyword.text;
  if (word == "images") return add_images(item);
  if (word == "confusion" || word == "roc" || word == "mistakes") return add_judgements(item);
  if (word == "heatmap") return add_heatmap(item);
  if (word == "selection") return add_selection(item);
  if (word == "claim") return add_claim(item);
  add_pictures(item);
}

}  // namespace nnc
