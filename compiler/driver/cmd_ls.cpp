// nnc ls, nnc show: what the store knows, in a line per trial and one trial whole.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>

#include "compiler/base/text_width.hpp"
#include "compiler/driver/commands.hpp"
#include "compiler/driver/json_output.hpp"
#include "compiler/driver/output.hpp"
#include "compiler/driver/store_access.hpp"
#include "compiler/driver/stored_trials.hpp"

namespace nnc {
namespace {

std::string listing(const std::vector<rt::TrialRecord>& trials) {
  Table table;
  table.column("trial");
  table.column("experiment");
  table.column("model");
  table.column("epochs", Table::Align::Right);
  table.column("status");
  table.column("result");
  table.column("time", Table::Align::Right);
  for (const rt::TrialRecord& trial : trials) {
    table.row({short_identity(trial.identity), printable(stored_name(trial)), printable(trial.model),
               std::to_string(trial.epochs), rt::status_word(trial.status), score_of(trial),
               duration_text(trial.seconds_train + trial.seconds_evaluate)});
  }
  return table.to_string();
}

nlohmann::ordered_json sizes_json(const rt::StoreSizes& sizes) {
  return {{"trials", sizes.trials},           {"record_bytes", sizes.record_bytes},
          {"weights", sizes.weights},         {"weight_bytes", sizes.weight_bytes},
          {"predictions", sizes.predictions}, {"prediction_bytes", sizes.prediction_bytes},
          {"checkpoints", sizes.checkpoints}, {"checkpoint_bytes", sizes.checkpoint_bytes},
          {"leftovers", sizes.leftovers},     {"leftover_bytes", sizes.leftover_bytes}};
}

std::string trial_text(const rt::TrialRecord& trial, const rt::Store& store) {
  Table table;
  table.column("");
  table.column("");
  const auto row = [&](const std::string& name, const std::string& value) {
    if (!value.empty()) table.row({name, printable(value)});
  };
  row("trial", stored_name(trial));
  row("identity", trial.identity);
  row("status", trial.reason.empty() ? rt::status_word(trial.status)
                                     : fmt::format("{}: {}", rt::status_word(trial.status), trial.reason));
  row("model", fmt::format("{}, {}", trial.model, count_text(trial.parameters, "parameter")));
  row("data", trial.data);
  row("loss", trial.loss);
  row("optimizer", trial.optimizer);
  row("schedule", trial.schedule);
  row("batch", std::to_string(trial.batch));
  row("epochs", trial.kept_epoch == 0 || trial.kept_epoch == trial.epochs
                    ? std::to_string(trial.epochs)
                    : fmt::format("{}, kept the weights after {}", trial.epochs, trial.kept_epoch));
  row("steps", with_separators(trial.steps_trained));
  for (const auto& [name, value] : trial.metrics) row(name, fmt::format("{:.6g}", value));
  row("time", fmt::format("{} of training, {} of evaluation", duration_text(trial.seconds_train),
                          duration_text(trial.seconds_evaluate)));
  row("weights",
      trial.weights_file.empty() ? "" : store.object_path(rt::ObjectKind::Weights, trial.weights_file));
  row("sha256 of weights", trial.weights_sha256);
  for (const auto& [part, file] : trial.predictions)
    row(fmt::format("predictions on {}", part), store.object_path(rt::ObjectKind::Predictions, file));
  for (const auto& [name, value] : trial.identity_fields) row("identity: " + name, value);
  return table.to_string();
}

}  // namespace

std::string sizes_text(const rt::StoreSizes& sizes) {
  Table table;
  table.column("");
  table.column("files", Table::Align::Right);
  table.column("bytes", Table::Align::Right);
  const auto row = [&](const char* name, std::int64_t count, std::uint64_t bytes) {
    table.row({name, with_separators(count), bytes_text(bytes)});
  };
  row("records", sizes.trials, sizes.record_bytes);
  row("weights", sizes.weights, sizes.weight_bytes);
  row("predictions", sizes.predictions, sizes.prediction_bytes);
  row("checkpoints", sizes.checkpoints, sizes.checkpoint_bytes);
  if (sizes.leftovers > 0) row("leftovers", sizes.leftovers, sizes.leftover_bytes);
  return table.to_string();
}

int cmd_ls(Env& env, const Options& options) {
  const auto store = open_store(env, options, options.file, StoreUse::Read);
  if (store == nullptr) return kExitUsage;
  const auto trials = store->all();
  const auto sizes = store->sizes();
  tell_notices(env, *store);
  if (!trials || !sizes) {
    print_error(env, options, trials ? sizes.failure() : trials.failure());
    return kExitUsage;
  }
  if (options.json) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const rt::TrialRecord& trial : trials.value()) {
      list.push_back(nlohmann::ordered_json::parse(rt::trial_record_json(trial)));
    }
    print_json(env, {{"store", store->folder()}, {"sizes", sizes_json(sizes.value())}, {"trials", list}});
  } else if (trials.value().empty()) {
    *env.out << fmt::format("no trials in {}\n", store->folder());
  } else {
    *env.out << listing(trials.value()) << "\n" << store->folder() << "\n" << sizes_text(sizes.value());
  }
  return kExitOk;
}

int cmd_show(Env& env, const Options& options) {
  const auto store = open_store(env, options, options.file, StoreUse::Read);
  if (store == nullptr) return kExitUsage;
  const auto trials = store->all();
  const auto found =
      trials ? find_stored(trials.value(), options.topic) : Result<rt::TrialRecord>(trials.failure());
  tell_notices(env, *store);
  if (!found) {
    print_error(env, options, found.failure());
    return kExitUsage;
  }
  *env.out << (options.json ? rt::trial_record_json(found.value()) : trial_text(found.value(), *store));
  return kExitOk;
}

}  // namespace nnc
