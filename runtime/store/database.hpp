// The records and the list of checkpoints in SQLite; the only file that knows it. Every row carries the
// SHA-256 of its content, because SQLite notices damage only where it makes a page impossible. Not part of
// the room's interface.
//
// Nobody else may open the file of a database while it is open: on closing it, the system would drop the
// locks that SQLite holds on it for the whole program.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "compiler/base/result.hpp"
#include "runtime/store/record_files.hpp"
#include "runtime/store/store.hpp"

namespace nnc::rt::store {

inline constexpr const char* kDatabaseFile = "store.db";
// Beside it while it is open, or if its program was killed.
inline constexpr const char* kDatabaseParts[] = {"store.db", "store.db-wal", "store.db-shm"};

struct TrialRow {
  Entry entry;
  std::string state;
  bool intact = false;  // its checksum agrees
};

struct CheckpointRow {
  std::int64_t row = 0;
  CheckpointInfo info;
  bool intact = false;
};

class Database {
 public:
  enum class Access : std::uint8_t { ReadWrite, ReadOnly };
  enum class Condition : std::uint8_t {
    Good,
    New,      // it was missing or empty
    Damaged,  // or not a database at all
    Newer,    // `format` is one that is not known here
    Failed,   // the system: no space, no permission
  };
  struct Opened {
    Condition condition = Condition::Failed;
    std::unique_ptr<Database>
        database;  // for Good and New; for Damaged only if something of it may be readable
    Failure failure;
    int format = 0;
  };
  // Under the writers' lock, unless read-only.
  static Opened open(const std::string& path, Access access);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Some operation failed in a way that only damage explains.
  [[nodiscard]] bool damaged() const;
  // Another file has its name by now.
  [[nodiscard]] bool moved() const;

  // ---- reading
  // Of several rows, which only damage leaves, the last intact one.
  Result<std::optional<TrialRow>> trial(const std::string& identity);
  // Does not trust the indices.
  Status each_trial(const std::function<void(TrialRow&&)>& take);
  Result<std::vector<TrialRow>> trials_with_state(const std::string& state);
  Result<std::vector<std::string>> identities();
  // Does not trust the indices either.
  Result<std::vector<CheckpointRow>> checkpoints();
  Result<std::vector<CheckpointRow>> checkpoints_of_base(const std::string& base);
  Result<std::vector<CheckpointRow>> checkpoints_of_state(const std::string& state);
  // What SQLite finds wrong with the file as a whole; empty if it is nothing.
  Result<std::string> problem();

  // ---- writing, durable, each call as a whole or not at all; under the writers' lock
  Result<std::int64_t> next_serial();
  // Each replaces the rows of its identity. A serial that another trial has is replaced by the next free one.
  Status put_trials(std::span<const TrialRow> rows);
  Status remove_trials(std::span<const std::string> identities);
  Status remove_rows(std::span<const std::int64_t> serials);
  Status put_checkpoint(const CheckpointInfo& info);
  Status remove_checkpoints(std::span<const std::int64_t> rows);
  // Moves everything from the log into the database, so that the loss of the log cannot bring old rows back.
  // Fails if another program keeps reading old rows for longer than the patience.
  Status settle();
  void set_patience(int milliseconds);
  // Gives the space of removed rows back to the system.
  Status compact();

 private:
  struct State;
  explicit Database(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace nnc::rt::store
