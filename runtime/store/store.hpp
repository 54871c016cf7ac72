// What is known of trials, kept from run to run and shared by all programs of a folder: a record per trial,
// and everything large (weights, predictions, states of training) as files named by the SHA-256 of their
// content.
//
//   .nnc/store.db           the records, in SQLite
//   .nnc/records/<id>.json  a second copy of each: what is damaged in one of them is restored from the other
//   .nnc/weights/<sha>.safetensors, .nnc/predictions/<sha>.npy, .nnc/checkpoints/<sha>.safetensors
//   .nnc/lock               byte ranges that running programs hold; the system frees them when they end
//
// Whatever a function acknowledged is on the disk and survives the end of the program at any instant. Nothing
// that was read is believed before its checksum agrees. All functions may be called from several threads, and
// by several programs at once.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/result.hpp"
#include "runtime/record/record.hpp"
#include "runtime/store/tensor_file.hpp"

namespace nnc::rt {

inline constexpr int kStoreFormat = 2;

enum class ObjectKind : std::uint8_t { Weights, Predictions, Checkpoint };

// A state in the middle of training, from which it goes on with the same bits.
struct CheckpointInfo {
  std::string base;         // hex: what is trained, whatever its length and schedule
  std::string state;        // hex: base and the settings of each epoch up to `epoch`
  std::int64_t epoch = 0;   // the one that was being trained, from 1
  std::int64_t steps = 0;   // done of that epoch, if it is not complete
  bool complete = false;    // all of its steps
  std::string object;       // SHA-256 of the file; filled in by the store
  std::uint64_t bytes = 0;  // filled in by the store
};

// Whether the first comes later on a way of training. A complete one comes after all that are in the middle
// of its epoch, and says 0 steps.
bool further(const CheckpointInfo& left, const CheckpointInfo& right);

// A right to train something that no other program has at the same time. Given back when it goes away, or
// when the program ends, however it ends.
class StoreClaim {
 public:
  StoreClaim() = default;
  StoreClaim(StoreClaim&& other) noexcept;
  StoreClaim& operator=(StoreClaim&& other) noexcept;
  StoreClaim(const StoreClaim&) = delete;
  StoreClaim& operator=(const StoreClaim&) = delete;
  ~StoreClaim();

 private:
  friend class Store;
  StoreClaim(int file, std::int64_t place) : file_(file), place_(place) {}
  int file_ = -1;  // owned by the store
  std::int64_t place_ = 0;
};

// What `verify` and `clean` speak of.
struct StoreSizes {
  std::int64_t trials = 0;
  std::uint64_t record_bytes = 0;  // database and copies
  std::int64_t weights = 0;
  std::uint64_t weight_bytes = 0;
  std::int64_t predictions = 0;
  std::uint64_t prediction_bytes = 0;
  std::int64_t checkpoints = 0;
  std::uint64_t checkpoint_bytes = 0;
  std::int64_t leftovers = 0;  // files that nothing refers to: of killed programs, of removed trials
  std::uint64_t leftover_bytes = 0;

  StoreSizes& operator+=(const StoreSizes& other);
};

struct StoreDamage {
  std::string file;         // relative to the store
  std::string what;         // "the record of trial 3f2a… (dropout rate=0.2, seed 1)"
  std::string remedy;       // "restored from its copy", "trained again only if a program needs it"
  bool repaired = false;    // nothing is lost
  bool unreadable = false;  // for the system, and perhaps intact
};

struct CleanRequest {
  bool checkpoints = false;  // all of them, also those that could go on
  // Remove the trials with these identities, and what only they need. A record of another version of nnc
  // stays, with its files, unless it is among them.
  std::vector<std::string> trials;
  std::vector<std::string> states = {};  // and these checkpoints
};

class Store {
 public:
  // Whether there is a store in this folder, in whatever state.
  static bool is_store(const std::string& folder);
  // Makes the folder if it is missing, unless `read_only`. Fails, with a hint, if the folder cannot be made,
  // read or written, is of another format, or is no store and holds other things: then nothing is written. A
  // damaged database is put aside and made again from the copies; `notices` says so.
  // When `stop` becomes true, nobody waits for another program for more than a moment.
  static Result<std::unique_ptr<Store>> open(const std::string& folder, bool read_only = false,
                                             const std::atomic<bool>* stop = nullptr);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  [[nodiscard]] const std::string& folder() const;
  // What went wrong and was mended, or will have to be trained again, since the last call: for the user, a
  // line each.
  std::vector<std::string> take_notices();

  // ---- trials, by TrialRecord::identity
  // Empty if it is not known, or if both copies are damaged (a notice says so).
  Result<std::optional<TrialRecord>> find(const std::string& identity);
  // Durable when it returns Done. Replaces what was known.
  Status put(const TrialRecord& record);
  // Of all that may be known; cheap, while `find` reads a record whole.
  std::vector<std::string> identities();
  // In the order in which they were put.
  Result<std::vector<TrialRecord>> all();
  // Those whose `state` is this one: their weights are the same.
  Result<std::vector<TrialRecord>> with_state(const std::string& state);

  // ---- files
  // Gives their SHA-256. Durable when it returns; nothing is written if it is there already and intact in
  // size.
  Result<std::string> put_object(ObjectKind kind, std::string_view content);
  // Fails if it is missing or not what it is called; a damaged one is put aside (renamed to *.damaged), so
  // that it can be made again under its name.
  Result<std::string> read_object(ObjectKind kind, const std::string& sha256);
  [[nodiscard]] std::string object_path(ObjectKind kind, const std::string& sha256) const;
  // Compares a small file with its checksum, of a large one the size: whether it need not be made again.
  [[nodiscard]] bool has_object(ObjectKind kind, const std::string& sha256) const;

  // ---- states of training
  // Adds base, state, epoch, steps and complete to the metadata of the file, so that the database can be made
  // again. Replaces an earlier checkpoint of the same state, whose file goes away.
  Status put_checkpoint(CheckpointInfo info, TensorFile file);
  Result<std::vector<CheckpointInfo>> checkpoints(const std::string& base);
  // Of all bases.
  Result<std::vector<CheckpointInfo>> all_checkpoints();
  Status drop_checkpoint(const std::string& state);

  // ---- several programs
  // Empty if another program has it. `id` is hex, at least 16 digits. A second claim for the same id through
  // the same Store object is not refused: the caller schedules its own threads.
  std::optional<StoreClaim> try_claim(const std::string& id);

  // ---- care
  // On a full disk a database cannot even be opened. Removes leftovers and all files of the given kinds,
  // which are not wanted any more, without opening it; what other programs use stays. Nothing where there is
  // space.
  static StoreSizes make_room(const std::string& folder, const std::vector<ObjectKind>& unwanted);
  Result<StoreSizes> sizes();
  // Reads everything and compares it with its checksums; mends what has a copy. Sorted by file.
  Result<std::vector<StoreDamage>> verify();
  // Fails if another program is using the store. Gives what was (or, with `dry_run`, would be) removed.
  // Always removes leftovers.
  Result<StoreSizes> clean(const CleanRequest& request, bool dry_run);

 private:
  struct Impl;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace nnc::rt
