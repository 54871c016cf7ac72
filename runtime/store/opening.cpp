// Opening a store: its folders, locks and format, and the database, which is made again from the copies of
// the records if it is damaged. Afterwards database and copies have the same trials.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <iterator>

#include "runtime/store/impl.hpp"

namespace nnc::rt {
namespace {

using store::Database;
using store::declared_format;
using store::Durability;
using store::kLockFile;

constexpr const char* kFormatFile = "format";
constexpr const char* kIgnoreFile = ".gitignore";
constexpr std::string_view kIgnoreAll = "*\n";
constexpr std::size_t kBatch = 1000;  // records that are held in memory at once

// The format stands in two places, here and in the database, each of which shows whether the other one is
// damaged.
std::string format_line(int format) {
  const std::string text = fmt::format("nnc store, format {}", format);
  return fmt::format("{}, sha256 {}\n", text, store::sha256_of(text));
}

Failure newer(const std::string& folder, int format) {
  return {fmt::format("the store in `{}` was written by a newer nnc (format {}, this one knows {})", folder,
                      format, kStoreFormat),
          "choose another place for the store with --store DIR"};
}

// Of sorted lists.
std::vector<std::string> only_in_first(const std::vector<std::string>& first,
                                       const std::vector<std::string>& second) {
  std::vector<std::string> difference;
  std::set_difference(first.begin(), first.end(), second.begin(), second.end(),
                      std::back_inserter(difference));
  return difference;
}

// All parts of a database under one number, so that they can be looked at together.
Status put_database_aside(const std::string& folder) {
  const auto aside = [&](const char* part, int number) {
    return fmt::format("{}/{}{}-{}", folder, part, store::kAsideSuffix, number);
  };
  int number = 1;
  const auto taken = [&](const char* part) { return store::something_there(aside(part, number)); };
  while (std::any_of(std::begin(store::kDatabaseParts), std::end(store::kDatabaseParts), taken)) ++number;
  for (const char* part : store::kDatabaseParts) {
    const std::string path = folder + "/" + part;
    if (std::rename(path.c_str(), aside(part, number).c_str()) != 0 && errno != ENOENT) {
      return store::file_failure("put aside", path, errno);
    }
  }
  return store::sync_folder(folder);
}

// Whether something that is not a file lies in the place of the database, which SQLite could wait for
// forever.
bool not_files(const std::string& folder) {
  return std::any_of(std::begin(store::kDatabaseParts), std::end(store::kDatabaseParts),
                     [&](const char* part) { return store::other_thing_there(folder + "/" + part); });
}

}  // namespace

std::optional<int> store::declared_format(const std::string& folder) {
  constexpr std::string_view kBefore = "nnc store, format ";
  const store::FileRead file = store::read_file(folder + "/" + kFormatFile, 1024);
  if (!file.content.starts_with(kBefore)) return std::nullopt;
  int format = 0;
  const char* digits = file.content.data() + kBefore.size();
  const auto [end, error] = std::from_chars(digits, file.content.data() + file.content.size(), format);
  if (error != std::errc() || file.content != format_line(format)) return std::nullopt;
  return format;
}

Result<std::unique_ptr<Store>> Store::open(const std::string& folder, bool read_only,
                                           const std::atomic<bool>* stop) {
  auto impl = std::make_unique<Impl>();
  impl->stop = stop;
  impl->folder = folder.empty() ? "." : folder;
  impl->read_only = read_only;
  if (Status ours = store::refuse_other_folder(impl->folder); !ours) return ours.failure();
  Status opened = read_only ? impl->open_for_reading() : impl->open_for_writing();
  if (!opened) {
    impl->close();
    return opened.failure();
  }
  return std::unique_ptr<Store>(new Store(std::move(impl)));
}

void Store::Impl::close() {
  if (database == nullptr) return;
  // Without the lock it is closed as well, only less quietly for others.
  std::optional<Result<store::Locks::Writing>> writing;
  if (!read_only) writing.emplace(locks->write());
  database.reset();
}

Status Store::Impl::open_for_writing() {
  if (Status made = store::make_folder(folder); !made) return made;
  std::vector<std::string> folders{store::kRecordFolder};
  for (const ObjectKind kind : store::kAllKinds) folders.emplace_back(store::folder_of(kind));
  for (const std::string& name : folders) {
    if (Status made = store::make_folder(path_of(name)); !made) return made;
  }
  Result<std::unique_ptr<store::Locks>> opened = store::Locks::open(path_of(kLockFile), false, stop);
  if (!opened) return opened.failure();
  locks = std::move(opened).value();
  const Result<store::Locks::Writing> writing = locks->write();
  if (!writing) return writing.failure();
  if (store::file_size(path_of(kIgnoreFile)).value_or(0) == 0) {
    if (Status done = store::write_file(folder, kIgnoreFile, kIgnoreAll, Durability::Whenever); !done)
      return done;
  }
  return open_database();
}

Status Store::Impl::open_for_reading() {
  struct stat facts {};
  if (::stat(folder.c_str(), &facts) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return Done{};
    return store::file_failure("read", folder, errno);
  }
  if (!S_ISDIR(facts.st_mode)) return store::file_failure("read", folder, ENOTDIR);
  if (::access(folder.c_str(), R_OK | X_OK) != 0) return store::file_failure("read", folder, errno);
  Result<std::unique_ptr<store::Locks>> opened = store::Locks::open(path_of(kLockFile), true);
  if (!opened) return opened.failure();
  locks = std::move(opened).value();
  const std::optional<int> declared = declared_format(folder);
  if (declared.value_or(0) > kStoreFormat) return newer(folder, *declared);
  if (not_files(folder) || !store::file_size(path_of(store::kDatabaseFile))) return Done{};
  Database::Opened read = Database::open(path_of(store::kDatabaseFile), Database::Access::ReadOnly);
  if (read.condition == Database::Condition::Newer && !declared) return newer(folder, read.format);
  // Everything else is answered from the copies.
  if (read.condition == Database::Condition::Good) database = std::move(read.database);
  if (read.condition == Database::Condition::Failed) {
    notice(fmt::format("{}: the answer is from the copies of the records, without states of training",
                       read.failure.message));
  }
  return Done{};
}

Status Store::Impl::open_database() {
  database.reset();
  const std::optional<int> declared = declared_format(folder);
  if (declared.value_or(0) > kStoreFormat) return newer(folder, *declared);
  // First, so that no older nnc takes a newer database for a damaged one.
  if (declared && *declared < kStoreFormat) {
    if (Status done = store::write_file(folder, kFormatFile, format_line(kStoreFormat)); !done) return done;
  }
  if (not_files(folder)) return make_again(nullptr);
  Database::Opened opened = Database::open(path_of(store::kDatabaseFile), Database::Access::ReadWrite);
  switch (opened.condition) {
    case Database::Condition::Failed:
      return opened.failure;
    case Database::Condition::Newer:
      if (!declared) return newer(folder, opened.format);
      [[fallthrough]];
    case Database::Condition::Damaged:
      if (Status made = make_again(std::move(opened.database)); !made) return made;
      break;
    case Database::Condition::Good:
    case Database::Condition::New: {
      database = std::move(opened.database);
      // What cannot be compared now, for lack of space perhaps, is found when it is asked for.
      Status compared = compare_with_copies(opened.condition == Database::Condition::New);
      if (compared) compared = compare_checkpoints_with_files();
      if (!compared && database != nullptr && database->damaged()) compared = rebuild();
      if (!compared && database == nullptr) return compared;
      if (!compared) notice(compared.failure().message);
    }
  }
  if (declared) return Done{};
  return store::write_file(folder, kFormatFile, format_line(kStoreFormat));
}

Status Store::Impl::refresh() {
  if (database == nullptr && read_only) return Failure{"the database of the store cannot be read", {}};
  if (read_only || (database != nullptr && !database->moved())) return Done{};
  const Result<store::Locks::Writing> writing = locks->write();
  if (!writing) return writing.failure();
  return open_database();
}

Status Store::Impl::rebuild() {
  const Result<store::Locks::Writing> writing = locks->write();
  if (!writing) return writing.failure();
  // Another program may have done it meanwhile.
  if (database == nullptr || database->moved()) return open_database();
  return make_again(std::move(database));
}

Status Store::Impl::make_again(std::unique_ptr<Database> old) {
  database.reset();
  // Where the copies cannot be read, it stays.
  if (const auto copies = store::copied_identities(folder); !copies) return copies.failure();
  if (old != nullptr) {
    // An error ends it: what comes before is saved.
    (void)old->each_trial([&](store::TrialRow&& row) {
      const store::CopyRead::State copy = store::read_copy(folder, row.entry.identity).state;
      const bool lacking = copy == store::CopyRead::State::Missing || copy == store::CopyRead::State::Damaged;
      if (!row.intact || !lacking) return;
      (void)store::write_copy(folder, row.entry, Durability::Synced);
    });
    old.reset();
  }
  if (Status aside = put_database_aside(folder); !aside) return aside;
  Database::Opened opened = Database::open(path_of(store::kDatabaseFile), Database::Access::ReadWrite);
  if (opened.condition != Database::Condition::New) {
    if (opened.condition == Database::Condition::Failed) return opened.failure;
    return Failure{fmt::format("the database of the store in `{}` cannot be made again", folder),
                   "choose another place for the store with --store DIR"};
  }
  database = std::move(opened.database);
  notice(fmt::format(
      "the database of the store in `{}` was damaged: it was made again from the copies of the records",
      folder));
  mended.push_back({store::kDatabaseFile, "the database", "made again from the copies of the records", true});
  const Result<std::vector<std::string>> copies = store::copied_identities(folder);
  if (!copies) return copies.failure();
  if (Status done = import_copies(copies.value(), false); !done) return done;
  return compare_checkpoints_with_files();
}

Status Store::Impl::compare_with_copies(bool is_new) {
  const Result<std::vector<std::string>> rows = database->identities();
  if (!rows) return rows.failure();
  const Result<std::vector<std::string>> copies = store::copied_identities(folder);
  if (!copies) return copies.failure();
  const std::vector<std::string> without_row = only_in_first(copies.value(), rows.value());
  if (!without_row.empty() && is_new) {
    notice(fmt::format(
        "the database of the store in `{}` was missing: it was made again from the copies of the records",
        folder));
    mended.push_back(
        {store::kDatabaseFile, "the database", "made again from the copies of the records", true});
  } else if (!without_row.empty()) {
    // After a kill this is a record that was about to be put; but a damaged index looks the same.
    checked = true;
    const Result<std::string> problem = database->problem();
    if (problem && !problem.value().empty()) return make_again(std::move(database));
  }
  if (Status done = import_copies(without_row, !is_new); !done) return done;
  return write_missing_copies(only_in_first(rows.value(), copies.value()));
}

Status Store::Impl::import_copies(std::span<const std::string> identities, bool remember) {
  std::vector<store::TrialRow> rows;
  const auto put_rows = [&]() -> Status {
    Status done = database->put_trials(rows);
    rows.clear();
    return done;
  };
  for (const std::string& identity : identities) {
    store::CopyRead copy = store::read_copy(folder, identity);
    if (copy.state == store::CopyRead::State::Damaged) lose(identity);
    if (copy.state == store::CopyRead::State::Unreadable)
      notice(store::unreadable_copy(folder, identity, copy.error).message);
    std::optional<store::TrialRow> row;
    if (copy.state == store::CopyRead::State::Good) row = store::row_of(copy.entry);
    if (!row) continue;
    if (remember) {
      mended.push_back({store::kDatabaseFile,
                        fmt::format("the record of {}, which was missing", store::trial_words(identity)),
                        "restored from its copy", true});
    }
    rows.push_back(std::move(*row));
    if (rows.size() < kBatch) continue;
    if (Status done = put_rows(); !done) return done;
  }
  if (rows.empty()) return Done{};
  return put_rows();
}

Status Store::Impl::write_missing_copies(std::span<const std::string> identities) {
  for (const std::string& identity : identities) {
    const Result<std::optional<store::TrialRow>> row = database->trial(identity);
    if (!row) return row.failure();
    if (!row.value() || !row.value()->intact || !store::is_identity(identity)) continue;
    // The row is on the disk already.
    if (Status done = store::write_copy(folder, row.value()->entry, Durability::Whenever); !done) return done;
  }
  return Done{};
}

}  // namespace nnc::rt
