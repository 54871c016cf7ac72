// Report declarations -> report plans: which results of which trials, resolved so that the report needs no
// language.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "compiler/lower/experiments.hpp"

namespace nnc {

using ast::Overloaded;

namespace {

class ReportLowering {
 public:
  ReportLowering(Evaluator& evaluator, ExperimentExpander& expander, const StudyOptions& options,
                 Study& study)
      : evaluator_(evaluator), expander_(expander), options_(options), study_(study) {}

  void lower(const ast::ReportDecl& declaration);

 private:
  struct Subject {
    std::string experiment;
    std::vector<std::pair<std::string, ParameterValue>> point;
    std::vector<std::string> fields;
  };

  Sink& sink() { return evaluator_.sink(); }
  std::optional<Subject> read_subject(const ast::Expr& expr);
  std::optional<ResultRef> read_result(const ast::Expr& expr);
  std::string read_field(const ast::Expr& expr);
  bool skipped(const std::string& experiment) const {
    return !options_.only.empty() && experiment != options_.only;
  }
  [[nodiscard]] std::vector<const TrialPlan*> trials_of(const Subject& subject) const;
  void add_prose(const ast::Prose& prose, ReportPlan& plan);
  void add_item(const ast::ReportItem& item, const Span& span, ReportPlan& plan);
  void add_images(const ast::ReportItem& item, ReportPlan& plan);

  Evaluator& evaluator_;
  ExperimentExpander& expander_;
  const StudyOptions& options_;
  Study& study_;
};

}  // namespace

// "epochs[n: 50].test.accuracy" -> experiment epochs, point n = 50, fields test, accuracy.
std::optional<ReportLowering::Subject> ReportLowering::read_subject(const ast::Expr& expr) {
  return std::visit(Overloaded{[&](const ast::NameRef& name) -> std::optional<Subject> {
                                 const ast::Declaration* declaration = evaluator_.program().find(name.name);
                                 if (declaration != nullptr &&
                                     std::holds_alternative<ast::ExperimentDecl>(declaration->node)) {
                                   return Subject{name.name, {}, {}};
                                 }
                                 return std::nullopt;
                               },
                               [&](const ast::Member& member) -> std::optional<Subject> {
                                 auto subject = read_subject(*member.base);
                                 if (subject) subject->fields.push_back(member.member.text);
                                 return subject;
                               },
                               [&](const ast::Index& index) -> std::optional<Subject> {
                                 auto subject = read_subject(*index.base);
                                 if (!subject) return subject;
                                 for (const ast::Argument& argument : index.arguments) {
                                   if (!argument.name) return std::nullopt;
                                   Frame top;
                                   const Value value = evaluator_.evaluate(*argument.value, top);
                                   if (value.is_error()) return std::nullopt;
                                   subject->point.emplace_back(argument.name->text, to_parameter(value));
                                 }
                                 return subject;
                               },
                               [&](const ast::Paren& paren) { return read_subject(*paren.inner); },
                               [](const auto&) -> std::optional<Subject> { return std::nullopt; }},
                    expr.node);
}

std::vector<const TrialPlan*> ReportLowering::trials_of(const Subject& subject) const {
  std::vector<const TrialPlan*> trials;
  for (const TrialPlan& trial : study_.plan.trials) {
    if (trial.experiment != subject.experiment) continue;
    const bool at_point = std::all_of(subject.point.begin(), subject.point.end(), [&](const auto& wanted) {
      return std::any_of(trial.params.begin(), trial.params.end(), [&](const auto& param) {
        return param.first == wanted.first && same_parameter(param.second, wanted.second);
      });
    });
    if (at_point) trials.push_back(&trial);
  }
  return trials;
}

// "[units: 64, rate: 0.2]", as an author would pick the trial; "" without axes.
static std::string point_text(const TrialPlan& trial) {
  std::string text;
  for (const auto& [axis, value] : trial.params) {
    text += fmt::format("{}{}: {}", text.empty() ? "[" : ", ", axis, parameter_text(value));
  }
  return text.empty() ? text : text + "]";
}

std::optional<ResultRef> ReportLowering::read_result(const ast::Expr& expr) {
  const auto subject = read_subject(expr);
  const std::string text = evaluator_.text_of(expr);
  if (!subject || subject->fields.empty()) {
    // Names and members were checked; what is left is a form that later versions will know.
    if (!sink().has_errors())
      sink().report(diagnostics::NotYet, expr.span, fmt::format("`{}` in a report", text));
    return std::nullopt;
  }
  ResultRef result{subject->experiment, subject->point, fmt::format("{}", fmt::join(subject->fields, "."))};
  if (skipped(subject->experiment)) return result;
  const auto trials = trials_of(*subject);
  if (trials.size() == 1) return result;
  if (trials.empty()) {
    if (sink().has_errors()) return std::nullopt;
    auto builder = sink().report(diagnostics::UnknownResult, expr.span, subject->experiment, text);
    constexpr std::size_t kMostPoints = 6;
    const auto points = trials_of({subject->experiment, {}, {}});
    for (std::size_t i = 0; i < std::min(points.size(), kMostPoints); ++i) {
      builder.note(fmt::format("a trial is at {}", point_text(*points[i])));
    }
    builder.hint("no trial is at that point");
    return std::nullopt;
  }
  auto builder = sink().report(diagnostics::AmbiguousPoint, expr.span, subject->experiment,
                               static_cast<int>(trials.size()));
  const std::string point = point_text(*trials.front());
  if (!point.empty())
    builder.hint(fmt::format("for example `{}{}.{}`", subject->experiment, point, result.field));
  return std::nullopt;
}

// "test.accuracy" of a table's column.
std::string ReportLowering::read_field(const ast::Expr& expr) {
  if (const auto* name = std::get_if<ast::NameRef>(&expr.node)) return name->name;
  if (const auto* member = std::get_if<ast::Member>(&expr.node)) {
    return read_field(*member->base) + "." + member->member.text;
  }
  return evaluator_.text_of(expr);
}

void ReportLowering::add_prose(const ast::Prose& prose, ReportPlan& plan) {
  ReportText text;
  for (const ast::ProsePart& part : prose.parts) {
    if (part.value == nullptr) {
      text.parts.push_back({part.text, std::nullopt});
    } else if (auto result = read_result(*part.value)) {
      text.parts.push_back({"", std::move(*result)});
    }
  }
  plan.blocks.emplace_back(std::move(text));
}

void ReportLowering::add_images(const ast::ReportItem& item, ReportPlan& plan) {
  Frame top;
  ReportImages images;
  const Value source = item.subjects.empty() ? Value{} : evaluator_.evaluate(*item.subjects.front(), top);
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
    evaluator_.wrong_type(item.subjects.front()->span, evaluator_.text_of(*item.subjects.front()), source,
                          "data such as `fashion.train`");
    return;
  }
  if (item.subjects.size() > 1) {
    const Value count = evaluator_.evaluate(*item.subjects[1], top);
    if (count.is_error()) return;
    const auto* number = count.get<std::int64_t>();
    constexpr std::int64_t kMost = 20;
    if (number == nullptr) {
      evaluator_.wrong_type(item.subjects[1]->span, evaluator_.text_of(*item.subjects[1]), count, "an int");
      return;
    }
    if (*number < 1 || *number > kMost) {
      sink().report(diagnostics::OutOfRange, item.subjects[1]->span,
                    fmt::format("`images` shows 1 to {} samples, not {}", kMost, *number));
      return;
    }
    images.count = *number;
  }
  const auto index = expander_.data_index(*data, item.keyword.span);
  if (!index) return;
  images.data = *index;
  plan.blocks.emplace_back(images);
}

void ReportLowering::add_item(const ast::ReportItem& item, const Span& span, ReportPlan& plan) {
  const std::string& word = item.keyword.text;
  if (word == "images") return add_images(item, plan);
  std::vector<std::string> experiments;
  for (const ast::ExprPtr& expr : item.subjects) {
    const auto subject = read_subject(*expr);
    if (subject && !skipped(subject->experiment)) experiments.push_back(subject->experiment);
  }
  std::vector<std::string> fields;
  for (const ast::ExprPtr& column : item.columns) fields.push_back(read_field(*column));
  if (word == "summary" || word == "curves") {
    for (const std::string& experiment : experiments) {
      if (word == "summary") {
        plan.blocks.emplace_back(ReportSummary{experiment});
      } else {
        plan.blocks.emplace_back(ReportCurves{experiment});
      }
    }
  } else if (word == "table" || word == "bars") {
    if (experiments.empty()) return;
    if (fields.empty()) fields = {"test.accuracy"};
    if (word == "table") {
      plan.blocks.emplace_back(ReportTable{experiments, fields});
    } else {
      plan.blocks.emplace_back(ReportBars{experiments, fields});
    }
  } else {
    sink().report(diagnostics::NotYet, span, fmt::format("`{}` in a report", word));
  }
}

void ReportLowering::lower(const ast::ReportDecl& declaration) {
  ReportPlan plan;
  plan.title = declaration.title;
  for (const ast::ReportEntry& entry : declaration.entries) {
    std::visit(Overloaded{[&](const ast::Prose& prose) { add_prose(prose, plan); },
                          [&](const ast::ReportItem& item) { add_item(item, entry.span, plan); }},
               entry.node);
  }
  study_.plan.reports.push_back(std::move(plan));
}

void lower_reports(Evaluator& evaluator, ExperimentExpander& expander, const StudyOptions& options,
                   Study& study) {
  ReportLowering lowering(evaluator, expander, options, study);
  for (const ast::Declaration& declaration : evaluator.program().main_module().module.declarations) {
    if (const auto* report = std::get_if<ast::ReportDecl>(&declaration.node)) lowering.lower(*report);
  }
  if (!study.plan.reports.empty()) return;
  study.plan.reports.push_back({std::filesystem::path(study.plan.file).stem().string(), {}});
}

}  // namespace nnc
