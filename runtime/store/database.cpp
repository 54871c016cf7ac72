// See database.hpp.
#include "runtime/store/database.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <iterator>
#include <optional>
#include <system_error>

#include "runtime/store/connection.hpp"

namespace nnc::rt::store {
namespace {

constexpr const char* kCheckpointsByBase = "CREATE INDEX checkpoints_by_base ON checkpoints(base)";
// Compared as text when a store is opened: a damaged schema must not decide what statements mean.
constexpr const char* kSchema[] = {
    "CREATE TABLE trials(serial INTEGER PRIMARY KEY,identity TEXT NOT NULL UNIQUE,state TEXT NOT NULL,"
    "record TEXT NOT NULL,checksum TEXT NOT NULL)",
    "CREATE INDEX trials_by_state ON trials(state)",
    "CREATE TABLE checkpoints(row INTEGER PRIMARY KEY,state TEXT NOT NULL UNIQUE,base TEXT NOT NULL,"
    "epoch INTEGER NOT NULL,steps INTEGER NOT NULL,complete INTEGER NOT NULL,object TEXT NOT NULL,"
    "bytes INTEGER NOT NULL,checksum TEXT NOT NULL)",
    kCheckpointsByBase,
};
// Format 1 had this in the place of the index.
constexpr const char* kUsed =
    "CREATE TABLE used(identity TEXT PRIMARY KEY NOT NULL,seconds INTEGER NOT NULL,checksum TEXT NOT NULL)";

// No mmap: a failing disk must be an error and not the end of the program. DEFENSIVE and the size limit: what
// a damaged file says is not obeyed.
constexpr const char* kSettings =
    "PRAGMA cell_size_check=ON;PRAGMA mmap_size=0;PRAGMA trusted_schema=OFF;PRAGMA temp_store=MEMORY";
constexpr int kMaxValue = static_cast<int>(kMaxRecord) + (1 << 20);

// A row is its values, each with its length, so that no two rows have the same text.
template <class... Values>
std::string checksum_of(const Values&... values) {
  std::string all;
  const auto add = [&](const auto& value) {
    const std::string text = fmt::format("{}", value);
    all += fmt::format("{}:", text.size());
    all += text;
  };
  (add(values), ...);
  return sha256_of(all);
}

std::string checksum_of_trial(const TrialRow& row) {
  return checksum_of(row.entry.identity, row.entry.serial, row.state, row.entry.text);
}

std::string checksum_of_checkpoint(const CheckpointInfo& info) {
  return checksum_of(info.state, info.base, info.epoch, info.steps, info.complete ? 1 : 0, info.object,
                     info.bytes);
}

// Characters with a meaning in a URI; the path may hold any. Also for writing: SQLite may take every name
// that begins like a URI for one. Without an authority the first of two slashes would begin one.
std::string uri_of(const std::string& path, const char* option) {
  std::string uri = path.starts_with('/') ? "file://" : "file:";
  for (const char c : path) {
    if (c == '%' || c == '?' || c == '#') {
      uri += fmt::format("%{:02x}", static_cast<unsigned char>(c));
    } else {
      uri += c;
    }
  }
  return fmt::format("{}?{}", uri, option);
}

#define NNC_TRIAL_COLUMNS "SELECT serial,identity,state,record,checksum FROM trials "
#define NNC_CHECKPOINT_COLUMNS \
  "SELECT row,state,base,epoch,steps,complete,object,bytes,checksum FROM checkpoints "

TrialRow trial_of(const Query& query) {
  TrialRow row;
  row.entry.serial = query.number(0);
  row.entry.identity = query.text(1);
  row.state = query.text(2);
  row.entry.text = query.text(3);
  row.intact = checksum_of_trial(row) == query.text(4);
  return row;
}

CheckpointRow checkpoint_of(const Query& query) {
  CheckpointRow row;
  row.row = query.number(0);
  row.info.state = query.text(1);
  row.info.base = query.text(2);
  row.info.epoch = query.number(3);
  row.info.steps = query.number(4);
  row.info.complete = query.number(5) == 1;
  row.info.object = query.text(6);
  row.info.bytes = static_cast<std::uint64_t>(query.number(7));
  row.intact = checksum_of_checkpoint(row.info) == query.text(8);
  return row;
}

Result<std::vector<CheckpointRow>> checkpoints_of(Query& query) {
  std::vector<CheckpointRow> rows;
  while (query.next()) rows.push_back(checkpoint_of(query));
  if (Status status = query.status(); !status) return status.failure();
  return rows;
}

std::string single_text(Connection& connection, const char* sql) {
  Query query(connection, sql);
  return query.next() ? query.text(0) : std::string();
}

}  // namespace

struct Database::State {
  Connection connection;
  std::string path;
  struct stat file {};

  Status create();
  bool schema_is_of(int format);
  Status upgrade();  // from format 1
  Status put(const TrialRow& row);
};

// What failed is asked for before the transaction is taken back, which may fail as well and for its own
// reason.
Status Database::State::create() {
  Transaction transaction(connection);
  if (!transaction.open()) return connection.failed();
  for (const char* statement : kSchema) {
    if (!connection.run(statement)) return connection.failed();
  }
  if (!connection.run(fmt::format("PRAGMA user_version={}", kStoreFormat).c_str()))
    return connection.failed();
  return transaction.commit();
}

Status Database::State::upgrade() {
  Transaction transaction(connection);
  const bool done = transaction.open() && connection.run("DROP TABLE used") &&
                    connection.run(kCheckpointsByBase) && connection.run("PRAGMA user_version=2");
  return done ? transaction.commit() : connection.failed();
}

bool Database::State::schema_is_of(int format) {
  std::vector<std::string> found;
  Query query(connection, "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL");
  while (query.next()) found.push_back(query.text(0));
  std::vector<std::string> expected(std::begin(kSchema), std::end(kSchema));
  if (format == 1) *std::find(expected.begin(), expected.end(), kCheckpointsByBase) = kUsed;
  std::sort(found.begin(), found.end());
  std::sort(expected.begin(), expected.end());
  return query.ok() && found == expected;
}

Database::Database(std::unique_ptr<State> state) : state_(std::move(state)) {}
Database::~Database() = default;

namespace {

// A database that was closed has no log; then nothing writes it, and without `immutable` SQLite would make
// files.
std::string read_only_uri(const std::string& path) {
  return uri_of(path, something_there(path + "-wal") ? "readonly_shm=1" : "immutable=1");
}

bool set_up(Connection& connection, Database::Access access) {
  sqlite3_limit(connection.handle(), SQLITE_LIMIT_LENGTH, kMaxValue);
  sqlite3_db_config(connection.handle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  if (!connection.run(kSettings)) return false;
  if (access == Database::Access::ReadOnly) return true;
  return connection.run("PRAGMA synchronous=FULL") && connection.run("PRAGMA journal_mode=WAL");
}

}  // namespace

// What keeps SQLite from opening a database for writing, and what it would not name.
static std::optional<Failure> obstacle(const std::string& path) {
  constexpr std::size_t kLongest = 500;  // SQLite's is 512, with what it adds to the name
  std::error_code error;
  const std::size_t length = std::filesystem::absolute(path, error).string().size();
  if (length > kLongest) {
    return Failure{fmt::format("the path of the store is too long: its database would have one of {} bytes, "
                               "and at most {} are possible",
                               length, kLongest),
                   "choose another place for the store with --store DIR"};
  }
  // SQLite gives its other files the rights of the database, and they would keep them when it has better
  // ones.
  const std::string parts[] = {path, path + "-wal", path + "-shm"};
  for (const std::string& part : parts) {
    if (!file_size(part) || ::access(part.c_str(), W_OK) == 0) continue;
    Failure failure = file_failure("write", part, errno);
    if (part != path) failure.hint = "give it the rights that store.db has";
    return failure;
  }
  return std::nullopt;
}

Database::Opened Database::open(const std::string& path, Access access) {
  auto state = std::make_unique<State>();
  state->path = path;
  Connection& connection = state->connection;
  const bool writing = access == Access::ReadWrite;
  const auto refuse_for = [&](Failure failure) {
    const Condition condition = connection.damaged() ? Condition::Damaged : Condition::Failed;
    return Opened{condition, nullptr, std::move(failure), 0};
  };
  if (std::optional<Failure> known = writing ? obstacle(path) : std::nullopt)
    return {Condition::Failed, nullptr, std::move(*known), 0};
  constexpr int kWriting = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  const std::string uri = writing ? uri_of(path, "mode=rwc") : read_only_uri(path);
  const bool open = connection.open(uri, SQLITE_OPEN_URI | (writing ? kWriting : SQLITE_OPEN_READONLY));
  if (!open || !set_up(connection, access)) return refuse_for(connection.failed());
  // A damaged header can claim that the file is of a kind that may only be read.
  if (writing && sqlite3_db_readonly(connection.handle(), "main") == 1) {
    const bool may_write = ::access(path.c_str(), W_OK) == 0;
    return {may_write ? Condition::Damaged : Condition::Failed, nullptr,
            file_failure("write", path, may_write ? EINVAL : errno), 0};
  }
  const std::string tables = single_text(connection, "SELECT count(*) FROM sqlite_schema");
  if (tables.empty()) return refuse_for(connection.failed());
  const std::string version = single_text(connection, "PRAGMA user_version");
  if (version.empty()) return refuse_for(connection.failed());
  const bool is_new = tables == "0" && version == "0";
  if (is_new && writing) {
    if (Status created = state->create(); !created) return refuse_for(created.failure());
  }
  if (::stat(path.c_str(), &state->file) != 0)
    return {Condition::Failed, nullptr, file_failure("read", path, errno), 0};

  Opened opened{
      is_new ? Condition::New : Condition::Good, nullptr, {}, is_new ? kStoreFormat : std::stoi(version)};
  if (opened.format > kStoreFormat) opened.condition = Condition::Newer;
  const bool old = opened.format == 1 && state->schema_is_of(1);
  if (old && writing) {
    if (Status upgraded = state->upgrade(); !upgraded) return refuse_for(upgraded.failure());
    opened.format = kStoreFormat;
  }
  const bool sound =
      (writing || !is_new) && single_text(connection, "PRAGMA encoding") == "UTF-8" &&
      ((old && !writing) || (opened.format == kStoreFormat && state->schema_is_of(kStoreFormat))) &&
      (!writing || single_text(connection, "PRAGMA journal_mode") == "wal");
  if (!sound && opened.condition == Condition::Good) opened.condition = Condition::Damaged;
  opened.database.reset(new Database(std::move(state)));
  return opened;
}

bool Database::damaged() const { return state_->connection.damaged(); }

bool Database::moved() const {
  struct stat now {};
  if (::stat(state_->path.c_str(), &now) != 0) return true;
  return now.st_dev != state_->file.st_dev || now.st_ino != state_->file.st_ino;
}

// ---------------------------------------------------------------- reading

Result<std::optional<TrialRow>> Database::trial(const std::string& identity) {
  Query query(state_->connection, NNC_TRIAL_COLUMNS "WHERE identity=? ORDER BY serial");
  query.bind(identity);
  std::optional<TrialRow> best;
  while (query.next()) {
    TrialRow row = trial_of(query);
    if (!best || row.intact) best = std::move(row);
  }
  if (Status status = query.status(); !status) return status.failure();
  return best;
}

Status Database::each_trial(const std::function<void(TrialRow&&)>& take) {
  Query query(state_->connection, NNC_TRIAL_COLUMNS "NOT INDEXED ORDER BY serial");
  while (query.next()) take(trial_of(query));
  return query.status();
}

Result<std::vector<TrialRow>> Database::trials_with_state(const std::string& state) {
  Query query(state_->connection, NNC_TRIAL_COLUMNS "WHERE state=? ORDER BY serial");
  query.bind(state);
  std::vector<TrialRow> rows;
  while (query.next()) rows.push_back(trial_of(query));
  if (Status status = query.status(); !status) return status.failure();
  return rows;
}

Result<std::vector<std::string>> Database::identities() {
  Query query(state_->connection, "SELECT identity FROM trials");
  std::vector<std::string> identities;
  while (query.next()) identities.push_back(query.text(0));
  if (Status status = query.status(); !status) return status.failure();
  std::sort(identities.begin(), identities.end());
  return identities;
}

Result<std::vector<CheckpointRow>> Database::checkpoints() {
  Query query(state_->connection, NNC_CHECKPOINT_COLUMNS "NOT INDEXED ORDER BY row");
  return checkpoints_of(query);
}

Result<std::vector<CheckpointRow>> Database::checkpoints_of_base(const std::string& base) {
  Query query(state_->connection, NNC_CHECKPOINT_COLUMNS "WHERE base=? ORDER BY row");
  return checkpoints_of(query.bind(base));
}

Result<std::vector<CheckpointRow>> Database::checkpoints_of_state(const std::string& state) {
  Query query(state_->connection, NNC_CHECKPOINT_COLUMNS "WHERE state=? ORDER BY row");
  return checkpoints_of(query.bind(state));
}

Result<std::string> Database::problem() {
  Query query(state_->connection, "PRAGMA integrity_check(1)");
  const bool row = query.next();
  if (!row) {
    const Status status = query.status();
    if (state_->connection.damaged()) return std::string("it cannot be read");
    return status ? Failure{"the database of the store cannot be checked", {}} : status.failure();
  }
  const std::string answer = query.text(0);
  return answer == "ok" ? std::string() : answer;
}

// ---------------------------------------------------------------- writing

namespace {

Result<std::int64_t> serial_after_last(Connection& connection) {
  Query query(connection, "SELECT max(serial) FROM trials");
  if (!query.next()) return connection.failed();
  // Only a damaged row has a larger number; counting on from it must not leave what SQLite can hold.
  constexpr std::int64_t kLargest = std::int64_t{1} << 62;
  return std::clamp(query.number(0), std::int64_t{0}, kLargest) + 1;
}

}  // namespace

Result<std::int64_t> Database::next_serial() { return serial_after_last(state_->connection); }

Status Database::State::put(const TrialRow& given) {
  TrialRow row = given;
  if (Status done =
          Query(connection, "DELETE FROM trials WHERE identity=?").bind(row.entry.identity).finish();
      !done) {
    return done;
  }
  Query taken(connection, "SELECT 1 FROM trials WHERE serial=?");
  if (row.entry.serial < 1 || taken.bind(row.entry.serial).next()) {
    const Result<std::int64_t> next = serial_after_last(connection);
    if (!next) return next.failure();
    row.entry.serial = next.value();
  }
  const std::string checksum = checksum_of_trial(row);
  Query insert(connection, "INSERT INTO trials VALUES(?,?,?,?,?)");
  insert.bind(row.entry.serial).bind(row.entry.identity).bind(row.state).bind(row.entry.text).bind(checksum);
  return insert.finish();
}

namespace {

// Runs `change` for every item in one transaction.
template <class Items, class Change>
Status in_one(Connection& connection, const Items& items, Change change) {
  Transaction transaction(connection);
  if (!transaction.open()) return connection.failed();
  for (const auto& item : items) {
    if (Status done = change(item); !done) return done;
  }
  return transaction.commit();
}

}  // namespace

Status Database::put_trials(std::span<const TrialRow> rows) {
  return in_one(state_->connection, rows, [&](const TrialRow& row) { return state_->put(row); });
}

Status Database::remove_trials(std::span<const std::string> identities) {
  Connection& connection = state_->connection;
  return in_one(connection, identities, [&](const std::string& identity) {
    return Query(connection, "DELETE FROM trials WHERE identity=?").bind(identity).finish();
  });
}

Status Database::remove_rows(std::span<const std::int64_t> serials) {
  Connection& connection = state_->connection;
  return in_one(connection, serials, [&](std::int64_t serial) {
    return Query(connection, "DELETE FROM trials WHERE serial=?").bind(serial).finish();
  });
}

Status Database::put_checkpoint(const CheckpointInfo& info) {
  Connection& connection = state_->connection;
  const std::string checksum = checksum_of_checkpoint(info);
  return in_one(connection, std::span(&info, 1), [&](const CheckpointInfo&) {
    Query insert(connection,
                 "INSERT OR REPLACE INTO checkpoints(state,base,epoch,steps,complete,object,bytes,checksum) "
                 "VALUES(?,?,?,?,?,?,?,?)");
    insert.bind(info.state)
        .bind(info.base)
        .bind(info.epoch)
        .bind(info.steps)
        .bind(std::int64_t{info.complete});
    insert.bind(info.object).bind(static_cast<std::int64_t>(info.bytes)).bind(checksum);
    return insert.finish();
  });
}

Status Database::remove_checkpoints(std::span<const std::int64_t> rows) {
  Connection& connection = state_->connection;
  return in_one(connection, rows, [&](std::int64_t row) {
    return Query(connection, "DELETE FROM checkpoints WHERE row=?").bind(row).finish();
  });
}

Status Database::settle() {
  // That others were in the way is no error to SQLite, which says so in its answer.
  Query query(state_->connection, "PRAGMA wal_checkpoint(FULL)");
  if (!query.next()) return state_->connection.failed();
  if (query.number(0) != 0) return Connection::busy();
  return query.finish();
}

void Database::set_patience(int milliseconds) {
  sqlite3_busy_timeout(state_->connection.handle(), milliseconds);
}

Status Database::compact() {
  if (!state_->connection.run("VACUUM") || !state_->connection.run("PRAGMA wal_checkpoint(TRUNCATE)")) {
    return state_->connection.failed();
  }
  return Done{};
}

}  // namespace nnc::rt::store
