// See object_files.hpp.
#include "runtime/store/object_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <new>

#include "runtime/record/predictions.hpp"
#include "runtime/store/files.hpp"

namespace nnc::rt::store {
namespace {

struct KindWords {
  ObjectKind kind;
  const char* folder;
  std::string_view extension;
};
constexpr KindWords kKinds[] = {
    {ObjectKind::Weights, "weights", ".safetensors"},
    {ObjectKind::Predictions, "predictions", ".npy"},
    {ObjectKind::Checkpoint, "checkpoints", ".safetensors"},
};
static_assert(std::size(kKinds) == std::size(kAllKinds));

const KindWords& words(ObjectKind kind) { return kKinds[static_cast<std::size_t>(kind)]; }

constexpr std::size_t kShaDigits = 64;
// Beyond this, memory is given only to what has already been read once and has the right checksum.
constexpr std::uint64_t kTrustedSize = std::uint64_t{64} << 20;
constexpr std::uint64_t kMaxObject = std::uint64_t{16} << 30;

// A study of thousands of trials has that many weights: all of them cannot be read whole by every run.
constexpr std::uint64_t kSmall = std::uint64_t{64} << 10;

}  // namespace

const char* folder_of(ObjectKind kind) { return words(kind).folder; }

std::string object_file(ObjectKind kind, const std::string& sha256) {
  return fmt::format("{}/{}{}", words(kind).folder, sha256, words(kind).extension);
}

bool is_sha256(std::string_view text) {
  return text.size() == kShaDigits && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

std::string object_name(ObjectKind kind, std::string_view file) {
  if (!file.ends_with(words(kind).extension)) return {};
  file.remove_suffix(words(kind).extension.size());
  return is_sha256(file) ? std::string(file) : std::string();
}

bool seems_whole(const std::string& store, ObjectKind kind, const std::string& sha256) {
  if (!is_sha256(sha256)) return false;
  const std::string path = store + "/" + object_file(kind, sha256);
  const std::optional<std::uint64_t> size = file_size(path);
  if (!size) return false;
  const FileRead beginning = read_beginning(path, kSmall);
  // What the system cannot read may be intact; whoever reads it is told why.
  if (beginning.state == FileState::Unreadable) return true;
  if (beginning.state != FileState::Read) return false;
  if (*size <= kSmall) return sha256_of(beginning.content) == sha256;
  const std::optional<std::uint64_t> said = kind == ObjectKind::Predictions
                                                ? predictions_size(beginning.content)
                                                : tensor_file_size(beginning.content);
  if (said) return *said == *size;
  const FileSum sum = sha256_of_file(path);
  return sum.state == FileState::Unreadable || sum.sha256 == sha256;
}

Result<ObjectWritten> write_object(const std::string& store, ObjectKind kind, std::string_view content) {
  ObjectWritten written{sha256_of(content), false};
  const std::string file = object_file(kind, written.sha256);
  const std::string path = store + "/" + file;
  const std::string folder = store + "/" + folder_of(kind);
  if (something_there(path)) {
    const FileSum sum =
        file_size(path) == content.size() ? sha256_of_file(path) : FileSum{FileState::Wrong, {}, 0};
    // Whoever wrote it may have been killed before its name was on the disk.
    if (sum.sha256 == written.sha256) {
      if (Status synced = sync_folder(folder); !synced) return synced.failure();
      return written;
    }
    // What cannot be read is replaced by the same.
    written.replaced_damaged = sum.state != FileState::Unreadable;
  }
  if (Status done = write_file(folder, file.substr(file.find('/') + 1), content); !done)
    return done.failure();
  return written;
}

Result<ObjectRead> read_object_file(const std::string& store, ObjectKind kind, const std::string& sha256) {
  if (!is_sha256(sha256)) return ObjectRead{};
  const std::string path = store + "/" + object_file(kind, sha256);
  // What has no size is left to reading it, which says why.
  const std::uint64_t size = file_size(path).value_or(0);
  if (size > kMaxObject) return ObjectRead{ObjectRead::State::Damaged, {}};
  if (size > kTrustedSize) {
    const FileSum sum = sha256_of_file(path);
    if (sum.state == FileState::Unreadable) return file_failure("read", path, sum.error);
    if (sum.sha256 != sha256) return ObjectRead{ObjectRead::State::Damaged, {}};
  }
  try {
    FileRead file = read_file(path, size);
    if (file.state == FileState::Missing) return ObjectRead{};
    if (file.state == FileState::Unreadable) return file_failure("read", path, file.error);
    const bool good = file.state == FileState::Read && sha256_of(file.content) == sha256;
    if (!good) return ObjectRead{ObjectRead::State::Damaged, {}};
    return ObjectRead{ObjectRead::State::Read, std::move(file.content)};
  } catch (const std::bad_alloc&) {
    return Failure{fmt::format("`{}` needs more memory than is free", path), {}};
  }
}

}  // namespace nnc::rt::store
