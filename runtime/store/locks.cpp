// See locks.hpp.
#include "runtime/store/locks.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <optional>
#include <thread>

#include "compiler/base/check.hpp"
#include "runtime/store/files.hpp"

namespace nnc::rt::store {
namespace {

// What the bytes of the file stand for; the file itself stays empty.
constexpr std::int64_t kWriters = 0;
constexpr std::int64_t kUsers = 1;
constexpr std::int64_t kFirstClaim = 16;
constexpr std::size_t kIdDigits = 15;  // 60 bits: an offset of a file with room to spare

bool set(int descriptor, int how, int type, std::int64_t place) {
  struct flock range {};
  range.l_type = static_cast<short>(type);
  range.l_whence = SEEK_SET;
  range.l_start = place;
  range.l_len = 1;
  int done = 0;
  do {
    done = ::fcntl(descriptor, how, &range);
  } while (done != 0 && errno == EINTR);
  return done == 0;
}

// -1 with errno; what is there but is not a file gives EINVAL.
int open_lock_file(const std::string& path, bool read_only) {
  const int access = read_only ? O_RDONLY : O_RDWR | O_CREAT;
  const int descriptor = ::open(path.c_str(), access | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC, 0666);
  if (descriptor < 0) {
    if (errno == EISDIR || errno == ELOOP || errno == ENXIO) errno = EINVAL;
    return -1;
  }
  struct stat facts {};
  if (::fstat(descriptor, &facts) == 0 && S_ISREG(facts.st_mode)) return descriptor;
  ::close(descriptor);
  errno = EINVAL;
  return -1;
}

}  // namespace

bool Locks::wait_for(int type, std::int64_t place) const {
  using Clock = std::chrono::steady_clock;
  if (stop_ == nullptr) return set(descriptor_, F_OFD_SETLKW, type, place);
  // A signal wakes only one of the threads, and not for certain the one that waits: so it looks now and then.
  // Who was asked to stop still has to save its work, for which others that write are waited for.
  constexpr auto kLookAgain = std::chrono::milliseconds(2);
  constexpr auto kPatience = std::chrono::seconds(2);
  std::optional<Clock::time_point> end;
  while (!set(descriptor_, F_OFD_SETLK, type, place)) {
    if (errno != EAGAIN && errno != EACCES) return false;
    if (!end && *stop_) end = Clock::now() + kPatience;
    if (end && Clock::now() >= *end) {
      errno = EINTR;
      return false;
    }
    std::this_thread::sleep_for(kLookAgain);
  }
  return true;
}

Failure Locks::failure_to_lock() const {
  if (errno == EINTR)
    return {fmt::format("another program keeps `{}` locked", path_), "end it, or wait for it"};
  return file_failure("lock", path_, errno);
}

Result<std::unique_ptr<Locks>> Locks::open(const std::string& path, bool read_only,
                                           const std::atomic<bool>* stop) {
  int descriptor = open_lock_file(path, read_only);
  if (descriptor < 0 && errno == EINVAL && !read_only && !put_aside(path).empty()) {
    descriptor = open_lock_file(path, read_only);
  }
  if (descriptor < 0 && !read_only) return file_failure("write", path, errno);
  std::unique_ptr<Locks> locks(new Locks(descriptor, path, stop));
  if (descriptor >= 0 && !locks->wait_for(F_RDLCK, kUsers) && !read_only) {
    const bool stopped = errno == EINTR;
    Failure failure = locks->failure_to_lock();
    if (!stopped) failure.hint = "choose a place whose file system knows locks with --store DIR";
    return failure;
  }
  return locks;
}

Locks::~Locks() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Locks::Writing::~Writing() {
  if (locks_ != nullptr && --locks_->writing_ == 0) set(locks_->descriptor_, F_OFD_SETLK, F_UNLCK, kWriters);
}

Result<Locks::Writing> Locks::write() {
  NNC_CHECK(descriptor_ >= 0);
  if (writing_ == 0 && !wait_for(F_WRLCK, kWriters)) return failure_to_lock();
  ++writing_;
  return Writing(this);
}

bool Locks::use_alone() { return set(descriptor_, F_OFD_SETLK, F_WRLCK, kUsers); }

void Locks::share() { set(descriptor_, F_OFD_SETLK, F_RDLCK, kUsers); }

Locks::Claimed Locks::claim(std::int64_t place) const {
  if (descriptor_ < 0) return Claimed::NoLocks;
  if (set(descriptor_, F_OFD_SETLK, F_WRLCK, place)) return Claimed::Yes;
  return errno == EAGAIN || errno == EACCES ? Claimed::Taken : Claimed::NoLocks;
}

void Locks::give_back(int descriptor, std::int64_t place) { set(descriptor, F_OFD_SETLK, F_UNLCK, place); }

std::int64_t Locks::place_of(std::string_view id) {
  NNC_CHECK(id.size() > kIdDigits);
  std::int64_t number = 0;
  const char* end = id.data() + kIdDigits;
  const auto [stop, error] = std::from_chars(id.data(), end, number, 16);
  NNC_CHECK(error == std::errc() && stop == end && number >= 0);
  return kFirstClaim + number;
}

}  // namespace nnc::rt::store
