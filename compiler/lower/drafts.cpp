// What the trials of one point have in common: model, data, recipe, validation, early stopping. In: the
// statements in force and the values of the axes. Out: a trial without seed, fold and id.
#include <fmt/format.h>

#include <cmath>

#include "compiler/base/number_text.hpp"
#include "compiler/lower/experiments.hpp"
#include "compiler/lower/recipes.hpp"

namespace nnc {

std::string dotted_name(const ast::Expr& expr) {
  if (const auto* name = std::get_if<ast::NameRef>(&expr.node)) return name->name;
  if (const auto* paren = std::get_if<ast::Paren>(&expr.node)) return dotted_name(*paren->inner);
  const auto* member = std::get_if<ast::Member>(&expr.node);
  const std::string base = member == nullptr ? "" : dotted_name(*member->base);
  return base.empty() ? base : base + "." + member->member.text;
}

std::optional<Direction> better_of(const TrialPlan& trial, const std::string& field) {
  const std::size_t point = field.find('.');
  if (point == std::string::npos) return std::nullopt;
  const std::string name = field.substr(point + 1);
  if (name == "loss") return Direction::Lower;
  for (const MetricPlan& metric : trial.metrics) {
    if (metric.name == name) return metric.better;
  }
  return std::nullopt;
}

bool ExperimentExpander::read_model_and_data(const ExperimentPlan& experiment, Frame& frame, Draft& draft) {
  const ast::Train& train = *experiment.train;
  const Value model = evaluator_.evaluate(*train.model, frame);
  draft.setup.model = evaluator_.to_instance(model, ast::FunctionKind::Model, train.model->span, frame);
  const Value data = evaluator_.evaluate(*train.data, frame);
  const auto* ref = data.get<DeclarationRef>();
  if (ref == nullptr || !std::holds_alternative<ast::DataDecl>(ref->declaration->node)) {
    evaluator_.wrong_type(train.data->span, evaluator_.text_of(*train.data), data, "data");
    return false;
  }
  draft.setup.data_span = std::get<ast::DataDecl>(ref->declaration->node).name.span;
  const auto index = data_.index(*ref->declaration, train.data->span);
  if (!index || draft.setup.model == nullptr) return false;
  draft.setup.data = *index;
  draft.trial.data = *index;
  draft.trial.model = ast::declared_name(*draft.setup.model->declaration)->text;
  return true;
}

// A fold needs a sample, and so does what is left to train on.
bool ExperimentExpander::fits_data(const ExperimentPlan& experiment, const ValidationPlan& validation,
                                   const DataPlan& data) {
  const bool folds = validation.kind == ValidationPlan::Kind::KFold;
  const double held_out = std::ceil(validation.fraction * static_cast<double>(data.train_count));
  const bool fits =
      folds ? validation.folds <= data.train_count : held_out < static_cast<double>(data.train_count);
  if (fits) return true;
  const std::string samples =
      fmt::format("`{}` has {}", data.name, count_text(data.train_count, "training sample"));
  evaluator_.sink().report(
      diagnostics::OutOfRange, evaluator_.user_place(experiment.validation->span),
      folds ? fmt::format("`{}` needs at least {} training samples, and {}", validation_text(validation),
                          with_separators(validation.folds), samples)
            : fmt::format("`{}` leaves nothing to train on: {}", validation_text(validation), samples));
  return false;
}

bool ExperimentExpander::read_validation(const ExperimentPlan& experiment, Frame& frame, Draft& draft) {
  if (experiment.validation == nullptr) return true;
  const ast::Expr& written = *experiment.validation;
  const Value value = evaluator_.evaluate(written, frame);
  if (value.is_error()) return false;
  const auto* scheme = value.get<ValidationScheme>();
  if (scheme == nullptr) {
    evaluator_.wrong_type(written.span, evaluator_.text_of(written), value,
                          "a validation scheme such as `kfold(5)`");
    return false;
  }
  draft.trial.validation = scheme->plan;
  return fits_data(experiment, scheme->plan, study_.plan.data[draft.trial.data]);
}

bool ExperimentExpander::read_stop(const ExperimentPlan& experiment, Frame& frame, Draft& draft) {
  if (experiment.stop == nullptr) return true;
  const ast::Expr& written = *experiment.stop->metric;
  StopPlan stop;
  stop.field = dotted_name(written);
  const bool of_valid = stop.field.starts_with("valid.");
  if (of_valid && !draft.trial.validation) {
    evaluator_.sink()
        .report(diagnostics::NoValidation, written.span, evaluator_.text_of(written), experiment.name)
        .hint("add a line such as `validate over holdout(0.2)`");
    return false;
  }
  const bool known = stop.field == "valid.loss" || stop.field == "valid.accuracy" ||
                     stop.field == "train.loss" || stop.field == "train.accuracy";
  if (!known) {
    evaluator_.sink()
        .report(diagnostics::UnknownResult, written.span, experiment.name, evaluator_.text_of(written))
        .hint("training can be stopped by `valid.loss`, `valid.accuracy`, `train.loss` or `train.accuracy`");
    return false;
  }
  stop.better = stop.field.ends_with("loss") ? Direction::Lower : Direction::Higher;
  const Value patience = evaluator_.evaluate(*experiment.stop->patience, frame);
  if (patience.is_error()) return false;
  const auto epochs = whole_number(evaluator_, patience, "epochs", 1, experiment.stop->patience->span);
  if (!epochs) return false;
  stop.patience = *epochs;
  draft.trial.stop = std::move(stop);
  return true;
}

std::optional<ExperimentExpander::Draft> ExperimentExpander::draft_point(const ExperimentPlan& experiment,
                                                                         const Point& point) {
  const int errors_before = evaluator_.sink().error_count();
  Frame frame;
  frame.locals = point.axes;
  Draft draft;
  draft.setup.train_span = experiment.train_span;
  draft.trial.experiment = experiment.name;
  draft.trial.measures_test = experiment.selection == nullptr;
  std::vector<std::pair<std::string, ParameterValue>> params;
  params.reserve(point.axes.size());
  for (const auto& [name, value] : point.axes) params.emplace_back(name, to_parameter(value));
  draft.trial.params = std::move(params);
  // Each is read even if another is wrong: independent mistakes are told together.
  const bool model = read_model_and_data(experiment, frame, draft);
  const bool recipe = apply_recipe(evaluator_, recipes_, rates_, *experiment.train, options_, frame,
                                   draft.trial, draft.setup);
  const bool validation =
      !model || (read_validation(experiment, frame, draft) && read_stop(experiment, frame, draft));
  if (!model || !recipe || !validation || evaluator_.sink().error_count() > errors_before)
    return std::nullopt;
  return draft;
}

}  // namespace nnc
