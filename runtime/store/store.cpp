// Finding and putting records, objects and claims. A record lies in the database and in a copy; what one of
// them lacks or has damaged comes from the other.
#include "runtime/store/store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <unordered_set>
#include <utility>

#include "compiler/base/check.hpp"
#include "runtime/store/impl.hpp"

namespace nnc::rt {

using store::CopyRead;
using store::Database;
using store::Entry;
using store::TrialRow;

namespace store {

std::string trial_words(const std::string& identity) {
  constexpr std::size_t kDigits = 8;
  return fmt::format("trial {}", identity.substr(0, kDigits));
}

std::string trial_words(const TrialRecord& record) {
  std::string settings = record.experiment;
  for (const auto& [name, value] : record.params)
    settings += fmt::format(" {}={}", name, parameter_text(value));
  if (settings.empty()) return trial_words(record.identity);
  settings += fmt::format(", seed {}", record.seed);
  return fmt::format("{} ({})", trial_words(record.identity), settings);
}

// Also of a record of another version of nnc.
std::optional<TrialRow> row_of(const Entry& entry) {
  const nlohmann::json record = nlohmann::json::parse(entry.text, nullptr, false);
  const auto text_of = [&](const char* name) -> std::optional<std::string> {
    const auto found = record.is_object() ? record.find(name) : record.end();
    if (found == record.end() || !found->is_string()) return std::nullopt;
    return found->get<std::string>();
  };
  if (text_of("identity") != entry.identity) return std::nullopt;
  return TrialRow{entry, text_of("state").value_or(""), true};
}

std::string record_words(const Entry& entry) {
  const Result<TrialRecord> record = read_trial_record(entry.text);
  return fmt::format("the record of {}", record ? trial_words(record.value()) : trial_words(entry.identity));
}

}  // namespace store

// ---------------------------------------------------------------- claims

StoreClaim::StoreClaim(StoreClaim&& other) noexcept
    : file_(std::exchange(other.file_, -1)), place_(other.place_) {}

StoreClaim& StoreClaim::operator=(StoreClaim&& other) noexcept {
  std::swap(file_, other.file_);
  std::swap(place_, other.place_);
  return *this;
}

StoreClaim::~StoreClaim() {
  if (file_ >= 0) store::Locks::give_back(file_, place_);
}

std::optional<StoreClaim> Store::try_claim(const std::string& id) {
  const std::int64_t place = store::Locks::place_of(id);
  if (impl_->locks == nullptr) return StoreClaim();
  switch (impl_->locks->claim(place)) {
    case store::Locks::Claimed::Taken:
      return std::nullopt;
    case store::Locks::Claimed::Yes:
      return StoreClaim(impl_->locks->descriptor(), place);
    case store::Locks::Claimed::NoLocks:
      break;
  }
  // Better to train something twice than never.
  return StoreClaim();
}

// ---------------------------------------------------------------- the object itself

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Store::~Store() { impl_->close(); }

const std::string& Store::folder() const { return impl_->folder; }

std::vector<std::string> Store::take_notices() {
  const std::lock_guard guard(impl_->mutex);
  return std::exchange(impl_->notices, {});
}

Status Store::Impl::must_write() const {
  if (!read_only) return Done{};
  return Failure{fmt::format("the store in `{}` was opened for reading only", folder), {}};
}

// ---------------------------------------------------------------- finding records

Result<std::optional<TrialRecord>> Store::find(const std::string& identity) {
  const std::lock_guard guard(impl_->mutex);
  return impl_->find(identity);
}

std::optional<TrialRecord> Store::Impl::parse(const Entry& entry) {
  Result<TrialRecord> record = read_trial_record(entry.text);
  if (record && record.value().identity == entry.identity) return std::move(record).value();
  notice(fmt::format("the record of {} is of another version of nnc: the trial counts as not known",
                     store::trial_words(entry.identity)));
  return std::nullopt;
}

// What one of both places lacks, the other may have.
std::vector<std::string> Store::identities() {
  const std::lock_guard guard(impl_->mutex);
  const auto copies = store::copied_identities(impl_->folder);
  const std::vector<std::string> all = copies ? copies.value() : std::vector<std::string>();
  const auto rows = impl_->with_database([](Database& in) { return in.identities(); });
  if (!rows) return all;
  std::vector<std::string> both;
  std::ranges::set_union(all, rows.value(), std::back_inserter(both));
  return both;
}

Result<std::optional<TrialRecord>> Store::Impl::find(const std::string& identity) {
  if (!store::is_identity(identity)) return std::optional<TrialRecord>();
  const auto row = with_database([&](Database& in) { return in.trial(identity); });
  if (row && row.value() && row.value()->intact) return parse(row.value()->entry);
  const bool damaged = row && row.value();
  const CopyRead copy = store::read_copy(folder, identity);
  if (copy.state == CopyRead::State::Good) {
    mend_row(copy.entry, damaged);
    return parse(copy.entry);
  }
  const bool readable = row.ok() || (read_only && database == nullptr);
  if (!readable) return row.failure();
  if (copy.state == CopyRead::State::Unreadable) return store::unreadable_copy(folder, identity, copy.error);
  if (damaged || copy.state == CopyRead::State::Damaged) lose(identity);
  return std::optional<TrialRecord>();
}

void Store::Impl::mend_row(const Entry& copy, bool damaged) {
  const std::optional<TrialRow> row = store::row_of(copy);
  if (!row) return;
  const std::string what = store::record_words(copy);
  if (damaged) notice(fmt::format("{} was damaged: it was restored from its copy", what));
  mended.push_back({store::kDatabaseFile, what, "restored from its copy", true});
  // If it cannot be written now, the copy is there the next time as well.
  if (!read_only) (void)put_row(*row);
}

Status Store::Impl::put_row(const TrialRow& row) {
  const Result<store::Locks::Writing> writing = locks->write();
  if (!writing) return writing.failure();
  // Another program may have been about to write it, which it did by now.
  const auto now = with_database([&](Database& in) { return in.trial(row.entry.identity); });
  if (!now) return now.failure();
  if (now.value() && now.value()->intact) return Done{};
  if (!now.value() && !std::exchange(checked, true)) {
    // A row that is missing can be one that a damaged index no longer leads to.
    const Result<std::string> problem = database->problem();
    if (problem && !problem.value().empty()) return make_again(std::move(database));
  }
  return with_database([&](Database& in) { return in.put_trials({&row, 1}); });
}

void Store::Impl::lose(const std::string& identity) {
  notice(fmt::format("the record of {} is damaged: it is trained again if a program needs it",
                     store::trial_words(identity)));
  if (read_only) return;
  if (store::something_there(path_of(store::record_file(identity)))) {
    store::put_aside(path_of(store::record_file(identity)));
  }
  const Result<store::Locks::Writing> writing = locks->write();
  if (writing && database != nullptr) (void)database->remove_trials({&identity, 1});
}

Status Store::Impl::each_record(const std::function<void(std::int64_t, TrialRecord&&)>& take,
                                const std::function<void(const Entry&)>& take_foreign) {
  std::unordered_set<std::string> seen;
  std::unordered_set<std::string> damaged;
  std::vector<std::int64_t> damaged_rows;
  const auto give = [&](const Entry& entry) {
    if (!seen.insert(entry.identity).second) return;
    if (std::optional<TrialRecord> record = parse(entry)) {
      take(entry.serial, std::move(*record));
    } else if (take_foreign) {
      take_foreign(entry);
    }
  };
  Status scanned = with_database([&](Database& in) {
    damaged_rows.clear();
    return in.each_trial([&](TrialRow&& row) {
      if (row.intact) return give(row.entry);
      damaged_rows.push_back(row.entry.serial);
      damaged.insert(row.entry.identity);
    });
  });
  if (!damaged_rows.empty() && scanned && !read_only) {
    const Result<store::Locks::Writing> writing = locks->write();
    if (writing) (void)database->remove_rows(damaged_rows);
  }
  const auto copies = store::copied_identities(folder);
  if (!copies) return copies.failure();
  Status unreadable = Done{};
  for (const std::string& identity : copies.value()) {
    if (seen.contains(identity)) continue;
    const CopyRead copy = store::read_copy(folder, identity);
    if (copy.state == CopyRead::State::Good) {
      mend_row(copy.entry, damaged.contains(identity));
      give(copy.entry);
    } else if (copy.state == CopyRead::State::Unreadable) {
      unreadable = store::unreadable_copy(folder, identity, copy.error);
    } else {
      lose(identity);
    }
    damaged.erase(identity);
  }
  for (const std::string& identity : damaged) {
    if (!seen.contains(identity) && store::is_identity(identity)) lose(identity);
  }
  const bool answered = scanned.ok() || read_only;
  return answered ? unreadable : scanned;
}

Result<std::vector<TrialRecord>> Store::all() {
  const std::lock_guard guard(impl_->mutex);
  std::vector<std::pair<std::int64_t, TrialRecord>> records;
  Status done = impl_->each_record(
      [&](std::int64_t serial, TrialRecord&& record) { records.emplace_back(serial, std::move(record)); });
  if (!done) return done.failure();
  std::stable_sort(records.begin(), records.end(),
                   [](const auto& left, const auto& right) { return left.first < right.first; });
  std::vector<TrialRecord> ordered;
  ordered.reserve(records.size());
  for (auto& [serial, record] : records) ordered.push_back(std::move(record));
  return ordered;
}

Result<std::vector<TrialRecord>> Store::with_state(const std::string& state) {
  const std::lock_guard guard(impl_->mutex);
  std::vector<TrialRecord> found;
  const auto rows = impl_->with_database([&](Database& in) { return in.trials_with_state(state); });
  if (!rows && impl_->read_only) {
    Status done = impl_->each_record([&](std::int64_t, TrialRecord&& record) {
      if (record.state == state) found.push_back(std::move(record));
    });
    if (!done) return done.failure();
    return found;
  }
  if (!rows) return rows.failure();
  for (const TrialRow& row : rows.value()) {
    std::optional<TrialRecord> record;
    if (row.intact) {
      record = impl_->parse(row.entry);
    } else if (const auto mended = impl_->find(row.entry.identity); mended) {
      record = mended.value();
    }
    if (record && record->state == state) found.push_back(std::move(*record));
  }
  return found;
}

// ---------------------------------------------------------------- putting records

Status Store::put(const TrialRecord& record) {
  const std::lock_guard guard(impl_->mutex);
  return impl_->put(record);
}

Status Store::Impl::put(const TrialRecord& record) {
  NNC_CHECK(store::is_identity(record.identity), record.identity);
  if (Status may = must_write(); !may) return may;
  TrialRow row{{record.identity, 0, trial_record_json(record)}, record.state, true};
  while (row.entry.text.ends_with('\n')) row.entry.text.pop_back();
  if (row.entry.text.size() > store::kMaxRecord) {
    return Failure{fmt::format("the record of {} is too large to be kept", store::trial_words(record)), {}};
  }
  const Result<store::Locks::Writing> writing = locks->write();
  if (!writing) return writing.failure();
  const auto before = with_database([&](Database& in) { return in.trial(record.identity); });
  if (!before) return before.failure();
  const auto serial = with_database([](Database& in) { return in.next_serial(); });
  if (!serial) return serial.failure();
  row.entry.serial = serial.value();
  if (Status copied = store::write_copy(folder, row.entry, store::Durability::Synced); !copied) return copied;
  Status done = with_database([&](Database& in) { return in.put_trials({&row, 1}); });
  if (!done || !before.value()) return done;
  // Without the log the old row would be back, and nothing would look wrong with it.
  return with_database([](Database& in) { return in.settle(); });
}

// ---------------------------------------------------------------- objects

Result<std::string> Store::put_object(ObjectKind kind, std::string_view content) {
  if (Status may = impl_->must_write(); !may) return may.failure();
  Result<store::ObjectWritten> written = store::write_object(impl_->folder, kind, content);
  if (!written) return written.failure();
  if (written.value().replaced_damaged) {
    const std::lock_guard guard(impl_->mutex);
    impl_->notice(
        fmt::format("`{}` was damaged: it was written again", object_path(kind, written.value().sha256)));
  }
  return std::move(written).value().sha256;
}

Result<std::string> Store::read_object(ObjectKind kind, const std::string& sha256) {
  Result<store::ObjectRead> read = store::read_object_file(impl_->folder, kind, sha256);
  if (!read) return read.failure();
  const std::string path = object_path(kind, sha256);
  switch (read.value().state) {
    case store::ObjectRead::State::Read:
      return std::move(read).value().content;
    case store::ObjectRead::State::Missing:
      return Failure{fmt::format("`{}` is missing", path), "the next run makes it again"};
    case store::ObjectRead::State::Damaged:
      break;
  }
  const std::string aside = impl_->read_only ? std::string() : store::put_aside(path);
  Failure failure{fmt::format("`{}` is damaged{}", path,
                              aside.empty() ? "" : fmt::format(" and was renamed to `{}`", aside)),
                  "the next run makes it again"};
  const std::lock_guard guard(impl_->mutex);
  impl_->notice(failure.message);
  return failure;
}

std::string Store::object_path(ObjectKind kind, const std::string& sha256) const {
  return impl_->path_of(store::object_file(kind, sha256));
}

bool Store::has_object(ObjectKind kind, const std::string& sha256) const {
  return store::seems_whole(impl_->folder, kind, sha256);
}

}  // namespace nnc::rt
