// nnc ls, nnc show: what the store knows, in a line per trial and one trial whole.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <sstream>

#include "compiler/base/text_width.hpp"
#include "compiler/driver/commands.hpp"
#include "compiler/driver/json_output.hpp"
#include "compiler/driver/open_study.hpp"
#include "compiler/driver/output.hpp"
#include "compiler/driver/store_access.hpp"
#include "compiler/driver/stored_trials.hpp"

namespace nnc {
namespace {

std::string listing(const std::vector<rt::TrialRecord>& trials) {
  const std::vector<std::string> differences = what_differs(trials);
  const bool differ = std::ranges::any_of(differences, [](const std::string& text) { return !text.empty(); });
  Table table;
  table.column("trial");
  table.column("experiment");
  table.column("model");
  table.column("epochs", Table::Align::Right);
  table.column("batch", Table::Align::Right);
  table.column("status");
  table.column("result");
  table.column("time", Table::Align::Right);
  table.column("date (UTC)");
  if (differ) table.column("what differs");
  for (std::size_t i = 0; i < trials.size(); ++i) {
    const rt::TrialRecord& trial = trials[i];
    table.row({short_identity(trial.identity), printable(stored_name(trial)), printable(trial.model),
               std::to_string(trial.epochs), std::to_string(trial.batch), rt::status_word(trial.status),
               score_of(trial), duration_text(trial.seconds_train + trial.seconds_evaluate), date_of(trial),
               printable(differences[i])});
  }
  return table.to_string();
}

// A trial that may go on from a state: of the program, or known.
struct NamedTrial {
  std::string name;
  std::string base;
  std::int64_t epochs = 0;
};

// The shortest that goes through the state; null if there is none.
const NamedTrial* trial_through(const std::vector<NamedTrial>& trials, const rt::CheckpointInfo& state) {
  const NamedTrial* shortest = nullptr;
  for (const NamedTrial& trial : trials) {
    const bool through = trial.base == state.base && trial.epochs >= state.epoch;
    if (through && (shortest == nullptr || trial.epochs < shortest->epochs)) shortest = &trial;
  }
  return shortest;
}

// The program, silently: whatever is wrong with it is not what was asked for. Null if there is none that can
// be asked.
std::unique_ptr<OpenStudy> study_if_sound(const Env& env, const Options& options) {
  Env silent = env;
  std::ostringstream nothing;
  silent.out = &nothing;
  silent.err = &nothing;
  int exit_code = kExitOk;
  return open_study(silent, options, StoreUse::Read, exit_code);
}

std::vector<NamedTrial> trials_of_program(const Env& env, const Options& options) {
  const auto study = study_if_sound(env, options);
  std::vector<NamedTrial> trials;
  if (study == nullptr) return trials;
  const std::vector<std::string> names = trial_names(study->plan());
  for (std::size_t i = 0; i < names.size(); ++i)
    trials.push_back({names[i], study->prepared->work().identities[i].base, study->plan().trials[i].epochs});
  return trials;
}

// Per state the name of a trial that goes through it. The program is asked only about those that are left.
std::vector<std::string> names_of_states(const Env& env, const Options& options,
                                         const std::vector<rt::TrialRecord>& records,
                                         const std::vector<rt::CheckpointInfo>& states) {
  std::vector<NamedTrial> known;
  for (const rt::TrialRecord& record : records)
    known.push_back({stored_name(record), record.base, record.epochs});
  std::optional<std::vector<NamedTrial>> own;
  std::vector<std::string> names;
  for (const rt::CheckpointInfo& state : states) {
    const NamedTrial* trial = trial_through(known, state);
    if (trial == nullptr && !own) own = trials_of_program(env, options);
    if (trial == nullptr) trial = trial_through(*own, state);
    names.push_back(trial == nullptr ? "of another program" : trial->name);
  }
  return names;
}

// More are not read by anybody; --json has them all.
constexpr std::size_t kMostStates = 50;

std::string states_text(const std::vector<rt::CheckpointInfo>& states,
                        const std::vector<std::string>& names) {
  Table table;
  table.column("states to go on from");
  table.column("after epoch", Table::Align::Right);
  table.column("size", Table::Align::Right);
  for (std::size_t i = 0; i < std::min(states.size(), kMostStates); ++i) {
    const rt::CheckpointInfo& state = states[i];
    table.row({printable(names[i]),
               state.complete ? std::to_string(state.epoch)
                              : fmt::format("{} + {}", state.epoch - 1, count_text(state.steps, "step")),
               bytes_text(state.bytes)});
  }
  std::string text = table.to_string();
  if (states.size() > kMostStates) text += fmt::format("  ... and {} more\n", states.size() - kMostStates);
  return text;
}

nlohmann::ordered_json states_json(const std::vector<rt::CheckpointInfo>& states) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const rt::CheckpointInfo& state : states) {
    list.push_back({{"base", state.base},
                    {"epoch", state.epoch},
                    {"steps", state.steps},
                    {"complete", state.complete},
                    {"bytes", state.bytes}});
  }
  return list;
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
  row("seed", std::to_string(trial.seed));
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
  row("stops early by", stop_of(trial));
  row("steps", with_separators(trial.steps_trained));
  for (const auto& [name, value] : trial.metrics) row(name, fmt::format("{:.6g}", value));
  row("time", fmt::format("{} of training, {} of evaluation", duration_text(trial.seconds_train),
                          duration_text(trial.seconds_evaluate)));
  row("date", date_of(trial).empty() ? "" : date_of(trial) + " UTC");
  row("weights",
      trial.weights_file.empty() ? "" : store.object_path(rt::ObjectKind::Weights, trial.weights_file));
  row("sha256 of weights", trial.weights_sha256);
  for (const auto& [part, file] : trial.predictions)
    row(fmt::format("predictions on {}", part), store.object_path(rt::ObjectKind::Predictions, file));
  Table identity;
  identity.column("");
  identity.column("");
  for (const auto& [name, value] : trial.identity_fields) identity.row({name, printable(value)});
  return fmt::format("{}  what the identity is made of\n{}", table.to_string(), identity.to_string("    "));
}

// The trial of the program that a word means, if there is a program that can be asked: the identities of
// those that are meant.
std::vector<std::string> meant_in_program(Env& env, const Options& options) {
  const auto study = study_if_sound(env, options);
  std::vector<std::string> identities;
  if (study == nullptr) return identities;
  for (const std::size_t trial : find_trials(*study, options.topic))
    identities.push_back(study->prepared->work().identities[trial].id);
  return identities;
}

// As the store names it, or as the program does.
Result<rt::TrialRecord> find_shown(Env& env, const Options& options,
                                   const std::vector<rt::TrialRecord>& trials) {
  Result<rt::TrialRecord> found = find_stored(trials, options.topic);
  if (options.topic.empty() || (found && !is_trial_number(options.topic))) return found;
  const std::vector<std::string> identities = meant_in_program(env, options);
  if (identities.size() != 1) return found;
  const auto own = std::ranges::find(trials, identities.front(), &rt::TrialRecord::identity);
  if (own != trials.end()) return *own;
  return Failure{fmt::format("trial `{}` has not been trained", options.topic),
                 "`nnc ls` lists those that are kept"};
}

}  // namespace

int cmd_ls(Env& env, const Options& options) {
  if (!check_file(env, options)) return kExitUsage;
  const auto store = open_store(env, options, options.file, StoreUse::Read);
  if (store == nullptr) return kExitUsage;
  const auto trials = store->all();
  const auto sizes = store->sizes();
  const auto states = store->all_checkpoints();
  tell_notices(env, *store);
  if (!trials || !sizes || !states) {
    print_error(env, options, !trials ? trials.failure() : !sizes ? sizes.failure() : states.failure());
    return kExitUsage;
  }
  if (options.json) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const rt::TrialRecord& trial : trials.value()) {
      list.push_back(nlohmann::ordered_json::parse(rt::trial_record_json(trial)));
    }
    print_json(env, {{"store", store->folder()},
                     {"sizes", sizes_json(sizes.value())},
                     {"states", states_json(states.value())},
                     {"trials", list}});
    return kExitOk;
  }
  if (trials.value().empty()) {
    *env.out << fmt::format("no trials in {}{}\n", store->folder(),
                            rt::Store::is_store(store->folder()) ? "" : ": there is no store yet");
  } else {
    *env.out << listing(trials.value());
  }
  if (!states.value().empty()) {
    *env.out << "\n"
             << states_text(states.value(), names_of_states(env, options, trials.value(), states.value()));
  }
  const bool something = sizes.value().trials + sizes.value().checkpoints + sizes.value().leftovers > 0;
  if (something) *env.out << "\n" << store->folder() << "\n" << sizes_text(sizes.value());
  return kExitOk;
}

int cmd_show(Env& env, const Options& options) {
  const auto store = open_kept(env, options, StoreUse::Read);
  if (store == nullptr) return kExitUsage;
  const auto trials = store->all();
  const auto found =
      trials ? find_shown(env, options, trials.value()) : Result<rt::TrialRecord>(trials.failure());
  tell_notices(env, *store);
  if (!found) {
    print_error(env, options, found.failure());
    return kExitUsage;
  }
  *env.out << (options.json ? rt::trial_record_json(found.value()) : trial_text(found.value(), *store));
  return kExitOk;
}

}  // namespace nnc
