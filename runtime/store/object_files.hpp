// Files that are named by the SHA-256 of their content. Not part of the room's interface.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "compiler/base/result.hpp"
#include "runtime/store/store.hpp"

namespace nnc::rt::store {

inline constexpr ObjectKind kAllKinds[] = {ObjectKind::Weights, ObjectKind::Predictions,
                                           ObjectKind::Checkpoint};

// "weights", "predictions", "checkpoints".
const char* folder_of(ObjectKind kind);
// Relative to the store: "weights/3f2a….safetensors".
std::string object_file(ObjectKind kind, const std::string& sha256);
// The SHA-256 that a file is called by; empty if it has another name.
std::string object_name(ObjectKind kind, std::string_view file);
bool is_sha256(std::string_view text);

// Whether a file is there and, as far as little reading tells, is what it is called: all of a small one, of a
// larger one the size, which its beginning says.
bool seems_whole(const std::string& store, ObjectKind kind, const std::string& sha256);

struct ObjectWritten {
  std::string sha256;
  bool replaced_damaged = false;
};
Result<ObjectWritten> write_object(const std::string& store, ObjectKind kind, std::string_view content);

struct ObjectRead {
  enum class State : std::uint8_t { Missing, Damaged, Read };
  State state = State::Missing;
  std::string content;
};
// Changes nothing. Fails if the file is there but the system cannot read it.
Result<ObjectRead> read_object_file(const std::string& store, ObjectKind kind, const std::string& sha256);

}  // namespace nnc::rt::store
