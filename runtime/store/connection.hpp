// SQLite as this room uses it: a connection, and statements that are compiled once. For database.cpp alone.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "compiler/base/result.hpp"

namespace nnc::rt::store {

class Connection {
 public:
  Connection() = default;
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // `name` is a path or, with SQLITE_OPEN_URI, a URI.
  bool open(const std::string& name, int flags);
  bool run(const char* sql);
  [[nodiscard]] sqlite3* handle() const { return handle_; }

  // Some call failed in a way that only damage explains.
  [[nodiscard]] bool damaged() const { return damaged_; }
  // What went wrong last, and notes whether it is damage.
  Failure failed();

  // That another program is in the way.
  static Failure busy();

  // A statement that was compiled before or is now; null if that fails. `sql` must live as long as the
  // program.
  sqlite3_stmt* statement(const char* sql);

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  sqlite3* handle_ = nullptr;
  std::map<std::string_view, std::unique_ptr<sqlite3_stmt, Finalize>> statements_;
  bool damaged_ = false;
};

// One use of a statement, which is free again when it goes away.
class Query {
 public:
  Query(Connection& connection, const char* sql)
      : connection_(connection), statement_(connection.statement(sql)) {}
  ~Query() {
    if (statement_ != nullptr) sqlite3_reset(statement_);
  }
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  // In the order of the question marks. The text must live as long as the query.
  Query& bind(std::string_view text);
  Query& bind(std::int64_t number);

  // Whether there is a row; ok() says whether "no" means the end or a failure.
  bool next();
  // Runs to the end.
  Status finish();
  [[nodiscard]] bool ok() const {
    return statement_ != nullptr && (code_ == SQLITE_ROW || code_ == SQLITE_DONE);
  }
  // Done, or what went wrong.
  Status status();

  // The columns of the row, from 0.
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] std::int64_t number(int column) const { return sqlite3_column_int64(statement_, column); }

 private:
  Connection& connection_;
  sqlite3_stmt* statement_;
  int bound_ = 0;
  int code_ = SQLITE_DONE;
};

// Takes everything back unless it was committed.
class Transaction {
 public:
  explicit Transaction(Connection& connection)
      : connection_(connection), open_(connection.run("BEGIN IMMEDIATE")) {}
  ~Transaction() {
    if (open_) connection_.run("ROLLBACK");
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  [[nodiscard]] bool open() const { return open_; }
  Status commit();

 private:
  Connection& connection_;
  bool open_;
};

}  // namespace nnc::rt::store
