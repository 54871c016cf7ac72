// See trial_store.hpp.
#include "compiler/driver/trial_store.hpp"

#include <fmt/format.h>

#include <filesystem>

namespace nnc {

TrialStore::TrialStore(const Env& env, std::string folder)
    : env_(env), path_((std::filesystem::path(std::move(folder)) / "trials.json").string()) {}

std::string TrialStore::load() {
  std::error_code error;
  if (!std::filesystem::exists(path_, error)) return {};
  Result<std::string> text = env_.read_file(path_);
  if (!text) return text.failure().message;
  Result<rt::RunRecord> record = rt::read_record(text.value());
  if (!record) return fmt::format("{}: {}", path_, record.failure().message);
  const std::lock_guard guard(lock_);
  for (rt::TrialRecord& trial : record.value().trials) {
    if (trial.finished() && !trial.identity.empty()) trials_.emplace(trial.identity, std::move(trial));
  }
  return {};
}

const rt::TrialRecord* TrialStore::find(const std::string& identity) const {
  const std::lock_guard guard(lock_);
  const auto found = trials_.find(identity);
  return found == trials_.end() ? nullptr : &found->second;
}

void TrialStore::add(const rt::TrialRecord& trial) {
  if (!trial.finished() || trial.identity.empty()) return;
  {
    const std::lock_guard guard(lock_);
    if (!trials_.emplace(trial.identity, trial).second) return;
  }
  if (env_.seconds() < next_write_) return;
  // A failure here is not the end: the final results are written, and complained about, anyway.
  static_cast<void>(write().ok());
}

Status TrialStore::write() {
  constexpr double kShare = 50;  // a write may take this part of the time
  const double begin = env_.seconds();
  rt::RunRecord record;
  {
    const std::lock_guard guard(lock_);
    for (const auto& [identity, trial] : trials_) record.trials.push_back(trial);
  }
  Status status = rt::write_file_atomically(path_, rt::record_json(record));
  const double end = env_.seconds();
  next_write_ = end + kShare * (end - begin);
  return status;
}

}  // namespace nnc
