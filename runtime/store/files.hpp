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

// What lies in the place of a file. Nothing may be concluded from Unreadable: the disk, permissions or the
// number of open files are in the way, and the file may be intact.
enum class FileState : std::uint8_t {
  Missing,
  Wrong,       // something else: a folder, a link, a pipe; or larger than it may be
  Unreadable,  // the system says why
  Read,
};

struct FileRead {
  FileState state = FileState::Missing;
  std::string content;
  int error = 0;  // the system's, for Unreadable
};
// Never blocks, follows no link, and allocates no more than `limit`.
FileRead read_file(const std::string& path, std::uint64_t limit);

// No more than the first bytes of it, however large it is.
FileRead read_beginning(const std::string& path, std::uint64_t bytes);

struct FileSum {
  FileState state = FileState::Missing;
  std::string sha256;  // for Read
  int error = 0;       // the system's, for Unreadable
};
// Reads a file piece by piece, whatever its size.
FileSum sha256_of_file(const std::string& path);

// The size of a file; empty if there is none or if it is something else: a folder, a link, a pipe.
std::optional<std::uint64_t> file_size(const std::string& path);
bool something_there(const std::string& path);
// Something that is not a file.
bool other_thing_there(const std::string& path);
// Whether the system says that nothing is there, and not that it cannot say.
bool certainly_missing(const std::string& path);

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

// Sorted names; none if there is no such folder.
Result<std::vector<std::string>> names_in(const std::string& folder);

// Gives the new name, empty if it could not be renamed.
std::string put_aside(const std::string& path);

}  // namespace nnc::rt::store
