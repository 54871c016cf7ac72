// The second copies of the records: a file each, JSON with its checksum in front. Not part of the room's
// interface.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/result.hpp"
#include "runtime/store/files.hpp"

namespace nnc::rt::store {

inline constexpr const char* kRecordFolder = "records";
// No record is larger, and nothing larger is read.
inline constexpr std::uint64_t kMaxRecord = std::uint64_t{64} << 20;

// A record as both places keep it.
struct Entry {
  std::string identity;
  std::int64_t serial = 0;  // records count up in the order in which they were put
  std::string text;         // trial_record_json without its line break
};

// Whether it can be the name of a file and nothing else.
bool is_identity(std::string_view text);
// Relative to the store: "records/3f2a….json".
std::string record_file(const std::string& identity);

struct CopyRead {
  // Unreadable: the system's fault, and the copy may be good.
  enum class State : std::uint8_t { Missing, Damaged, Unreadable, Good };
  State state = State::Missing;
  Entry entry;
  int error = 0;  // the system's, for Unreadable
};
CopyRead read_copy(const std::string& store, const std::string& identity);
Status write_copy(const std::string& store, const Entry& entry, Durability durability);

// "cannot read `…/records/3f2a….json`: …"
Failure unreadable_copy(const std::string& store, const std::string& identity, int error);

// The identities that files are called by, sorted.
Result<std::vector<std::string>> copied_identities(const std::string& store);

}  // namespace nnc::rt::store
