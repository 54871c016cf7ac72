// Writing a file as a whole, a new one or in the place of another. In: path and content. Out: the file,
// complete and on the disk, or what failed; what was there before stays until then.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <string_view>

#include "runtime/record/record.hpp"

namespace nnc::rt {
namespace {

namespace fs = std::filesystem;

Failure cannot(const char* what, const std::string& path, int error, const char* if_denied) {
  Failure failure{fmt::format("cannot {} `{}`: {}", what, path, std::strerror(error)), {}};
  if (error == ENOSPC || error == EDQUOT) failure.hint = "free some space on the disk";
  if (error == EACCES || error == EROFS || error == EPERM) failure.hint = if_denied;
  if (error == ENOENT) failure.hint = "make the folder first";
  return failure;
}

// "folder/.tmp-report.html-", beside the target.
fs::path temporary_prefix(const fs::path& target) {
  return target.parent_path() / fmt::format(".tmp-{}-", target.filename().string());
}

// What was left by programs that were killed while they wrote this file; others may be writing it now.
void remove_leftovers(const fs::path& target) {
  constexpr auto kLong = std::chrono::minutes(10);
  constexpr std::size_t kRandomLetters = 6;
  const std::string prefix = temporary_prefix(target).filename().string();
  std::error_code error;
  const fs::path folder = target.has_parent_path() ? target.parent_path() : ".";
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (!name.starts_with(prefix) || name.size() != prefix.size() + kRandomLetters) continue;
    std::error_code unknown;
    const auto written = fs::last_write_time(entry->path(), unknown);
    if (!unknown && fs::file_time_type::clock::now() - written > kLong) fs::remove(entry->path(), unknown);
  }
}

bool sync(int descriptor) {
  int done = 0;
  do {
    done = ::fsync(descriptor);
  } while (done != 0 && errno == EINTR);
  return done == 0;
}

// Removes the temporary file unless it was renamed, and closes it.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& target) : path_(temporary_prefix(target).string() + "XXXXXX") {
    descriptor_ = ::mkostemp(path_.data(), O_CLOEXEC);
  }
  ~TemporaryFile() {
    if (descriptor_ < 0) return;
    ::close(descriptor_);
    if (!kept_) ::unlink(path_.c_str());
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  [[nodiscard]] bool open() const { return descriptor_ >= 0; }
  [[nodiscard]] int descriptor() const { return descriptor_; }

  bool write(std::string_view content) const {
    while (!content.empty()) {
      const ssize_t written = ::write(descriptor_, content.data(), content.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return false;
      content.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
  }

  bool rename_to(const std::string& target) {
    kept_ = std::rename(path_.c_str(), target.c_str()) == 0;
    return kept_;
  }

 private:
  std::string path_;
  int descriptor_ = -1;
  bool kept_ = false;
};

// What a new file would have got; mkostemp makes files that only their owner reads.
mode_t usual_mode() {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0666 & ~mask;
}

// The rename itself is on the disk only when the folder is.
bool sync_folder(const std::string& path) {
  const fs::path parent = fs::path(path).parent_path();
  const int descriptor = ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return false;
  // Some file systems cannot sync folders and say EINVAL.
  const bool done = sync(descriptor) || errno == EINVAL;
  const int error = errno;
  ::close(descriptor);
  errno = error;
  return done;
}

// `give_mode` makes the temporary file as readable as the file is to be; false if it cannot.
Status write_whole(const std::string& path, const std::string& content,
                   const std::function<bool(int)>& give_mode, const char* if_denied) {
  TemporaryFile file(path);
  if (!file.open()) return cannot("write", path, errno, if_denied);
  if (!file.write(content)) return cannot("write", path, errno, if_denied);
  if (!give_mode(file.descriptor())) return cannot("write", path, errno, if_denied);
  if (!sync(file.descriptor())) return cannot("write", path, errno, if_denied);
  if (!file.rename_to(path)) return cannot("replace", path, errno, if_denied);
  if (!sync_folder(path)) return cannot("write the folder of", path, errno, if_denied);
  remove_leftovers(path);
  return Done{};
}

// Root may write to every file; a file without a single permission to write is meant to stay as it is all the
// same.
bool is_read_only(const std::string& path, mode_t mode) {
  return (mode & 0222) == 0 || ::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) != 0;
}

}  // namespace

Status write_file_atomically(const std::string& path, const std::string& content) {
  const auto give_mode = [](int descriptor) { return ::fchmod(descriptor, usual_mode()) == 0; };
  return write_whole(path, content, give_mode, "choose another folder with --out");
}

Status replace_file_atomically(const std::string& path, const std::string& content) {
  constexpr const char* kIfDenied = "the folder of the file must be writable";
  std::error_code error;
  const std::string target = fs::canonical(path, error).string();
  if (error) return cannot("replace", path, error.value(), kIfDenied);
  struct stat facts {};
  if (::stat(target.c_str(), &facts) != 0) return cannot("replace", path, errno, kIfDenied);
  if (!S_ISREG(facts.st_mode)) return Failure{fmt::format("`{}` is not a file", path), ""};
  if (is_read_only(target, facts.st_mode))
    return Failure{fmt::format("cannot write `{}`: it is read-only", path), "`chmod u+w` makes it writable"};
  const auto give_mode = [&](int descriptor) {
    // Only root may give a file to somebody else; it is a file of the one who writes it then.
    const bool given = ::fchown(descriptor, facts.st_uid, facts.st_gid) == 0 || errno == EPERM;
    return given && ::fchmod(descriptor, facts.st_mode & 07777) == 0;
  };
  return write_whole(target, content, give_mode, kIfDenied);
}

}  // namespace nnc::rt
