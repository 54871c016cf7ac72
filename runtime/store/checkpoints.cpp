// States of training: a file each, whose metadata say what its row in the database says, so that the rows can
// be made again from the files.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <map>
#include <tuple>
#include <unordered_set>

#include "runtime/store/files.hpp"
#include "runtime/store/impl.hpp"

namespace nnc::rt {
namespace {

using store::CheckpointRow;
using store::Database;

std::optional<std::int64_t> number_of(const std::map<std::string, std::string>& metadata, const char* name) {
  const auto found = metadata.find(name);
  if (found == metadata.end()) return std::nullopt;
  std::int64_t number = 0;
  const char* end = found->second.data() + found->second.size();
  const auto [stop, error] = std::from_chars(found->second.data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

void describe(const CheckpointInfo& info, std::map<std::string, std::string>& metadata) {
  metadata["base"] = info.base;
  metadata["state"] = info.state;
  metadata["epoch"] = fmt::format("{}", info.epoch);
  metadata["steps"] = fmt::format("{}", info.steps);
  metadata["complete"] = info.complete ? "1" : "0";
}

// What a file says of itself; empty if it is damaged or not one of ours. Fails if the system cannot read it.
Result<std::optional<CheckpointInfo>> described(const std::string& folder, const std::string& object) {
  const std::optional<CheckpointInfo> nothing;
  const Result<store::ObjectRead> read = store::read_object_file(folder, ObjectKind::Checkpoint, object);
  if (!read) return read.failure();
  if (read.value().state != store::ObjectRead::State::Read) return nothing;
  const Result<TensorFile> file = read_tensor_file(read.value().content);
  if (!file) return nothing;
  const std::map<std::string, std::string>& metadata = file.value().metadata;
  const auto base = metadata.find("base");
  const auto state = metadata.find("state");
  const auto epoch = number_of(metadata, "epoch");
  const auto steps = number_of(metadata, "steps");
  const auto complete = number_of(metadata, "complete");
  if (base == metadata.end() || state == metadata.end() || !epoch || !steps || !complete) return nothing;
  return std::optional(CheckpointInfo{base->second, state->second, *epoch, *steps, *complete == 1, object,
                                      read.value().content.size()});
}

}  // namespace

bool further(const CheckpointInfo& left, const CheckpointInfo& right) {
  const auto place = [](const CheckpointInfo& info) {
    return std::tuple(info.epoch, info.complete, info.complete ? 0 : info.steps);
  };
  return place(left) > place(right);
}

Status Store::put_checkpoint(CheckpointInfo info, TensorFile file) {
  const std::lock_guard guard(impl_->mutex);
  return impl_->put_checkpoint(std::move(info), std::move(file));
}

Status Store::Impl::put_checkpoint(CheckpointInfo info, TensorFile file) {
  if (Status may = must_write(); !may) return may;
  describe(info, file.metadata);
  const std::string content = tensor_file_content(file);
  // With the lock from the beginning, so that nobody takes the file for a leftover before it has a row.
  const Result<store::Locks::Writing> writing = locks->write();
  if (!writing) return writing.failure();
  const auto before = with_database([&](Database& in) { return in.checkpoints_of_state(info.state); });
  if (!before) return before.failure();
  const Result<store::ObjectWritten> written = store::write_object(folder, ObjectKind::Checkpoint, content);
  if (!written) return written.failure();
  info.object = written.value().sha256;
  info.bytes = content.size();
  if (Status done = with_database([&](Database& in) { return in.put_checkpoint(info); }); !done) return done;
  for (const CheckpointRow& row : before.value()) {
    if (row.info.object != info.object) remove_file_of(row);
  }
  return Done{};
}

// No other row has it, because it says of which state it is. If it cannot be removed, or the row is damaged
// and may say anything, it is a leftover that the next `clean` removes.
void Store::Impl::remove_file_of(const CheckpointRow& row) const {
  if (!row.intact || !store::is_sha256(row.info.object)) return;
  ::remove(path_of(store::object_file(ObjectKind::Checkpoint, row.info.object)).c_str());
}

Result<std::vector<CheckpointInfo>> Store::checkpoints(const std::string& base) {
  const std::lock_guard guard(impl_->mutex);
  return impl_->usable_checkpoints(&base);
}

Result<std::vector<CheckpointInfo>> Store::all_checkpoints() {
  const std::lock_guard guard(impl_->mutex);
  if (impl_->locks == nullptr) return std::vector<CheckpointInfo>{};
  return impl_->usable_checkpoints();
}

Result<std::vector<CheckpointInfo>> Store::Impl::usable_checkpoints(const std::string* base) {
  const auto read = [&](Database& in) {
    return base == nullptr ? in.checkpoints() : in.checkpoints_of_base(*base);
  };
  std::vector<CheckpointInfo> usable;
  auto rows = with_database(read);
  // Without a database that can be read and none that may be made, training begins further back.
  if (!rows && read_only) return usable;
  if (!rows) return rows.failure();
  const auto damaged = [](const CheckpointRow& row) { return !row.intact; };
  if (!read_only && std::any_of(rows.value().begin(), rows.value().end(), damaged)) {
    const Result<store::Locks::Writing> writing = locks->write();
    if (writing && compare_checkpoints_with_files()) rows = read(*database);
    if (!rows) return rows.failure();
  }
  for (CheckpointRow& row : rows.value()) {
    const std::string path = path_of(store::object_file(ObjectKind::Checkpoint, row.info.object));
    if (row.intact && store::file_size(path) == row.info.bytes) usable.push_back(std::move(row.info));
  }
  return usable;
}

Status Store::drop_checkpoint(const std::string& state) {
  const std::lock_guard guard(impl_->mutex);
  if (Status may = impl_->must_write(); !may) return may;
  const Result<store::Locks::Writing> writing = impl_->locks->write();
  if (!writing) return writing.failure();
  const auto rows = impl_->with_database([&](Database& in) { return in.checkpoints_of_state(state); });
  if (!rows) return rows.failure();
  return impl_->remove_checkpoint_rows(rows.value());
}

Status Store::Impl::remove_checkpoint_rows(std::span<const CheckpointRow> rows) {
  if (rows.empty()) return Done{};
  std::vector<std::int64_t> numbers;
  for (const CheckpointRow& row : rows) numbers.push_back(row.row);
  if (Status done = with_database([&](Database& in) { return in.remove_checkpoints(numbers); }); !done)
    return done;
  for (const CheckpointRow& row : rows) remove_file_of(row);
  return Done{};
}

Status Store::Impl::compare_checkpoints_with_files() {
  const auto rows = database->checkpoints();
  if (!rows) return rows.failure();
  std::map<std::string, CheckpointInfo> known;  // by state
  std::unordered_set<std::string> needed;
  std::vector<std::int64_t> damaged;
  for (const CheckpointRow& row : rows.value()) {
    if (!row.intact) {
      damaged.push_back(row.row);
      continue;
    }
    known[row.info.state] = row.info;
    needed.insert(row.info.object);
  }
  if (!damaged.empty()) {
    if (Status done = database->remove_checkpoints(damaged); !done) return done;
  }
  const auto names = store::names_in(path_of(store::folder_of(ObjectKind::Checkpoint)));
  if (!names) return names.failure();
  Status unreadable = Done{};
  for (const std::string& name : names.value()) {
    const std::string object = store::object_name(ObjectKind::Checkpoint, name);
    if (object.empty() || needed.contains(object)) continue;
    const Result<std::optional<CheckpointInfo>> read = described(folder, object);
    if (!read) unreadable = read.failure();
    if (!read || !read.value()) continue;
    const std::optional<CheckpointInfo>& info = read.value();
    const auto before = known.find(info->state);
    if (before != known.end() && !further(*info, before->second)) {
      // Its program was killed after it had written the next one.
      ::remove(path_of(store::object_file(ObjectKind::Checkpoint, object)).c_str());
      continue;
    }
    if (Status done = database->put_checkpoint(*info); !done) return done;
    known[info->state] = *info;
    mended.push_back({store::kDatabaseFile, "a row of a checkpoint, which was missing or damaged",
                      "restored from the file of the checkpoint", true});
  }
  return unreadable;
}

}  // namespace nnc::rt
