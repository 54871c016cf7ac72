// See files.hpp. Every file is opened without following links and without waiting, and must be a regular
// file: what lies in the place of a file may be anything.
#include "runtime/store/files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <span>

#include "runtime/data/sha256.hpp"

namespace nnc::rt::store {
namespace {

constexpr std::size_t kPiece = std::size_t{1} << 20;

// An open file that closes itself.
class OpenFile {
 public:
  OpenFile(const std::string& path, int flags, mode_t mode = 0)
      : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  ~OpenFile() {
    if (descriptor_ < 0) return;
    const int error = errno;  // of what went wrong before, which is what the caller reports
    ::close(descriptor_);
    errno = error;
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  [[nodiscard]] bool open() const { return descriptor_ >= 0; }
  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

constexpr int kReading = O_RDONLY | O_NONBLOCK | O_NOFOLLOW;

// Fewer bytes than asked for only at the end of the file; -1 with errno.
ssize_t read_fully(int descriptor, std::span<char> out) {
  std::size_t filled = 0;
  while (filled < out.size()) {
    const ssize_t got = ::read(descriptor, out.data() + filled, out.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return -1;
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  return static_cast<ssize_t>(filled);
}

bool write_fully(int descriptor, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

bool sync(int descriptor) {
  int done = 0;
  do {
    done = ::fsync(descriptor);
  } while (done != 0 && errno == EINTR);
  return done == 0;
}

// Why a file could not be opened for reading.
FileState state_of(int error) {
  if (error == ENOENT || error == ENOTDIR) return FileState::Missing;
  return error == ELOOP || error == ENXIO ? FileState::Wrong : FileState::Unreadable;
}

// Makes a file with a name that no other program and no other thread uses.
std::string temporary_path(const std::string& folder, int attempt) {
  return fmt::format("{}/{}{}-{}", folder, kTemporaryPrefix, ::getpid(), attempt);
}

bool fill(int descriptor, std::string_view content, Durability durability) {
  return write_fully(descriptor, content) && (durability == Durability::Whenever || sync(descriptor));
}

}  // namespace

std::string sha256_of(std::string_view content) {
  Sha256 sha;
  sha.add(std::as_bytes(std::span(content)));
  return sha.finish();
}

Failure file_failure(std::string_view what, std::string_view path, int error) {
  Failure failure{fmt::format("cannot {} `{}`: {}", what, path, std::strerror(error)), {}};
  if (error == ENOSPC || error == EDQUOT || error == EFBIG) failure.hint = "free some space on the disk";
  if (error == EACCES || error == EROFS || error == EPERM || error == ENOTDIR) {
    failure.hint = "choose another place for the store with --store DIR";
  }
  return failure;
}

namespace {

FileRead read_some(const std::string& path, std::uint64_t limit, bool whole) {
  const OpenFile file(path, kReading);
  if (!file.open()) return {state_of(errno), {}, errno};
  struct stat facts {};
  if (::fstat(file.descriptor(), &facts) != 0) return {FileState::Unreadable, {}, errno};
  const auto size = static_cast<std::uint64_t>(facts.st_size);
  if (!S_ISREG(facts.st_mode) || (whole && size > limit)) return {FileState::Wrong, {}, 0};
  FileRead result{FileState::Read, std::string(std::min(size, limit), '\0'), 0};
  const ssize_t got = read_fully(file.descriptor(), result.content);
  if (got < 0) return {FileState::Unreadable, {}, errno};
  result.content.resize(static_cast<std::size_t>(got));
  return result;
}

}  // namespace

FileRead read_file(const std::string& path, std::uint64_t limit) { return read_some(path, limit, true); }

FileRead read_beginning(const std::string& path, std::uint64_t bytes) {
  return read_some(path, bytes, false);
}

FileSum sha256_of_file(const std::string& path) {
  const OpenFile file(path, kReading);
  if (!file.open()) return {state_of(errno), {}, errno};
  struct stat facts {};
  if (::fstat(file.descriptor(), &facts) != 0) return {FileState::Unreadable, {}, errno};
  if (!S_ISREG(facts.st_mode)) return {FileState::Wrong, {}, 0};
  Sha256 sha;
  const auto piece = std::make_unique<char[]>(kPiece);
  for (;;) {
    const ssize_t got = read_fully(file.descriptor(), {piece.get(), kPiece});
    if (got < 0) return {FileState::Unreadable, {}, errno};
    sha.add(std::as_bytes(std::span(piece.get(), static_cast<std::size_t>(got))));
    if (static_cast<std::size_t>(got) < kPiece) return {FileState::Read, sha.finish(), 0};
  }
}

std::optional<std::uint64_t> file_size(const std::string& path) {
  struct stat facts {};
  if (::lstat(path.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode)) return std::nullopt;
  return static_cast<std::uint64_t>(facts.st_size);
}

bool something_there(const std::string& path) {
  struct stat facts {};
  return ::lstat(path.c_str(), &facts) == 0;
}

bool other_thing_there(const std::string& path) {
  struct stat facts {};
  return ::lstat(path.c_str(), &facts) == 0 && !S_ISREG(facts.st_mode);
}

bool certainly_missing(const std::string& path) {
  struct stat facts {};
  return ::lstat(path.c_str(), &facts) != 0 && state_of(errno) == FileState::Missing;
}

Status write_file(const std::string& folder, const std::string& name, std::string_view content,
                  Durability durability) {
  const std::string target = folder + "/" + name;
  for (int attempt = 0;; ++attempt) {
    const std::string temporary = temporary_path(folder, attempt);
    const OpenFile file(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0666);
    if (!file.open() && errno == EEXIST) continue;
    if (!file.open()) return file_failure("write", target, errno);
    // A file is replaced by the rename; a folder or anything else in its place must go away first.
    if (other_thing_there(target)) put_aside(target);
    if (!fill(file.descriptor(), content, durability) ||
        std::rename(temporary.c_str(), target.c_str()) != 0) {
      const int error = errno;
      ::unlink(temporary.c_str());
      return file_failure("write", target, error);
    }
    break;
  }
  // The rename itself is on the disk only when the folder is.
  if (durability == Durability::Synced) return sync_folder(folder);
  return Done{};
}

bool is_full(const std::string& folder) {
  constexpr std::size_t kLittle = std::size_t{256} << 10;  // enough to open a database and change something
  const std::string path = temporary_path(folder, 0);
  bool full = false;
  {
    const OpenFile file(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0666);
    const bool done = file.open() && write_fully(file.descriptor(), std::string(kLittle, '\0'));
    full = !done && (errno == ENOSPC || errno == EDQUOT || errno == EFBIG);
  }
  ::unlink(path.c_str());
  return full;
}

Status sync_folder(const std::string& folder) {
  const OpenFile file(folder, O_RDONLY | O_DIRECTORY);
  // Some file systems cannot sync folders and say EINVAL.
  if (!file.open() || (!sync(file.descriptor()) && errno != EINVAL)) {
    return file_failure("write the folder", folder, errno);
  }
  return Done{};
}

Status make_folder(const std::string& path) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) == 0) {
    if (S_ISDIR(facts.st_mode)) return Done{};
    return file_failure("make the folder", path, ENOTDIR);
  }
  std::string parent = std::filesystem::path(path).parent_path().string();
  if (parent == path) return file_failure("make the folder", path, ENOENT);
  if (parent.empty()) parent = ".";
  if (Status made = make_folder(parent); !made) return made;
  // Another program may have been faster.
  if (::mkdir(path.c_str(), 0777) != 0 && errno != EEXIST)
    return file_failure("make the folder", path, errno);
  return sync_folder(parent);
}

Result<std::vector<std::string>> names_in(const std::string& folder) {
  std::vector<std::string> names;
  const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(folder.c_str()), ::closedir);
  if (open == nullptr && state_of(errno) == FileState::Missing) return names;
  if (open == nullptr) return file_failure("read the folder", folder, errno);
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(open.get());
    if (entry == nullptr && errno != 0) return file_failure("read the folder", folder, errno);
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string put_aside(const std::string& path) {
  std::string aside = path + std::string(kAsideSuffix);
  for (int number = 2; something_there(aside); ++number) {
    aside = fmt::format("{}{}-{}", path, kAsideSuffix, number);
  }
  return std::rename(path.c_str(), aside.c_str()) == 0 ? aside : std::string();
}

}  // namespace nnc::rt::store
