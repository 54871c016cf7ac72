// See known_results.hpp.
#include "runtime/train/known_results.hpp"

#include <algorithm>

#include "runtime/train/trial.hpp"

namespace nnc::rt {

std::vector<bool> maybe_known(const PreparedStudy& study) {
  const std::vector<TrialIdentity>& identities = study.work().identities;
  std::vector<bool> maybe(identities.size());
  Store* store = study.options().store;
  if (store == nullptr || !study.options().reuse) return maybe;
  const std::vector<std::string> stored = store->identities();
  for (std::size_t i = 0; i < identities.size() && !stored.empty(); ++i) {
    maybe[i] = study.work().first[i] == i && std::ranges::binary_search(stored, identities[i].id);
  }
  return maybe;
}

Result<std::optional<TrialRecord>> find_known(const PreparedStudy& study, const TrialPlan& trial,
                                              const std::string& identity) {
  Store* store = study.options().store;
  const std::optional<TrialRecord> nothing;
  if (store == nullptr || !study.options().reuse) return nothing;
  Result<std::optional<TrialRecord>> found = store->find(identity);
  if (!found || !found.value()) return found;
  const TrialRecord& record = *found.value();
  if (record.status == TrialStatus::Failed) return nothing;
  for (const auto& [part, file] : record.predictions) {
    if (!store->has_object(ObjectKind::Predictions, file)) return nothing;
  }
  const bool lost =
      !record.weights_file.empty() && !store->has_object(ObjectKind::Weights, record.weights_file);
  if (record.finished() && lost) return nothing;
  return std::optional(record_as(trial, study.data_name(trial), record));
}

std::vector<CheckpointInfo> find_states(Store& store, const std::string& base, const TrialPlan& trial,
                                        std::int64_t last_epoch) {
  Result<std::vector<CheckpointInfo>> known = store.checkpoints(base);
  if (!known) return {};  // then training begins at its beginning
  std::vector<CheckpointInfo> states = std::move(known).value();
  std::erase_if(states, [&](const CheckpointInfo& info) {
    const std::int64_t finished = info.complete ? info.epoch : info.epoch - 1;
    const bool beyond = finished > last_epoch || (finished == last_epoch && !info.complete);
    return beyond || info.epoch > trial.epochs || info.state != state_id(base, trial, info.epoch);
  });
  std::ranges::sort(states, further);
  return states;
}

}  // namespace nnc::rt
