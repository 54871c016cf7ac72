// Reads one IDX file. In: a path. Out: sizes and bytes, or a failure that names the file and what is wrong.
// The header is a claim: it is compared with the size of the file before anything is allocated, and while
// inflating, memory grows with what really comes and ends at the claim.
#include "runtime/data/idx.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <new>
#include <optional>
#include <utility>

#include "runtime/data/byte_source.hpp"

namespace nnc::rt {
namespace {

constexpr int kMaxAxes = 4;
constexpr std::uint8_t kUnsignedByte = 0x08;
constexpr std::size_t kFirstChunk = 1 << 16;
constexpr std::uint64_t kUsualRatio = 4;  // what compressed data mostly inflates to, at most
const char* const kDamagedHint = "the file is damaged or incomplete; get it again";
const char* const kFormatHint =
    "an IDX file begins with two zero bytes, the type 0x08, the number of axes and their sizes";

std::string type_name(std::uint8_t type) {
  switch (type) {
    case 0x09:
      return "signed bytes (type 0x09)";
    case 0x0B:
      return "16-bit integers (type 0x0B)";
    case 0x0C:
      return "32-bit integers (type 0x0C)";
    case 0x0D:
      return "32-bit floats (type 0x0D)";
    case 0x0E:
      return "64-bit floats (type 0x0E)";
    default:
      return fmt::format("numbers of an unknown type (0x{:02X})", type);
  }
}

struct Claim {
  std::vector<std::int64_t> sizes;
  std::uint64_t bytes = 0;  // elements, one byte each
  std::uint64_t header_bytes = 0;

  [[nodiscard]] std::string text() const {
    return sizes.empty() ? "one byte" : fmt::format("{} = {} bytes", fmt::join(sizes, " x "), bytes);
  }
};

// The product of the sizes, unless it does not fit into 63 bits.
std::optional<std::uint64_t> product(const std::vector<std::int64_t>& sizes) {
  std::int64_t result = 1;
  for (const std::int64_t size : sizes) {
    if (__builtin_mul_overflow(result, size, &result)) return std::nullopt;
  }
  return static_cast<std::uint64_t>(result);
}

// The four bytes before the sizes; gives the number of axes.
Result<int> read_magic(const std::string& path, ByteSource& source) {
  std::array<std::uint8_t, 4> magic{};
  Result<std::size_t> got = source.read(magic);
  if (!got) return got.failure();
  if (got.value() == 0) return Failure{fmt::format("`{}` is empty", path), kDamagedHint};
  const bool zeros = std::all_of(magic.begin(), magic.begin() + std::min<std::size_t>(got.value(), 2),
                                 [](std::uint8_t byte) { return byte == 0; });
  if (!zeros) {
    return Failure{fmt::format("`{}` is not an IDX file: it begins with the bytes 0x{:02X} 0x{:02X}", path,
                               magic[0], magic[1]),
                   kFormatHint};
  }
  if (got.value() < 4) return Failure{fmt::format("`{}` ends within its header", path), kDamagedHint};
  if (magic[2] != kUnsignedByte) {
    return Failure{fmt::format("`{}` holds {}, but only unsigned bytes (type 0x08) can be read", path,
                               type_name(magic[2])),
                   "convert the file to unsigned bytes"};
  }
  if (magic[3] > kMaxAxes) {
    return Failure{fmt::format("`{}` has {} axes, but at most {} can be read", path, magic[3], kMaxAxes),
                   kFormatHint};
  }
  return static_cast<int>(magic[3]);
}

Result<std::vector<std::int64_t>> read_sizes(const std::string& path, ByteSource& source, int axes) {
  std::array<std::uint8_t, 4 * kMaxAxes> bytes{};
  const std::size_t wanted = 4 * static_cast<std::size_t>(axes);
  Result<std::size_t> got = source.read(std::span(bytes).first(wanted));
  if (!got) return got.failure();
  if (got.value() < wanted) return Failure{fmt::format("`{}` ends within its header", path), kDamagedHint};
  std::vector<std::int64_t> sizes;
  for (std::size_t at = 0; at < wanted; at += 4) {
    std::uint32_t size = 0;
    for (std::size_t i = 0; i < 4; ++i) size = size << 8 | bytes[at + i];
    if (size == 0) {
      return Failure{fmt::format("axis {} of `{}` has size 0", sizes.size() + 1, path),
                     "a data set needs at least one sample"};
    }
    sizes.push_back(size);
  }
  return sizes;
}

Result<Claim> read_claim(const std::string& path, ByteSource& source) {
  Result<int> axes = read_magic(path, source);
  if (!axes) return axes.failure();
  Result<std::vector<std::int64_t>> sizes = read_sizes(path, source, axes.value());
  if (!sizes) return sizes.failure();
  Claim claim{std::move(sizes).value(), 0, 4 + 4 * static_cast<std::uint64_t>(axes.value())};
  const std::optional<std::uint64_t> bytes = product(claim.sizes);
  if (!bytes) {
    return Failure{fmt::format("the header of `{}` claims {} bytes, more than there can be", path,
                               fmt::join(claim.sizes, " x ")),
                   kDamagedHint};
  }
  claim.bytes = *bytes;
  const std::uint64_t limit = source.content_limit();
  const std::uint64_t room = limit > claim.header_bytes ? limit - claim.header_bytes : 0;
  if (claim.bytes > room) {
    return Failure{
        source.compressed()
            ? fmt::format("the header of `{}` claims {}, but the file cannot hold more than {}", path,
                          claim.text(), room)
            : fmt::format("`{}` is cut off: its header claims {}, but {} follow", path, claim.text(), room),
        kDamagedHint};
  }
  if (!source.compressed() && claim.bytes < room) {
    return Failure{
        fmt::format("`{}` is too long: its header claims {}, but {} follow", path, claim.text(), room),
        kDamagedHint};
  }
  return claim;
}

Result<std::vector<std::uint8_t>> read_elements(const std::string& path, ByteSource& source,
                                                const Claim& claim) {
  // A plain file was compared with its size already; what is compressed has to show that it is there, as soon
  // as that is much more than the file itself.
  const std::uint64_t usual = source.content_limit() / kDeflateLimit * kUsualRatio;
  std::vector<std::uint8_t> bytes(
      source.compressed() ? std::min(claim.bytes, std::max<std::uint64_t>(kFirstChunk, usual)) : claim.bytes);
  std::size_t done = 0;
  while (true) {
    Result<std::size_t> got = source.read(std::span(bytes).subspan(done));
    if (!got) return got.failure();
    done += got.value();
    if (done < bytes.size()) {
      return Failure{
          fmt::format("`{}` is cut off: its header claims {}, but {} follow", path, claim.text(), done),
          kDamagedHint};
    }
    if (done == claim.bytes) break;
    const std::uint64_t next = std::min<std::uint64_t>(claim.bytes, 2 * std::uint64_t{bytes.size()});
    bytes.reserve(next);  // exactly: resize alone may take more
    bytes.resize(next);
  }
  // Reading on shows bytes too many and lets the checksum at the end of the gzip data be checked.
  std::array<std::uint8_t, 1> beyond{};
  Result<std::size_t> got = source.read(beyond);
  if (!got) return got.failure();
  if (got.value() != 0) {
    return Failure{fmt::format("`{}` is too long: its header claims {}, but more follow", path, claim.text()),
                   kDamagedHint};
  }
  return bytes;
}

Result<IdxArray> read_array(const std::string& path) {
  Result<ByteSource> source = ByteSource::open(path);
  if (!source) return source.failure();
  Result<Claim> claim = read_claim(path, source.value());
  if (!claim) return claim.failure();
  try {
    Result<std::vector<std::uint8_t>> bytes = read_elements(path, source.value(), claim.value());
    if (!bytes) return bytes.failure();
    return IdxArray{std::move(claim.value().sizes), std::move(bytes).value()};
  } catch (const std::bad_alloc&) {
    return Failure{
        fmt::format("`{}` needs {} bytes, more than the memory that is free", path, claim.value().bytes), {}};
  }
}

}  // namespace

Result<IdxArray> read_idx(const std::string& path) { return read_array(path); }

Result<IdxHeader> read_idx_header(const std::string& path) {
  Result<ByteSource> source = ByteSource::open(path);
  if (!source) return source.failure();
  Result<Claim> claim = read_claim(path, source.value());
  if (!claim) return claim.failure();
  return IdxHeader{std::move(claim.value().sizes)};
}

}  // namespace nnc::rt
