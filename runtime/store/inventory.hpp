// What lies in the folder of a store, and what of it is needed. Not part of the room's interface.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "runtime/store/record_files.hpp"
#include "runtime/store/store.hpp"

namespace nnc::rt::store {

struct FoundFile {
  enum class Kind : std::uint8_t { Record, Weights, Predictions, Checkpoint, Leftover };
  std::string file;  // relative to the store
  std::uint64_t bytes = 0;
  Kind kind = Kind::Leftover;
};

// Files by their name relative to the store, and what they are for: "weights of trial 3f2a9b1c (dropout
// rate=0.2, seed 1)".
using Needed = std::unordered_map<std::string, std::string>;

// Adds the objects that a trial needs.
void add_needed(const TrialRecord& record, Needed& needed);
// The same for a record of another version of nnc, whose fields nobody here knows: whatever it calls by a
// SHA-256 and is there.
void add_named(const std::string& store, const Entry& entry, Needed& needed);
FoundFile::Kind found_kind(ObjectKind kind);

// Every file that a store makes; what somebody else put there is not among them. Objects that are not needed
// are leftovers.
Result<std::vector<FoundFile>> files_of(const std::string& store, const Needed& needed);

// What only programs that were killed or found damage leave, by its name.
bool is_leftover(std::string_view name);

void add_to_sizes(const FoundFile& file, StoreSizes& sizes);

}  // namespace nnc::rt::store
