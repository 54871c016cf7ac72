// What a Store holds, and what its files share: opening.cpp opens and makes the database again, store.cpp
// finds and puts, recognition.cpp tells a store from another folder, checkpoints.cpp, care.cpp and verify.cpp
// are the rest. Not part of the room's interface.
#pragma once

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "runtime/store/database.hpp"
#include "runtime/store/inventory.hpp"
#include "runtime/store/locks.hpp"
#include "runtime/store/object_files.hpp"
#include "runtime/store/record_files.hpp"
#include "runtime/store/store.hpp"

namespace nnc::rt {

struct Store::Impl {
  std::string folder;
  bool read_only = false;
  const std::atomic<bool>* stop = nullptr;
  std::unique_ptr<store::Locks> locks;  // null: read-only without a folder

  // Guards everything below. Files that are named by their content need no guard.
  std::mutex mutex;
  std::unique_ptr<store::Database>
      database;  // null: read-only and not readable, or it could not be made again
  std::vector<std::string> notices;
  std::vector<StoreDamage> mended;  // since the store was opened
  bool checked = false;             // whether the database as a whole was looked at since then

  // ---- opening.cpp
  Status open_for_writing();
  Status open_for_reading();
  // Closes the database in its turn.
  void close();
  // Under the writers' lock.
  Status open_database();
  // Puts the database aside and makes it again; whatever is readable only in the old one is saved first.
  Status rebuild();
  Status make_again(std::unique_ptr<store::Database> old);
  // Each side gets what only the other has.
  Status compare_with_copies(bool is_new);
  Status import_copies(std::span<const std::string> identities, bool remember);
  Status write_missing_copies(std::span<const std::string> identities);
  // Follows another program that put the database aside.
  Status refresh();

  // Runs `work` on the database. If that shows it to be damaged, makes it again and runs `work` once more.
  template <class Work>
  auto with_database(Work work) -> decltype(work(std::declval<store::Database&>())) {
    if (Status fresh = refresh(); !fresh) return fresh.failure();
    auto first = work(*database);
    if (first.ok() || read_only || !database->damaged()) return first;
    if (Status made = rebuild(); !made) return made.failure();
    return work(*database);
  }

  // ---- store.cpp
  Result<std::optional<TrialRecord>> find(const std::string& identity);
  Status put(const TrialRecord& record);
  // All that are known, in any order, and those that are intact but of another version of nnc. Neither `take`
  // nor `take_foreign` may use the store. Fails at the end if the system could not read some of them.
  Status each_record(const std::function<void(std::int64_t serial, TrialRecord&& record)>& take,
                     const std::function<void(const store::Entry&)>& take_foreign = {});
  std::optional<TrialRecord> parse(const store::Entry& entry);
  // Its row was damaged or is missing.
  void mend_row(const store::Entry& copy, bool damaged);
  Status put_row(const store::TrialRow& row);
  // Both its row and its copy are damaged.
  void lose(const std::string& identity);
  // Each once.
  void notice(std::string text) {
    if (std::ranges::find(notices, text) == notices.end()) notices.push_back(std::move(text));
  }
  Status must_write() const;
  [[nodiscard]] std::string path_of(const std::string& file) const { return folder + "/" + file; }

  // ---- checkpoints.cpp
  Status put_checkpoint(CheckpointInfo info, TensorFile file);
  // Rows whose file is there, of one base or all.
  Result<std::vector<CheckpointInfo>> usable_checkpoints(const std::string* base = nullptr);
  // Removes damaged rows, and makes rows from files that have none. Fails at the end if the system could not
  // read some of them.
  Status compare_checkpoints_with_files();
  // With their files.
  Status remove_checkpoint_rows(std::span<const store::CheckpointRow> rows);
  void remove_file_of(const store::CheckpointRow& row) const;

  // ---- care.cpp
  Status add_checkpoints(store::Needed& needed);
  Result<StoreSizes> clean(const CleanRequest& request, bool dry_run);
  [[nodiscard]] Result<std::vector<store::FoundFile>> files_to_remove(const store::Needed& kept,
                                                                      const store::Needed& unneeded) const;
  Status forget(const std::vector<std::string>& trials, bool all_checkpoints,
                const std::unordered_set<std::string>& states);
  Result<StoreSizes> remove_files(const std::vector<store::FoundFile>& files, const StoreSizes& sizes);

  // ---- verify.cpp
  Status verify_database(std::vector<StoreDamage>& found);
  Status verify_records(std::vector<StoreDamage>& found);
  Status verify_record(const std::optional<store::TrialRow>& row, const store::CopyRead& copy,
                       std::vector<StoreDamage>& found);
  Status verify_objects(std::vector<StoreDamage>& found);
  Status verify_checkpoints(const std::unordered_set<std::string>& good, std::vector<StoreDamage>& found);
};

namespace store {

inline constexpr const char* kLockFile = "lock";

// What the file `format` says; empty if it is missing or damaged.
std::optional<int> declared_format(const std::string& folder);

// "trial 3f2a9b1c (dropout rate=0.2, seed 1)", or without the brackets if only its identity is known.
std::string trial_words(const TrialRecord& record);
std::string trial_words(const std::string& identity);
// "the record of trial 3f2a9b1c (dropout rate=0.2, seed 1)"
std::string record_words(const Entry& entry);
std::optional<TrialRow> row_of(const Entry& entry);
// Fails if the folder is no store and holds what is none of a store's.
Status refuse_other_folder(const std::string& folder);

}  // namespace store

}  // namespace nnc::rt
