// See stored_trials.hpp.
#include "compiler/driver/stored_trials.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <tuple>

#include "compiler/driver/output.hpp"
#include "compiler/driver/trial_changes.hpp"

namespace nnc {

std::string short_identity(const std::string& identity) {
  constexpr std::size_t kShown = 10;
  return identity.substr(0, kShown);
}

std::string stored_name(const rt::TrialRecord& trial) {
  std::string name = trial.experiment;
  if (const std::string params = params_text(trial.params); !params.empty())
    name += fmt::format(" ({})", params);
  name += fmt::format(", seed {}", trial.seed);
  if (trial.fold) name += fmt::format(", fold {}", *trial.fold + 1);
  if (trial.refit) name += ", refit";
  const bool smoke =
      std::ranges::any_of(trial.identity_fields, [](const auto& field) { return field.first == "smoke"; });
  if (smoke) name += ", smoke";
  return name;
}

std::string score_of(const rt::TrialRecord& trial) {
  for (const char* part : {"test", "valid"}) {
    const auto found = trial.metrics.find(fmt::format("{}.accuracy", part));
    if (found != trial.metrics.end()) return fmt::format("{} accuracy {:.4f}", part, found->second);
  }
  return {};
}

std::string date_of(const rt::TrialRecord& trial) {
  constexpr std::size_t kMinutes = 16;
  std::string date = trial.date.substr(0, kMinutes);
  std::ranges::replace(date, 'T', ' ');
  return date;
}

static std::string field_of(const rt::TrialRecord& trial, const std::string& name) {
  const auto found =
      std::ranges::find(trial.identity_fields, name, [](const auto& field) { return field.first; });
  return found == trial.identity_fields.end() ? "" : found->second;
}

// An identity has "valid.loss lower 3".
std::string stop_of(const rt::TrialRecord& trial) {
  const std::string field = field_of(trial, "stop");
  const std::size_t first = field.find(' ');
  const std::size_t last = field.rfind(' ');
  if (first == std::string::npos || first == last) return {};
  const std::string patience = field.substr(last + 1);
  return fmt::format("{} ({} is better) after {} epoch{}", field.substr(0, first),
                     field.substr(first + 1, last - first - 1), patience, patience == "1" ? "" : "s");
}

// What is a hash in the identity is shown by what people wrote, or by its beginning.
static std::string shown_field(const rt::TrialRecord& trial, const std::string& name) {
  constexpr std::size_t kHashLength = 64;
  constexpr std::size_t kShown = 8;
  const std::string value = field_of(trial, name);
  if (name == "optimizer") return trial.optimizer;
  if (name == "schedule" && !trial.schedule.empty()) return trial.schedule;
  return value.size() == kHashLength ? value.substr(0, kShown) : value;
}

std::vector<std::string> what_differs(const std::vector<rt::TrialRecord>& trials) {
  std::map<std::string, std::vector<std::size_t>> alike;  // by name
  for (std::size_t i = 0; i < trials.size(); ++i) alike[stored_name(trials[i])].push_back(i);
  std::vector<std::string> texts(trials.size());
  for (const auto& [name, group] : alike) {
    const rt::TrialRecord& first = trials[group.front()];
    for (const auto& [field, value] : first.identity_fields) {
      // These have columns of their own.
      if (field == "epochs" || field == "batch" || field == "seed") continue;
      const bool differs = std::ranges::any_of(
          group, [&](std::size_t other) { return field_of(trials[other], field) != field_of(first, field); });
      for (const std::size_t one : group) {
        if (!differs) continue;
        texts[one] +=
            fmt::format("{}{} {}", texts[one].empty() ? "" : ", ", field, shown_field(trials[one], field));
      }
    }
  }
  return texts;
}

Result<rt::TrialRecord> find_stored(const std::vector<rt::TrialRecord>& trials, const std::string& word) {
  const auto those = [&](const auto& meant) {
    std::vector<const rt::TrialRecord*> found;
    for (const rt::TrialRecord& trial : trials) {
      if (meant(trial)) found.push_back(&trial);
    }
    return found;
  };
  auto found = those([&](const rt::TrialRecord& trial) { return trial.identity.starts_with(word); });
  if (found.empty()) found = those([&](const rt::TrialRecord& trial) { return trial.id.starts_with(word); });
  if (found.size() == 1) return *found.front();
  if (!found.empty()) {
    return Failure{fmt::format("`{}` is the beginning of {}", word, count_text(std::ssize(found), "trial")),
                   "give more of it"};
  }
  found = those(
      [&](const rt::TrialRecord& trial) { return trial.experiment == word || stored_name(trial) == word; });
  if (found.size() == 1) return *found.front();
  if (found.empty()) return Failure{fmt::format("the store has no trial `{}`", word), "`nnc ls` lists them"};
  return Failure{
      fmt::format("the store has {} of `{}`", count_text(std::ssize(found), "trial"), word),
      fmt::format("give the beginning of an identity, such as {}", short_identity(found.front()->identity))};
}

const rt::TrialRecord* find_nearest(const std::vector<rt::TrialRecord>& trials,
                                    const std::vector<std::pair<std::string, std::string>>& fields,
                                    const std::string& experiment, const std::set<std::string>& in_program) {
  const rt::TrialRecord* nearest = nullptr;
  std::tuple<std::size_t, bool, bool> least{std::numeric_limits<std::size_t>::max(), true, true};
  for (const rt::TrialRecord& trial : trials) {
    const std::tuple distance{count_changed_fields(trial.identity_fields, fields),
                              trial.experiment != experiment, in_program.contains(trial.identity)};
    if (distance >= least) continue;
    least = distance;
    nearest = &trial;
  }
  return nearest;
}

}  // namespace nnc
