// Plain and gzip files as one kind of byte stream. In: a path. Out: content bytes, or what is wrong with the
// file.
#include "runtime/data/byte_source.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <new>
#include <utility>

namespace nnc::rt {
namespace {

constexpr std::size_t kBufferSize = 1 << 16;
const char* const kDamagedGzipHint = "the file is damaged; get it again";

Failure cannot_read(const std::string& path, int error) {
  Failure failure{fmt::format("cannot read `{}`: {}", path, std::strerror(error)), {}};
  if (error == EACCES) failure.hint = "give yourself permission to read the file";
  if (error == ENOENT) failure.hint = "check the path";
  return failure;
}

}  // namespace

struct ByteSource::State {
  std::string path;
  int descriptor = -1;
  std::uint64_t file_size = 0;
  bool gzip = false;
  bool inflater_ready = false;
  bool at_member_end = false;  // between the members of a gzip file
  bool at_end = false;
  z_stream inflater{};
  std::array<std::uint8_t, kBufferSize> buffer;
  std::size_t begin = 0;  // unread bytes of the buffer: [begin, end)
  std::size_t end = 0;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (inflater_ready) inflateEnd(&inflater);
    if (descriptor >= 0) ::close(descriptor);
  }

  // Refills an empty buffer; it stays empty at the end of the file.
  Status refill() {
    if (begin < end) return Done{};
    begin = end = 0;
    while (true) {
      const ssize_t got = ::read(descriptor, buffer.data(), buffer.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return cannot_read(path, errno);
      end = static_cast<std::size_t>(got);
      return Done{};
    }
  }

  Status start() {
    if (Status status = refill(); !status) return status;
    gzip = end >= 2 && buffer[0] == 0x1F && buffer[1] == 0x8B;
    if (!gzip) return Done{};
    constexpr int kGzipWindow = 15 + 16;  // the largest window; gzip framing with its checksum
    if (inflateInit2(&inflater, kGzipWindow) != Z_OK) throw std::bad_alloc();
    inflater_ready = true;
    return Done{};
  }

  Result<std::size_t> read_plain(std::span<std::uint8_t> out) {
    std::size_t done = 0;
    while (done < out.size()) {
      if (Status status = refill(); !status) return status.failure();
      if (begin == end) break;
      const std::size_t count = std::min(end - begin, out.size() - done);
      std::memcpy(out.data() + done, buffer.data() + begin, count);
      begin += count;
      done += count;
    }
    return done;
  }

  // A gzip file may be several members one after the other; their contents follow each other.
  Status begin_member() {
    at_member_end = false;
    if (Status status = refill(); !status) return status;
    if (begin == end) {
      at_end = true;
      return Done{};
    }
    if (buffer[begin] != 0x1F)
      return Failure{fmt::format("`{}` has bytes after its gzip data", path), kDamagedGzipHint};
    inflateReset(&inflater);
    return Done{};
  }

  Status inflate_some(std::span<std::uint8_t>& out) {
    if (Status status = refill(); !status) return status;
    if (begin == end)
      return Failure{fmt::format("`{}` is cut off: its gzip data has no end", path), kDamagedGzipHint};
    // zlib counts in 32 bits.
    const auto room = static_cast<uInt>(std::min<std::size_t>(out.size(), 1U << 30));
    inflater.next_in = buffer.data() + begin;
    inflater.avail_in = static_cast<uInt>(end - begin);
    inflater.next_out = out.data();
    inflater.avail_out = room;
    const int code = inflate(&inflater, Z_NO_FLUSH);
    begin = end - inflater.avail_in;
    out = out.subspan(room - inflater.avail_out);
    if (code == Z_MEM_ERROR) throw std::bad_alloc();
    if (code == Z_STREAM_END) {
      at_member_end = true;
    } else if (code != Z_OK && code != Z_BUF_ERROR) {
      const char* what = inflater.msg != nullptr ? inflater.msg : "not valid";
      return Failure{fmt::format("the gzip data of `{}` is damaged ({})", path, what), kDamagedGzipHint};
    }
    return Done{};
  }

  Result<std::size_t> read_gzip(std::span<std::uint8_t> out) {
    std::span<std::uint8_t> rest = out;
    while (!rest.empty() && !at_end) {
      Status status = at_member_end ? begin_member() : inflate_some(rest);
      if (!status) return status.failure();
    }
    return out.size() - rest.size();
  }
};

ByteSource::ByteSource(std::unique_ptr<State> state) : state_(std::move(state)) {}
ByteSource::~ByteSource() = default;
ByteSource::ByteSource(ByteSource&&) noexcept = default;
ByteSource& ByteSource::operator=(ByteSource&&) noexcept = default;

Result<ByteSource> ByteSource::open(const std::string& path) {
  auto state = std::make_unique<State>();
  state->path = path;
  // Without O_NONBLOCK, opening a pipe waits for somebody to write.
  state->descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (state->descriptor < 0) return cannot_read(path, errno);
  struct stat facts {};
  if (::fstat(state->descriptor, &facts) != 0) return cannot_read(path, errno);
  if (S_ISDIR(facts.st_mode)) {
    return Failure{fmt::format("`{}` is a folder, but a file is needed", path), "name the file in it"};
  }
  if (!S_ISREG(facts.st_mode)) return Failure{fmt::format("`{}` is not a regular file", path), {}};
  state->file_size = static_cast<std::uint64_t>(facts.st_size);
  if (Status status = state->start(); !status) return status.failure();
  return ByteSource(std::move(state));
}

Result<std::size_t> ByteSource::read(std::span<std::uint8_t> out) {
  return state_->gzip ? state_->read_gzip(out) : state_->read_plain(out);
}

bool ByteSource::compressed() const { return state_->gzip; }

std::uint64_t ByteSource::content_limit() const {
  return state_->gzip ? state_->file_size * kDeflateLimit : state_->file_size;
}

}  // namespace nnc::rt
