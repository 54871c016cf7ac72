// See connection.hpp. Which of SQLite's many errors mean what is decided here.
#include "runtime/store/connection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>

namespace nnc::rt::store {
namespace {

constexpr int kPatience =
    60'000;  // milliseconds; programs write one after the other, so that it is hardly ever needed

// Statements and schema are ours and correct, so that these come only from files that somebody else wrote
// into.
constexpr int kDamage[] = {SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_ERROR,    SQLITE_CONSTRAINT,
                           SQLITE_FORMAT,  SQLITE_SCHEMA, SQLITE_MISMATCH, SQLITE_RANGE,
                           SQLITE_TOOBIG,  SQLITE_EMPTY,  SQLITE_INTERNAL};

struct Words {
  int code;
  const char* message;
  const char* hint;
};
constexpr const char* kElsewhere = "choose another place for the store with --store DIR";
constexpr const char* kFreeSpace =
    "free some space on the disk; `nnc clean --checkpoints` removes states of training";
constexpr Words kWords[] = {
    {SQLITE_FULL, "there is no space left for the store", kFreeSpace},
    {SQLITE_READONLY, "the store cannot be written", kElsewhere},
    {SQLITE_CANTOPEN, "the database of the store cannot be opened", kElsewhere},
    {SQLITE_PERM, "the store may not be written", kElsewhere},
    {SQLITE_BUSY, "another program keeps the database of the store locked", "end it, or wait for it"},
    {SQLITE_LOCKED, "another program keeps the database of the store locked", "end it, or wait for it"},
    {SQLITE_NOMEM, "there is not enough memory for the store", ""},
    {SQLITE_IOERR, "the disk of the store does not work", kElsewhere},
};

// What the system said of the last failure. SQLite keeps it with the file that it concerns.
int system_error(sqlite3* handle) {
  if (const int error = sqlite3_system_errno(handle); error != 0) return error;
  for (const int which : {SQLITE_FCNTL_JOURNAL_POINTER, SQLITE_FCNTL_FILE_POINTER}) {
    sqlite3_file* file = nullptr;
    int error = 0;
    if (sqlite3_file_control(handle, "main", which, &file) != SQLITE_OK) continue;
    if (file == nullptr || file->pMethods == nullptr) continue;
    if (file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &error) == SQLITE_OK && error != 0)
      return error;
  }
  return 0;
}

Failure words_for(int code, int reason, const char* detail) {
  const bool no_space = reason == ENOSPC || reason == EDQUOT || reason == EFBIG;
  const int primary = no_space && (code & 0xff) == SQLITE_IOERR ? SQLITE_FULL : code & 0xff;
  const auto* found = std::find_if(std::begin(kWords), std::end(kWords),
                                   [&](const Words& words) { return words.code == primary; });
  if (found == std::end(kWords)) {
    return {fmt::format("the database of the store is damaged: {}", detail), {}};
  }
  const bool say_why = primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN;
  if (!say_why || reason == 0) return {found->message, found->hint};
  return {fmt::format("{}: {}", found->message, std::strerror(reason)), found->hint};
}

}  // namespace

Connection::~Connection() {
  statements_.clear();
  sqlite3_close(handle_);
}

bool Connection::open(const std::string& name, int flags) {
  const int code =
      sqlite3_open_v2(name.c_str(), &handle_, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  if (code == SQLITE_OK) sqlite3_busy_timeout(handle_, kPatience);
  return code == SQLITE_OK;
}

bool Connection::run(const char* sql) {
  return sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) == SQLITE_OK;
}

Failure Connection::failed() {
  if (handle_ == nullptr) return words_for(SQLITE_NOMEM, 0, "");
  const int code = sqlite3_extended_errcode(handle_);
  if (std::find(std::begin(kDamage), std::end(kDamage), code & 0xff) != std::end(kDamage)) damaged_ = true;
  return words_for(code, system_error(handle_), sqlite3_errmsg(handle_));
}

Failure Connection::busy() { return words_for(SQLITE_BUSY, 0, ""); }

sqlite3_stmt* Connection::statement(const char* sql) {
  auto& held = statements_[sql];
  if (held == nullptr) {
    sqlite3_stmt* compiled = nullptr;
    sqlite3_prepare_v3(handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &compiled, nullptr);
    held.reset(compiled);
  }
  return held.get();
}

Query& Query::bind(std::string_view text) {
  if (statement_ != nullptr) {
    sqlite3_bind_text64(statement_, ++bound_, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
  }
  return *this;
}

Query& Query::bind(std::int64_t number) {
  if (statement_ != nullptr) sqlite3_bind_int64(statement_, ++bound_, number);
  return *this;
}

bool Query::next() {
  if (statement_ == nullptr) return false;
  code_ = sqlite3_step(statement_);
  return code_ == SQLITE_ROW;
}

Status Query::finish() {
  while (next()) {
  }
  return status();
}

Status Query::status() {
  if (!ok()) return connection_.failed();
  return Done{};
}

std::string Query::text(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  const int size = sqlite3_column_bytes(statement_, column);
  return bytes == nullptr ? std::string() : std::string(bytes, static_cast<std::size_t>(size));
}

Status Transaction::commit() {
  if (!connection_.run("COMMIT")) return connection_.failed();
  open_ = false;
  return Done{};
}

}  // namespace nnc::rt::store
