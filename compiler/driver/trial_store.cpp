// See trial_store.hpp.
#include "compiler/driver/trial_store.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

namespace nnc {
namespace {

// Held while the file is read and replaced, so that runs in one folder at the same time do not lose each
// other's trials. Where there are no locks, it does without.
class FileLock {
 public:
  explicit FileLock(const std::string& path)
      : file_(open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC | O_NONBLOCK, 0666)) {
    if (file_ >= 0) static_cast<void>(flock(file_, LOCK_EX));
  }
  ~FileLock() {
    if (file_ >= 0) close(file_);
  }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int file_;
};

}  // namespace

TrialStore::TrialStore(const Env& env, std::string folder)
    : env_(env), path_((std::filesystem::path(std::move(folder)) / "trials.json").string()) {}

std::string TrialStore::load() {
  std::error_code error;
  if (!std::filesystem::exists(path_, error)) return {};
  std::string problem = merge();
  if (problem.empty()) return {};
  std::filesystem::rename(path_, path_ + ".unreadable", error);
  return fmt::format("{}{}: {}", path_, error ? "" : ", now trials.json.unreadable", problem);
}

// Adds what is in the file and not known here.
std::string TrialStore::merge() {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path_, error)) return "it is not a plain file";
  const auto written = std::filesystem::last_write_time(path_, error);
  if (written == seen_) return {};
  Result<std::string> text = env_.read_file(path_);
  Result<rt::RunRecord> record = text ? rt::read_record(text.value()) : Result<rt::RunRecord>(text.failure());
  if (!record) return record.failure().message;
  for (rt::TrialRecord& trial : record.value().trials) {
    if (trial.finished() && !trial.identity.empty()) trials_.emplace(trial.identity, std::move(trial));
  }
  seen_ = written;
  return {};
}

const rt::TrialRecord* TrialStore::find(const std::string& identity) const {
  const auto found = trials_.find(identity);
  return found == trials_.end() ? nullptr : &found->second;
}

void TrialStore::add(const rt::TrialRecord& trial) {
  if (!trial.finished() || trial.identity.empty()) return;
  if (trial.status == rt::TrialStatus::Cached) {
    if (!trials_.emplace(trial.identity, trial).second) return;
  } else {
    trials_.insert_or_assign(trial.identity, trial);
  }
  if (env_.seconds() < next_write_) return;
  // A failure here is not the end: the final results are written, and complained about, anyway.
  static_cast<void>(write().ok());
}

Status TrialStore::write() {
  constexpr double kShare = 50;  // a write may take this part of the time
  const double begin = env_.seconds();
  const FileLock lock(path_ + ".lock");
  static_cast<void>(merge());  // of another run at the same time; what cannot be read was put aside before
  rt::RunRecord record;
  for (const auto& [identity, trial] : trials_) record.trials.push_back(trial);
  Status status = rt::write_file_atomically(path_, rt::record_json(record));
  std::error_code error;
  seen_ = std::filesystem::last_write_time(path_, error);
  const double end = env_.seconds();
  next_write_ = end + kShare * (end - begin);
  return status;
}

}  // namespace nnc
