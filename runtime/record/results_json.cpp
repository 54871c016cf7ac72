// results.json: what other programs read. In: a record. Out: text whose names are a contract; add to them
// freely.
#include "runtime/record/json_values.hpp"

namespace nnc::rt {
namespace {

using nlohmann::json;

json trial_json(const TrialRecord& trial) {
  json params = json::object();
  for (const auto& [name, value] : trial.params) params[name] = parameter_json(value);
  json directions = json::object();
  for (const auto& [name, direction] : trial.directions) directions[name] = direction_word(direction);
  json result = {
      {"id", trial.id},
      {"experiment", trial.experiment},
      {"params", std::move(params)},
      {"seed", trial.seed},
      {"fold", trial.fold ? json(*trial.fold) : json()},
      {"status", status_word(trial.status)},
      {"model", trial.model},
      {"data", trial.data},
      {"loss", trial.loss},
      {"optimizer", trial.optimizer},
      {"batch", trial.batch},
      {"parameters", trial.parameters},
      {"epochs", trial.epochs},
      {"steps_trained", trial.steps_trained},
      {"metrics", trial.metrics},
      {"history", trial.history},
      {"directions", std::move(directions)},
      {"seconds", {{"train", trial.seconds_train}, {"evaluate", trial.seconds_evaluate}}},
      {"weights_sha256", trial.weights_sha256},
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

}  // namespace

std::string results_json(const RunRecord& record) {
  json data = json::array();
  for (const DataRecord& entry : record.data) data.push_back(data_json(entry));
  json trials = json::array();
  for (const TrialRecord& trial : record.trials) trials.push_back(trial_json(trial));
  return json_text({{"schema", record.schema},
                    {"file", record.file},
                    {"nnc", record.nnc_version},
                    {"command", record.command},
                    {"machine", record.machine},
                    {"date", record.date},
                    {"seconds", record.seconds},
                    {"data", std::move(data)},
                    {"trials", std::move(trials)},
                    {"selections", json::array()},
                    {"claims", json::array()}},
                   2);
}

}  // namespace nnc::rt
