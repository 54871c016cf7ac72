// JSON by nlohmann; the keys of an object keep the order in which they are written here.
#include "compiler/driver/json_output.hpp"

#include <nlohmann/json.hpp>
#include <ostream>

#include "compiler/base/render.hpp"
#include "compiler/driver/experiment_times.hpp"
#include "compiler/driver/sarif.hpp"
#include "runtime/record/json_values.hpp"

namespace nnc {
namespace {

using Json = nlohmann::ordered_json;

std::string dump(const Json& json) { return rt::json_text(json, 2); }

Json params_json(const std::vector<std::pair<std::string, ParameterValue>>& params) {
  Json result = Json::object();
  for (const auto& [name, value] : params) result[name] = rt::parameter_json<Json>(value);
  return result;
}

Json layers_json(const std::vector<LayerSummary>& layers) {
  Json result = Json::array();
  for (const LayerSummary& layer : layers) {
    result.push_back({{"name", layer.name},
                      {"kind", layer.kind},
                      {"depth", layer.depth},
                      {"output", layer.output.to_string()},
                      {"parameters", layer.parameters},
                      {"other_parameters", layer.other_parameters}});
  }
  return result;
}

Json metrics_json(const std::vector<MetricPlan>& metrics) {
  Json result = Json::array();
  for (const MetricPlan& metric : metrics) {
    result.push_back(
        {{"name", metric.name}, {"variant", metric.variant}, {"better", rt::direction_word(metric.better)}});
  }
  return result;
}

Json validation_json(const std::optional<ValidationPlan>& validation) {
  if (!validation) return {};
  Json result = {{"stratified", validation->stratified}, {"shuffle", validation->shuffle}};
  if (validation->kind == ValidationPlan::Kind::KFold) {
    result["folds"] = validation->folds;
  } else {
    result["holdout"] = validation->fraction;
  }
  return result;
}

const char* fate_word(TrialCost::Kind kind) {
  switch (kind) {
    case TrialCost::Kind::Trained:
      return "trained";
    case TrialCost::Kind::Known:
      return "known";
    case TrialCost::Kind::Same:
      return "same";
    case TrialCost::Kind::OnTheWay:
      return "on the way";
    case TrialCost::Kind::Leaves:
      return "leaves";
    case TrialCost::Kind::IfBest:
      return "if best";
  }
  return "";
}

Json trial_json(const StudyPlan& plan, const TrialPlan& trial, const TrialCost& cost) {
  return {{"id", trial.id},
          {"experiment", trial.experiment},
          {"params", params_json(trial.params)},
          {"seed", trial.seed},
          {"fold", trial.fold ? Json(*trial.fold) : Json()},
          {"refit", trial.refit},
          {"validation", validation_json(trial.validation)},
          {"model", trial.model},
          {"data", plan.data[trial.data].name},
          {"loss", trial.loss},
          {"optimizer", trial.optimizer},
          {"schedule", trial.schedule.empty() ? Json() : Json(trial.schedule)},
          {"rates", trial.rates == nullptr ? Json() : Json(*trial.rates)},
          {"batch", trial.batch},
          {"epochs", trial.epochs},
          {"shuffle", trial.shuffle},
          {"metrics", metrics_json(trial.metrics)},
          {"parameters", trial.parameters},
          {"steps", cost.steps},
          {"memory_bytes", cost.bytes},
          {"seconds", cost.seconds ? Json(*cost.seconds) : Json()}};
}

Json experiments_json(const StudyPlan& plan, const StudyCost& cost) {
  Json experiments = Json::array();
  for (const std::string& name : experiments_of(plan)) {
    const auto seconds = cost.seconds_alone.find(name);
    const bool known = seconds != cost.seconds_alone.end();
    experiments.push_back({{"name", name}, {"seconds", known ? Json(seconds->second) : Json()}});
  }
  return experiments;
}

}  // namespace

void print_json(Env& env, const Json& json) { *env.out << dump(json); }

std::string failure_document(const Options& options, const Failure& failure) {
  if (options.message_format == "sarif") return failure_sarif(failure);
  return dump({{"error", failure.message}, {"help", failure.hint.empty() ? Json() : Json(failure.hint)}});
}

Json diagnostics_object(const Compilation& compilation) {
  const std::vector<Diagnostic> all = compilation.sink.sorted();
  const int errors = compilation.sink.error_count();
  return {{"file", compilation.path},
          {"errors", errors},
          {"warnings", static_cast<int>(all.size()) - errors},
          {"diagnostics", Json::parse(diagnostics_json(compilation.sources, all))}};
}

std::string diagnostics_document(const Options& options, const Compilation& compilation) {
  if (options.message_format == "sarif") return diagnostics_sarif(compilation);
  return dump(diagnostics_object(compilation));
}

std::string plan_object(const Compilation& compilation, const rt::WorkPlan& work, const StudyCost& cost) {
  const StudyPlan& plan = compilation.study->plan;
  Json trials = Json::array();
  for (std::size_t i = 0; i < plan.trials.size(); ++i) {
    Json trial = trial_json(plan, plan.trials[i], cost.trials[i]);
    const TrialCost& one = cost.trials[i];
    const bool has_like = one.kind == TrialCost::Kind::Same || one.kind == TrialCost::Kind::OnTheWay ||
                          one.kind == TrialCost::Kind::Leaves;
    trial["identity"] = work.identities[i].id;
    trial["fate"] = fate_word(one.kind);
    if (one.kind == TrialCost::Kind::Leaves) trial["from_epoch"] = one.from;
    trial["like"] = has_like ? Json(plan.trials[one.like].id) : Json();
    trials.push_back(std::move(trial));
  }
  Json selections = Json::array();
  for (const SelectionPlan& selection : plan.selections) {
    selections.push_back({{"experiment", selection.experiment},
                          {"by", selection.field},
                          {"better", rt::direction_word(selection.better)}});
  }
  return dump({{"file", compilation.path},
               {"trials_declared", cost.declared},
               {"trials_distinct", cost.distinct},
               {"trials_known", cost.known},
               {"stages", cost.stages},
               {"epochs_declared", cost.epochs_declared},
               {"epochs", cost.epochs},
               {"steps_declared", cost.steps_declared},
               {"steps", cost.steps},
               {"refit_steps", {{"least", cost.least_refit_steps}, {"most", cost.most_refit_steps}}},
               {"jobs", cost.jobs},
               {"may_stop_early", cost.may_stop},
               {"memory_bytes", cost.peak_bytes},
               {"data_bytes", cost.data_bytes},
               {"seconds", cost.seconds ? Json(*cost.seconds) : Json()},
               {"selections", selections},
               {"experiments", experiments_json(plan, cost)},
               {"trials", trials}});
}

std::string summary_object(const std::vector<ModelSummary>& models) {
  Json all = Json::array();
  for (const ModelSummary& model : models) {
    all.push_back({{"name", model.name},
                   {"input", model.input.to_string()},
                   {"parameters", model.trained},
                   {"other_parameters", model.other},
                   {"layers", layers_json(model.layers)}});
  }
  return dump({{"models", all}});
}

}  // namespace nnc
