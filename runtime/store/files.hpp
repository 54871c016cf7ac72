// Files as wholes: reading what is really a file, writing so that a reader sees the old or the new content,
// putting aside what is damaged. Nothing here knows what the content means. Not part of the room's interface.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/result.hpp"

namespace nnc::rt::store {

// Files that are being written, or were when their program was killed.
inline constexpr std::string_view kTemporaryPrefix = ".tmp-";
// What is put aside: "<name>.damaged", "<name>.damaged-2", ...
inline constexpr std::string_view kAsideSuffix = ".damaged";

std::string sha256_of(std::string_view content);

// "cannot <what> `<path>`: <the system's words>", with what the user can do about it.
Failure file_failure(std::string_view what, std::string_view path, int error);

struct FileRead {
  enum class State : std::uint8_t { Missing, Unreadable, Read };
  State state = State::Missing;
  std::string content;
  int error = 0;  // the system's, for Unreadable; 0 if it is not a file or is larger than it may be
};
// Never blocks, follows no link, and allocates no more than `limit`.
FileRead read_file(const std::string& path, std::uint64_t limit);

// No more than the first bytes of it, however large it is.
FileRead read_beginning(const std::string& path, std::uint64_t bytes);

// Reads a file piece by piece, whatever its size: its SHA-256, empty if it cannot be read.
std::string sha256_of_file(const std::string& path);

// The size of a file; empty if there is none or if it is something else: a folder, a link, a pipe.
std::optional<std::uint64_t> file_size(const std::string& path);
bool something_there(const std::string& path);

enum class Durability : std::uint8_t {
  Synced,    // on the disk when it returns
  Whenever,  // old, new or damaged after a power failure: for what has a second copy
};
Status write_file(const std::string& folder, const std::string& name, std::string_view content,
                  Durability durability = Durability::Synced);
// Whether not even a small file can be written for lack of space.
bool is_full(const std::string& folder);
Status sync_folder(const std::string& folder);

// With the folders above it; durable.
Status make_folder(const std::string& path);

// Sorted names; empty if there is no such folder.
std::vector<std::string> names_in(const std::string& folder);

// Gives the new name, empty if it could not be renamed.
std::string put_aside(const std::string& path);

}  // namespace nnc::rt::store
