// Care of a store: how large it is, and removing what is not wanted any more. Both go through all records,
// because only they say which objects are needed.
#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <unordered_set>

#include "runtime/store/impl.hpp"
#include "runtime/store/inventory.hpp"

namespace nnc::rt {

using store::Database;
using store::FoundFile;
using store::Needed;

StoreSizes& StoreSizes::operator+=(const StoreSizes& other) {
  trials += other.trials;
  record_bytes += other.record_bytes;
  weights += other.weights;
  weight_bytes += other.weight_bytes;
  predictions += other.predictions;
  prediction_bytes += other.prediction_bytes;
  checkpoints += other.checkpoints;
  checkpoint_bytes += other.checkpoint_bytes;
  leftovers += other.leftovers;
  leftover_bytes += other.leftover_bytes;
  return *this;
}

Result<StoreSizes> Store::sizes() {
  const std::lock_guard guard(impl_->mutex);
  StoreSizes sizes;
  if (impl_->locks == nullptr) return sizes;
  Needed needed;
  Status read = impl_->each_record([&](std::int64_t, TrialRecord&& record) {
    ++sizes.trials;
    store::add_needed(record, needed);
  });
  if (!read) return read.failure();
  if (Status added = impl_->add_checkpoints(needed); !added) return added.failure();
  for (const FoundFile& file : store::files_of(impl_->folder, needed)) store::add_to_sizes(file, sizes);
  return sizes;
}

StoreSizes Store::make_room(const std::string& folder, const std::vector<ObjectKind>& unwanted) {
  StoreSizes removed;
  if (store::declared_format(folder) != kStoreFormat || !store::is_full(folder)) return removed;
  const auto locks = store::Locks::open(folder + "/" + store::kLockFile, false);
  if (!locks || !locks.value()->use_alone()) return removed;
  Needed all;  // of the kinds that are unwanted, to tell them from leftovers
  for (const ObjectKind kind : unwanted) {
    for (const std::string& name : store::names_in(folder + "/" + store::folder_of(kind))) {
      const std::string object = store::object_name(kind, name);
      if (!object.empty()) all.emplace(store::object_file(kind, object), "");
    }
  }
  for (const FoundFile& file : store::files_of(folder, all)) {
    const bool leftover = store::is_leftover(std::string_view(file.file).substr(file.file.find('/') + 1));
    if (!leftover && !all.contains(file.file)) continue;
    if (std::remove((folder + "/" + file.file).c_str()) == 0) store::add_to_sizes(file, removed);
  }
  return removed;
}

Status Store::Impl::add_checkpoints(Needed& needed) {
  const Result<std::vector<CheckpointInfo>> usable = usable_checkpoints();
  if (!usable) return usable.failure();
  for (const CheckpointInfo& info : usable.value()) {
    needed.emplace(store::object_file(ObjectKind::Checkpoint, info.object), "a state of training");
  }
  return Done{};
}

Result<StoreSizes> Store::clean(const CleanRequest& request, bool dry_run) {
  const std::lock_guard guard(impl_->mutex);
  if (Status may = impl_->must_write(); !may) return may.failure();
  if (!impl_->locks->use_alone()) {
    return Failure{fmt::format("another program is using the store in `{}`", impl_->folder),
                   "wait until it has finished"};
  }
  Result<StoreSizes> removed = impl_->clean(request, dry_run);
  impl_->locks->share();
  return removed;
}

Result<StoreSizes> Store::Impl::clean(const CleanRequest& request, bool dry_run) {
  const Result<store::Locks::Writing> writing = locks->write();
  if (!writing) return writing.failure();
  StoreSizes removed;
  const std::unordered_set<std::string> unwanted(request.trials.begin(), request.trials.end());
  std::vector<std::string> trials;
  Needed kept;
  Needed unneeded;  // of what is removed on request, to tell it from leftovers
  Status read = each_record([&](std::int64_t, TrialRecord&& record) {
    const bool remove = unwanted.contains(record.identity);
    store::add_needed(record, remove ? unneeded : kept);
    if (remove) trials.push_back(std::move(record.identity));
  });
  if (!read) return read.failure();
  if (Status added = add_checkpoints(request.checkpoints ? unneeded : kept); !added) return added.failure();

  std::vector<FoundFile> files = files_to_remove(kept, unneeded);
  for (const std::string& identity : trials) {
    const std::string copy = store::record_file(identity);
    files.push_back({copy, store::file_size(path_of(copy)).value_or(0), FoundFile::Kind::Record});
  }
  for (const FoundFile& file : files) store::add_to_sizes(file, removed);
  removed.trials = static_cast<std::int64_t>(trials.size());
  if (dry_run) return removed;
  if (Status done = forget(trials, request.checkpoints); !done) return done.failure();
  return remove_files(files, removed);
}

std::vector<FoundFile> Store::Impl::files_to_remove(const Needed& kept, const Needed& unneeded) const {
  Needed all = kept;
  all.insert(unneeded.begin(), unneeded.end());
  std::vector<FoundFile> files = store::files_of(folder, all);
  std::erase_if(files, [&](const FoundFile& file) {
    return file.kind == FoundFile::Kind::Record || kept.contains(file.file);
  });
  return files;
}

// Rows before files: if it ends in between, what is left over belongs to nothing and goes the next time.
Status Store::Impl::forget(const std::vector<std::string>& trials, bool all_checkpoints) {
  if (!trials.empty()) {
    if (Status done = with_database([&](Database& in) { return in.remove_trials(trials); }); !done)
      return done;
  }
  if (all_checkpoints) {
    const auto rows = with_database([](Database& in) { return in.checkpoints(); });
    if (!rows) return rows.failure();
    std::vector<std::int64_t> numbers;
    for (const store::CheckpointRow& row : rows.value()) numbers.push_back(row.row);
    if (Status done = with_database([&](Database& in) { return in.remove_checkpoints(numbers); }); !done)
      return done;
  }
  if (trials.empty()) return Done{};
  // For lack of space it stays as large as it was, which harms nothing.
  (void)with_database([](Database& in) { return in.compact(); });
  return Done{};
}

Result<StoreSizes> Store::Impl::remove_files(const std::vector<FoundFile>& files, const StoreSizes& sizes) {
  for (const FoundFile& file : files) {
    // What was put aside may be a folder that somebody made, and then stays unless it is empty.
    if (std::remove(path_of(file.file).c_str()) == 0 || errno == ENOENT || errno == ENOTEMPTY) continue;
    return store::file_failure("remove", path_of(file.file), errno);
  }
  if (Status synced = store::sync_folder(path_of(store::kRecordFolder)); !synced) return synced.failure();
  return sizes;
}

}  // namespace nnc::rt
