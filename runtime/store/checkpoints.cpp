// States of training: a file each, whose metadata say what its row in the database says, so that the rows can
// be made again from the files.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <map>
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

// What a file says of itself; empty if it is damaged or not one of ours.
std::optional<CheckpointInfo> described(const std::string& folder, const std::string& object) {
  const Result<store::ObjectRead> read = store::read_object_file(folder, ObjectKind::Checkpoint, object);
  if (!read || read.value().state != store::ObjectRead::State::Read) return std::nullopt;
  const Result<TensorFile> file = read_tensor_file(read.value().content);
  if (!file) return std::nullopt;
  const std::map<std::string, std::string>& metadata = file.value().metadata;
  const auto base = metadata.find("base");
  const auto state = metadata.find("state");
  const auto epoch = number_of(metadata, "epoch");
  const auto steps = number_of(metadata, "steps");
  const auto complete = number_of(metadata, "complete");
  if (base == metadata.end() || state == metadata.end() || !epoch || !steps || !complete) return std::nullopt;
  return CheckpointInfo{
      base->second, state->second, *epoch, *steps, *complete == 1, object, read.value().content.size()};
}

bool further(const CheckpointInfo& left, const CheckpointInfo& right) {
  return std::pair(left.epoch, left.steps) > std::pair(right.epoch, right.steps);
}

}  // namespace

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
  const auto before = with_database([](Database& in) { return in.checkpoints(); });
  if (!before) return before.failure();
  const Result<store::ObjectWritten> written = store::write_object(folder, ObjectKind::Checkpoint, content);
  if (!written) return written.failure();
  info.object = written.value().sha256;
  info.bytes = content.size();
  if (Status done = with_database([&](Database& in) { return in.put_checkpoint(info); }); !done) return done;
  std::unordered_set<std::string> needed{info.object};
  for (const CheckpointRow& row : before.value()) {
    if (row.info.state != info.state) needed.insert(row.info.object);
  }
  for (const CheckpointRow& row : before.value()) {
    if (row.info.state == info.state && store::is_sha256(row.info.object) &&
        !needed.contains(row.info.object)) {
      // If that fails, it is a leftover that the next `clean` removes.
      ::remove(path_of(store::object_file(ObjectKind::Checkpoint, row.info.object)).c_str());
    }
  }
  return Done{};
}

Result<std::vector<CheckpointInfo>> Store::checkpoints(const std::string& base) {
  const std::lock_guard guard(impl_->mutex);
  Result<std::vector<CheckpointInfo>> all = impl_->usable_checkpoints();
  if (all) std::erase_if(all.value(), [&](const CheckpointInfo& info) { return info.base != base; });
  return all;
}

Result<std::vector<CheckpointInfo>> Store::all_checkpoints() {
  const std::lock_guard guard(impl_->mutex);
  if (impl_->locks == nullptr) return std::vector<CheckpointInfo>{};
  return impl_->usable_checkpoints();
}

Result<std::vector<CheckpointInfo>> Store::Impl::usable_checkpoints() {
  std::vector<CheckpointInfo> usable;
  auto rows = with_database([](Database& in) { return in.checkpoints(); });
  // Without a database that can be read and none that may be made, training begins further back.
  if (!rows && read_only) return usable;
  if (!rows) return rows.failure();
  const auto damaged = [](const CheckpointRow& row) { return !row.intact; };
  if (!read_only && std::any_of(rows.value().begin(), rows.value().end(), damaged)) {
    const Result<store::Locks::Writing> writing = locks->write();
    if (writing && compare_checkpoints_with_files()) rows = database->checkpoints();
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
  const auto rows = impl_->with_database([](Database& in) { return in.checkpoints(); });
  if (!rows) return rows.failure();
  std::vector<std::int64_t> dropped;
  for (const CheckpointRow& row : rows.value()) {
    if (row.info.state == state) dropped.push_back(row.row);
  }
  return impl_->remove_checkpoint_rows(dropped);
}

Status Store::Impl::remove_checkpoint_rows(std::span<const std::int64_t> dropped) {
  if (dropped.empty()) return Done{};
  const auto before = with_database([](Database& in) { return in.checkpoints(); });
  if (!before) return before.failure();
  if (Status done = with_database([&](Database& in) { return in.remove_checkpoints(dropped); }); !done)
    return done;
  const auto is_dropped = [&](const CheckpointRow& row) {
    return std::find(dropped.begin(), dropped.end(), row.row) != dropped.end();
  };
  std::unordered_set<std::string> needed;
  for (const CheckpointRow& row : before.value()) {
    if (!is_dropped(row)) needed.insert(row.info.object);
  }
  for (const CheckpointRow& row : before.value()) {
    if (!is_dropped(row) || !store::is_sha256(row.info.object) || needed.contains(row.info.object)) continue;
    ::remove(path_of(store::object_file(ObjectKind::Checkpoint, row.info.object)).c_str());
  }
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
  for (const std::string& name : store::names_in(path_of(store::folder_of(ObjectKind::Checkpoint)))) {
    const std::string object = store::object_name(ObjectKind::Checkpoint, name);
    if (object.empty() || needed.contains(object)) continue;
    const std::optional<CheckpointInfo> info = described(folder, object);
    if (!info) continue;
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
  return Done{};
}

}  // namespace nnc::rt
