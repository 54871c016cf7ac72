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
  Status read = impl_->each_record(
      [&](std::int64_t, TrialRecord&& record) {
        ++sizes.trials;
        store::add_needed(record, needed);
      },
      [&](const store::Entry& entry) {
        ++sizes.trials;
        store::add_named(impl_->folder, entry, needed);
      });
  if (!read) return read.failure();
  if (Status added = impl_->add_checkpoints(needed); !added) return added.failure();
  const Result<std::vector<FoundFile>> files = store::files_of(impl_->folder, needed);
  if (!files) return files.failure();
  for (const FoundFile& file : files.value()) store::add_to_sizes(file, sizes);
  return sizes;
}

StoreSizes Store::make_room(const std::string& folder, const std::vector<ObjectKind>& unwanted) {
  StoreSizes removed;
  const std::optional<int> format = store::declared_format(folder);
  if (!format || *format > kStoreFormat || !store::is_full(folder)) return removed;
  const auto locks = store::Locks::open(folder + "/" + store::kLockFile, false);
  if (!locks || !locks.value()->use_alone()) return removed;
  Needed all;  // of the kinds that are unwanted, to tell them from leftovers
  for (const ObjectKind kind : unwanted) {
    const auto names = store::names_in(folder + "/" + store::folder_of(kind));
    if (!names) return removed;
    for (const std::string& name : names.value()) {
      const std::string object = store::object_name(kind, name);
      if (!object.empty()) all.emplace(store::object_file(kind, object), "");
    }
  }
  const auto files = store::files_of(folder, all);
  if (!files) return removed;
  for (const FoundFile& file : files.value()) {
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
  // Where its files go.
  const auto sort_trial = [&](const std::string& identity) -> Needed& {
    if (!unwanted.contains(identity)) return kept;
    trials.push_back(identity);
    return unneeded;
  };
  Status read = each_record(
      [&](std::int64_t, TrialRecord&& record) { store::add_needed(record, sort_trial(record.identity)); },
      [&](const store::Entry& entry) { store::add_named(folder, entry, sort_trial(entry.identity)); });
  if (!read) return read.failure();
  // A state without a row is no leftover if only the system could not read it.
  if (Status compared = compare_checkpoints_with_files(); !compared) return compared.failure();
  const Result<std::vector<CheckpointInfo>> states = usable_checkpoints();
  if (!states) return states.failure();
  const std::unordered_set<std::string> unwanted_states(request.states.begin(), request.states.end());
  for (const CheckpointInfo& info : states.value()) {
    const bool remove = request.checkpoints || unwanted_states.contains(info.state);
    (remove ? unneeded : kept)
        .emplace(store::object_file(ObjectKind::Checkpoint, info.object), "a state of training");
  }

  Result<std::vector<FoundFile>> found = files_to_remove(kept, unneeded);
  if (!found) return found.failure();
  std::vector<FoundFile> files = std::move(found).value();
  for (const std::string& identity : trials) {
    const std::string copy = store::record_file(identity);
    files.push_back({copy, store::file_size(path_of(copy)).value_or(0), FoundFile::Kind::Record});
  }
  for (const FoundFile& file : files) store::add_to_sizes(file, removed);
  removed.trials = static_cast<std::int64_t>(trials.size());
  if (dry_run) return removed;
  if (Status done = forget(trials, request.checkpoints, unwanted_states); !done) return done.failure();
  return remove_files(files, removed);
}

Result<std::vector<FoundFile>> Store::Impl::files_to_remove(const Needed& kept,
                                                            const Needed& unneeded) const {
  Needed all = kept;
  all.insert(unneeded.begin(), unneeded.end());
  Result<std::vector<FoundFile>> files = store::files_of(folder, all);
  if (files)
    std::erase_if(files.value(), [&](const FoundFile& file) {
      return file.kind == FoundFile::Kind::Record || kept.contains(file.file);
    });
  return files;
}

// Rows before files: if it ends in between, what is left over belongs to nothing and goes the next time.
Status Store::Impl::forget(const std::vector<std::string>& trials, bool all_checkpoints,
                           const std::unordered_set<std::string>& states) {
  if (!trials.empty()) {
    if (Status done = with_database([&](Database& in) { return in.remove_trials(trials); }); !done)
      return done;
  }
  if (all_checkpoints || !states.empty()) {
    const auto rows = with_database([](Database& in) { return in.checkpoints(); });
    if (!rows) return rows.failure();
    std::vector<std::int64_t> numbers;
    for (const store::CheckpointRow& row : rows.value()) {
      if (all_checkpoints || states.contains(row.info.state)) numbers.push_back(row.row);
    }
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
