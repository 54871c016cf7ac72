// results.json: what other programs read. In: a record. Out: text whose names are a contract; add to them
// freely.
#include "runtime/record/json_values.hpp"

namespace nnc::rt {
namespace {

using nlohmann::json;

json params_json(const std::vector<std::pair<std::string, ParameterValue>>& params) {
  json result = json::object();
  for (const auto& [name, value] : params) result[name] = parameter_json(value);
  return result;
}

json trial_json(const TrialRecord& trial) {
  json directions = json::object();
  for (const auto& [name, direction] : trial.directions) directions[name] = direction_word(direction);
  json result = {
      {"id", trial.id},
      {"identity", trial.identity},
      {"experiment", trial.experiment},
      {"params", params_json(trial.params)},
      {"seed", trial.seed},
      {"fold", trial.fold ? json(*trial.fold) : json()},
      {"refit", trial.refit},
      {"status", status_word(trial.status)},
      {"model", trial.model},
      {"data", trial.data},
      {"loss", trial.loss},
      {"optimizer", trial.optimizer},
      {"schedule", trial.schedule.empty() ? json() : json(trial.schedule)},
      {"batch", trial.batch},
      {"parameters", trial.parameters},
      {"epochs", trial.epochs},
      {"kept_epoch", trial.kept_epoch},
      {"steps_trained", trial.steps_trained},
      {"metrics", trial.metrics},
      {"history", trial.history},
      {"samples", trial.samples},
      {"directions", std::move(directions)},
      {"seconds", {{"train", trial.seconds_train}, {"evaluate", trial.seconds_evaluate}}},
      {"weights_sha256", trial.weights_sha256},
      {"weights_file", trial.weights_file},
      {"predictions", trial.predictions},
  };
  if (!trial.reason.empty()) result["reason"] = trial.reason;
  return result;
}

json data_json(const DataRecord& data) {
  return {{"name", data.name},
          {"folder", data.folder},
          {"train_count", data.train_count},
          {"test_count", data.test_count},
          {"sample_shape", data.sample_shape.sizes()},
          {"classes", data.classes},
          {"scale", data.scale},
          {"sha256", data.sha256}};
}

json work_json(const WorkRecord& work) {
  return {{"declared", work.declared},
          {"distinct", work.distinct},
          {"known", work.known},
          {"stages", work.stages},
          {"epochs_declared", work.epochs_declared},
          {"epochs_planned", work.epochs_planned},
          {"steps_trained", work.steps_trained},
          {"memory_bytes", work.memory_bytes}};
}

json selection_json(const SelectionRecord& selection) {
  return {{"experiment", selection.experiment},
          {"by", selection.by},
          {"params", params_json(selection.params)},
          {"score", selection.score},
          {"deviation", selection.deviation}};
}

json claim_json(const ClaimRecord& claim) {
  return {{"text", claim.text},
          {"condition", claim.condition},
          {"verdict", verdict_word(claim.verdict)},
          {"evidence", claim.evidence}};
}

template <class T>
json list_json(const std::vector<T>& list, json (*one)(const T&)) {
  json result = json::array();
  for (const T& item : list) result.push_back(one(item));
  return result;
}

}  // namespace

std::string results_json(const RunRecord& record) {
  json results = {{"schema", kResultsSchema},
                  {"file", record.file},
                  {"nnc", record.nnc_version},
                  {"command", record.command},
                  {"machine", record.machine},
                  {"date", record.date},
                  {"seconds", record.seconds},
                  {"store", record.store},
                  {"data", list_json(record.data, data_json)},
                  {"work", work_json(record.work)},
                  {"trials", list_json(record.trials, trial_json)},
                  {"selections", list_json(record.selections, selection_json)},
                  {"claims", list_json(record.claims, claim_json)}};
  if (!record.problems.empty()) results["problems"] = record.problems;
  if (record.smoke) results["smoke"] = true;
  if (record.interrupted()) results["expected_trials"] = record.expected_trials;
  return json_text(results, 2);
}

}  // namespace nnc::rt
