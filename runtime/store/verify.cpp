// Reads everything that a store holds and compares it with its checksums; mends what has a second copy, and
// puts aside what is damaged for good so that it is made again.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <unordered_set>
#include <utility>

#include "runtime/store/impl.hpp"
#include "runtime/store/inventory.hpp"

namespace nnc::rt {
namespace {

using store::CopyRead;
using store::Database;
using store::Needed;
using store::TrialRow;

constexpr const char* kFromCopy = "restored from its copy";
constexpr const char* kFromDatabase = "restored from the database";
constexpr const char* kTrainedAgain = "trained (or measured) again only if a program needs it";
constexpr const char* kStartsEarlier = "training goes on from an earlier state";

// A record whose row and copy are not both good and equal.
struct Unequal {
  std::optional<TrialRow> row;
  CopyRead copy;
};

// What the system cannot read may be intact.
StoreDamage left_alone(const std::string& file, const std::string& what, int error) {
  return {file, what, fmt::format("it cannot be read ({}) and stays as it is", std::strerror(error)), false,
          true};
}

}  // namespace

Result<std::vector<StoreDamage>> Store::verify() {
  const std::lock_guard guard(impl_->mutex);
  std::vector<StoreDamage> found;
  if (impl_->locks == nullptr) return found;
  {
    // So that nobody is between the two copies of a record.
    std::optional<Result<store::Locks::Writing>> writing;
    if (!impl_->read_only) writing.emplace(impl_->locks->write());
    if (writing && !writing->ok()) return writing->failure();
    if (Status done = impl_->verify_database(found); !done) return done.failure();
    if (Status done = impl_->verify_records(found); !done) return done.failure();
  }
  if (Status done = impl_->verify_objects(found); !done) return done.failure();
  // What was mended on the way, since the store was opened.
  std::vector<StoreDamage> mended = std::exchange(impl_->mended, {});
  std::move(mended.begin(), mended.end(), std::back_inserter(found));
  std::stable_sort(found.begin(), found.end(),
                   [](const StoreDamage& left, const StoreDamage& right) { return left.file < right.file; });
  return found;
}

Status Store::Impl::verify_database(std::vector<StoreDamage>& found) {
  if (read_only && database == nullptr) {
    if (!store::something_there(path_of(store::kDatabaseFile))) return Done{};
    found.push_back(
        {store::kDatabaseFile, "the database", "the next run makes it again from the copies", true});
    return Done{};
  }
  const Result<std::string> problem = with_database([](Database& in) { return in.problem(); });
  if (!problem) return problem.failure();
  if (problem.value().empty()) return Done{};
  if (!read_only) return rebuild();  // says so itself
  found.push_back(
      {store::kDatabaseFile, "the database", "the next run makes it again from the copies", true});
  return Done{};
}

Status Store::Impl::verify_records(std::vector<StoreDamage>& found) {
  std::unordered_set<std::string> seen;
  std::vector<Unequal> unequal;
  Status scanned = with_database([&](Database& in) {
    seen.clear();
    unequal.clear();
    return in.each_trial([&](TrialRow&& row) {
      CopyRead copy = store::read_copy(folder, row.entry.identity);
      const bool good =
          row.intact && copy.state == CopyRead::State::Good && copy.entry.text == row.entry.text;
      seen.insert(row.entry.identity);
      if (!good) unequal.push_back({std::move(row), std::move(copy)});
    });
  });
  if (!scanned && !read_only) return scanned;
  const auto copies = store::copied_identities(folder);
  if (!copies) return copies.failure();
  for (const std::string& identity : copies.value()) {
    if (seen.contains(identity)) continue;
    CopyRead copy = store::read_copy(folder, identity);
    if (copy.state == CopyRead::State::Good && database == nullptr) continue;
    copy.entry.identity = identity;
    unequal.push_back({std::nullopt, std::move(copy)});
  }
  for (const Unequal& record : unequal) {
    if (Status done = verify_record(record.row, record.copy, found); !done) return done;
  }
  return Done{};
}

Status Store::Impl::verify_record(const std::optional<TrialRow>& row, const CopyRead& copy,
                                  std::vector<StoreDamage>& found) {
  const bool good_row = row && row->intact;
  const bool good_copy = copy.state == CopyRead::State::Good;
  const std::string identity = row ? row->entry.identity : copy.entry.identity;
  const std::string file = store::record_file(identity);
  if (copy.state == CopyRead::State::Unreadable) {
    const std::string what = row && row->intact
                                 ? store::record_words(row->entry)
                                 : fmt::format("the record of {}", store::trial_words(identity));
    found.push_back(left_alone(file, what, copy.error));
    return Done{};
  }
  // Of two good ones, which differ after a program was killed between them, the later counts.
  const bool keep_row = good_row && (!good_copy || row->entry.serial >= copy.entry.serial);
  if (keep_row) {
    found.push_back({file, store::record_words(row->entry), kFromDatabase, true});
    return read_only ? Status(Done{}) : store::write_copy(folder, row->entry, store::Durability::Synced);
  }
  if (row && !read_only) {
    const std::int64_t serial = row->entry.serial;
    if (Status done = with_database([&](Database& in) { return in.remove_rows({&serial, 1}); }); !done)
      return done;
  }
  if (good_copy) {
    found.push_back({store::kDatabaseFile, store::record_words(copy.entry), kFromCopy, true});
    const std::optional<TrialRow> restored = store::row_of(copy.entry);
    return read_only || !restored ? Status(Done{}) : put_row(*restored);
  }
  // A row whose identity is damaged is somebody's whose copy is found by its name.
  if (!store::is_identity(identity)) return Done{};
  found.push_back(
      {file, fmt::format("the record of {}", store::trial_words(identity)), kTrainedAgain, false});
  lose(identity);
  return Done{};
}

Status Store::Impl::verify_objects(std::vector<StoreDamage>& found) {
  Needed needed;
  Status read = each_record([&](std::int64_t, TrialRecord&& record) { store::add_needed(record, needed); },
                            [&](const store::Entry& entry) { store::add_named(folder, entry, needed); });
  // Of a record that cannot be read it is told already, and its files are only not called by their trial.
  if (!read && std::ranges::none_of(found, &StoreDamage::unreadable)) return read;
  std::unordered_set<std::string> good;
  for (const ObjectKind kind : store::kAllKinds) {
    const auto names = store::names_in(path_of(store::folder_of(kind)));
    if (!names) return names.failure();
    for (const std::string& name : names.value()) {
      const std::string object = store::object_name(kind, name);
      if (object.empty()) continue;
      const std::string file = store::object_file(kind, object);
      const store::FileSum sum = store::sha256_of_file(path_of(file));
      // Another program may have removed it by now.
      if (sum.sha256 == object || sum.state == store::FileState::Missing) {
        good.insert(file);
        continue;
      }
      const auto use = needed.find(file);
      const bool checkpoint = kind == ObjectKind::Checkpoint;
      const std::string unused = checkpoint ? "a state of training" : "a file that nothing needs";
      const std::string what = use == needed.end() ? unused : use->second;
      if (sum.state == store::FileState::Unreadable) {
        good.insert(file);
        found.push_back(left_alone(file, what, sum.error));
        continue;
      }
      found.push_back({file, what, checkpoint ? kStartsEarlier : kTrainedAgain, false});
      if (!read_only) store::put_aside(path_of(file));
      needed.erase(file);
    }
  }
  for (const auto& [file, what] : needed) {
    if (!good.contains(file)) found.push_back({file, what + ", which are missing", kTrainedAgain, false});
  }
  return verify_checkpoints(good, found);
}

Status Store::Impl::verify_checkpoints(const std::unordered_set<std::string>& good,
                                       std::vector<StoreDamage>& found) {
  const auto rows = with_database([](Database& in) { return in.checkpoints(); });
  if (!rows) return read_only ? Status(Done{}) : Status(rows.failure());
  std::vector<store::CheckpointRow> without_file;
  bool damaged = false;
  for (const store::CheckpointRow& row : rows.value()) {
    damaged = damaged || !row.intact;
    const std::string file = store::object_file(ObjectKind::Checkpoint, row.info.object);
    if (!row.intact || good.contains(file) || !store::certainly_missing(path_of(file))) continue;
    without_file.push_back(row);
    const auto told = [&](const StoreDamage& damage) { return damage.file == file; };
    if (std::none_of(found.begin(), found.end(), told)) {
      found.push_back({file, "a state of training, which is missing", kStartsEarlier, false});
    }
  }
  if (damaged)
    found.push_back(
        {store::kDatabaseFile, "a row of a checkpoint", "restored from the file of the checkpoint", true});
  if (read_only) return Done{};
  const Result<store::Locks::Writing> writing = locks->write();
  if (!writing) return writing.failure();
  if (damaged) {
    if (Status done = compare_checkpoints_with_files(); !done) return done;
  }
  return without_file.empty() ? Status(Done{}) : remove_checkpoint_rows(without_file);
}

}  // namespace nnc::rt
