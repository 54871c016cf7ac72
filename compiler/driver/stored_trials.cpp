// See stored_trials.hpp.
#include "compiler/driver/stored_trials.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
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
  if (trial.seed != 0) name += fmt::format(", seed {}", trial.seed);
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

Result<rt::TrialRecord> find_stored(const std::vector<rt::TrialRecord>& trials,
                                    const std::string& beginning) {
  std::vector<const rt::TrialRecord*> found;
  for (const rt::TrialRecord& trial : trials) {
    if (trial.identity.starts_with(beginning)) found.push_back(&trial);
  }
  if (found.size() == 1) return *found.front();
  if (found.empty())
    return Failure{fmt::format("the store has no trial `{}`", beginning), "`nnc ls` lists them"};
  return Failure{
      fmt::format("`{}` is the beginning of {}", beginning, count_text(std::ssize(found), "trial")),
      "give more of it"};
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
