// Philox4x32-10 and what is drawn from it: uniform and normal numbers, permutations.
// In: a stream and a place in it. Out: numbers that depend on nothing else, on any machine and any
// instruction set: the vectorised and the plain path do the same integer arithmetic.
#include "runtime/random/random.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <utility>

#include "compiler/base/check.hpp"

namespace nnc::rt {
namespace {

constexpr std::uint32_t kMultiplier0 = 0xD2511F53;
constexpr std::uint32_t kMultiplier1 = 0xCD9E8D57;
constexpr std::uint32_t kWeyl0 = 0x9E3779B9;
constexpr std::uint32_t kWeyl1 = 0xBB67AE85;
constexpr int kRounds = 10;

// Blocks computed side by side, so that the compiler makes vectors of them.
constexpr std::size_t kLanes = 16;

struct Lanes {
  alignas(64) std::uint32_t words[4][kLanes];
};

// The counter words that are the same in all blocks of a stream. `time` has 48 bits, the purpose 16.
struct Place {
  std::uint32_t key0, key1, word1, word2, word3;

  explicit Place(const Stream& stream)
      : key0(static_cast<std::uint32_t>(stream.seed)),
        key1(static_cast<std::uint32_t>(stream.seed >> 32)),
        word1(stream.place),
        word2(static_cast<std::uint32_t>(stream.time)),
        word3((static_cast<std::uint32_t>(stream.time >> 32) & 0xFFFFU) |
              (static_cast<std::uint32_t>(stream.purpose) << 16)) {
    NNC_CHECK(stream.time < (std::uint64_t{1} << 48));
  }
};

// Blocks first .. first + kLanes - 1 (modulo 2^32).
[[gnu::always_inline]] inline void philox_lanes(const Place& place, std::uint32_t first, Lanes& out) {
  alignas(64) std::uint32_t a[kLanes], b[kLanes], c[kLanes], d[kLanes];
  for (std::size_t i = 0; i < kLanes; ++i) {
    a[i] = first + static_cast<std::uint32_t>(i);
    b[i] = place.word1;
    c[i] = place.word2;
    d[i] = place.word3;
  }
  std::uint32_t key0 = place.key0;
  std::uint32_t key1 = place.key1;
  for (int round = 0; round < kRounds; ++round) {
    for (std::size_t i = 0; i < kLanes; ++i) {
      const std::uint64_t product0 = std::uint64_t{kMultiplier0} * a[i];
      const std::uint64_t product1 = std::uint64_t{kMultiplier1} * c[i];
      a[i] = static_cast<std::uint32_t>(product1 >> 32) ^ b[i] ^ key0;
      b[i] = static_cast<std::uint32_t>(product1);
      c[i] = static_cast<std::uint32_t>(product0 >> 32) ^ d[i] ^ key1;
      d[i] = static_cast<std::uint32_t>(product0);
    }
    key0 += kWeyl0;
    key1 += kWeyl1;
  }
  for (std::size_t i = 0; i < kLanes; ++i) {
    out.words[0][i] = a[i];
    out.words[1][i] = b[i];
    out.words[2][i] = c[i];
    out.words[3][i] = d[i];
  }
}

constexpr float to_unit_float(std::uint32_t word) { return static_cast<float>(word >> 8) * 0x1p-24F; }

constexpr double to_unit_double(std::uint32_t high, std::uint32_t low) {
  const std::uint64_t bits = (std::uint64_t{high} << 21) | (low >> 11);
  return static_cast<double>(bits) * 0x1p-53;
}

[[gnu::always_inline]] inline void fill_floats(const Place& place, std::span<float> out) {
  Lanes lanes;
  std::size_t done = 0;
  for (std::uint32_t block = 0; done < out.size(); block += kLanes) {
    philox_lanes(place, block, lanes);
    alignas(64) float numbers[4 * kLanes];
    for (std::size_t i = 0; i < kLanes; ++i) {
      for (std::size_t w = 0; w < 4; ++w) numbers[4 * i + w] = to_unit_float(lanes.words[w][i]);
    }
    const std::size_t count = std::min(out.size() - done, 4 * kLanes);
    for (std::size_t i = 0; i < count; ++i) out[done + i] = numbers[i];
    done += count;
  }
}

[[gnu::always_inline]] inline void fill_doubles(const Place& place, std::span<double> out) {
  Lanes lanes;
  std::size_t done = 0;
  for (std::uint32_t block = 0; done < out.size(); block += kLanes) {
    philox_lanes(place, block, lanes);
    const std::size_t count = std::min(out.size() - done, 2 * kLanes);
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t lane = i / 2;
      out[done + i] = i % 2 == 0 ? to_unit_double(lanes.words[0][lane], lanes.words[1][lane])
                                 : to_unit_double(lanes.words[2][lane], lanes.words[3][lane]);
    }
    done += count;
  }
}

void fill_plain(const Place& place, std::span<float> out) { fill_floats(place, out); }
void fill_plain(const Place& place, std::span<double> out) { fill_doubles(place, out); }

#if defined(__x86_64__)
[[gnu::target("avx2")]] void fill_avx2(const Place& place, std::span<float> out) { fill_floats(place, out); }
[[gnu::target("avx2")]] void fill_avx2(const Place& place, std::span<double> out) {
  fill_doubles(place, out);
}
#endif

template <class T>
void fill(const Stream& stream, std::span<T> out) {
  constexpr std::uint64_t kPerBlock = sizeof(T) == 4 ? 4 : 2;
  NNC_CHECK(out.size() <= kPerBlock << 32);
  const Place place(stream);
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) return fill_avx2(place, out);
#endif
  fill_plain(place, out);
}

// The words of a stream one after the other.
class Words {
 public:
  explicit Words(const Stream& stream) : place_(stream) {}

  std::uint32_t next() {
    if (used_ == 4 * kLanes) {
      philox_lanes(place_, block_, lanes_);
      block_ += kLanes;
      used_ = 0;
    }
    const std::uint32_t word = lanes_.words[used_ % 4][used_ / 4];
    ++used_;
    return word;
  }

  // A number below `bound`, each equally likely. Source: D. Lemire, "Fast random integer generation in an
  // interval", ACM TOMACS 2019: the high half of word x bound, with the words rejected that would be too
  // many.
  std::uint32_t below(std::uint32_t bound) {
    std::uint64_t product = std::uint64_t{next()} * bound;
    if (static_cast<std::uint32_t>(product) < bound) {
      const std::uint32_t threshold = (0U - bound) % bound;
      while (static_cast<std::uint32_t>(product) < threshold) product = std::uint64_t{next()} * bound;
    }
    return static_cast<std::uint32_t>(product >> 32);
  }

 private:
  Place place_;
  Lanes lanes_;
  std::uint32_t block_ = 0;
  std::size_t used_ = 4 * kLanes;
};

}  // namespace

std::array<std::uint32_t, 4> philox4x32_10(std::array<std::uint32_t, 4> counter,
                                           std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < kRounds; ++round) {
    const std::uint64_t product0 = std::uint64_t{kMultiplier0} * counter[0];
    const std::uint64_t product1 = std::uint64_t{kMultiplier1} * counter[2];
    counter = {static_cast<std::uint32_t>(product1 >> 32) ^ counter[1] ^ key[0],
               static_cast<std::uint32_t>(product1),
               static_cast<std::uint32_t>(product0 >> 32) ^ counter[3] ^ key[1],
               static_cast<std::uint32_t>(product0)};
    key[0] += kWeyl0;
    key[1] += kWeyl1;
  }
  return counter;
}

std::array<std::uint32_t, 4> random_block(const Stream& stream, std::uint32_t counter) {
  const Place place(stream);
  return philox4x32_10({counter, place.word1, place.word2, place.word3}, {place.key0, place.key1});
}

void fill_uniform(const Stream& stream, std::span<float> out) { fill(stream, out); }
void fill_uniform(const Stream& stream, std::span<double> out) { fill(stream, out); }

void fill_normal(const Stream& stream, std::span<double> out) {
  fill_uniform(stream, out);
  for (std::size_t i = 0; i < out.size(); i += 2) {
    double second = 0;
    if (i + 1 < out.size()) {
      second = out[i + 1];
    } else {
      const auto words = random_block(stream, static_cast<std::uint32_t>(i / 2));
      second = to_unit_double(words[2], words[3]);
    }
    // 1 - u is never 0, where the logarithm has no value.
    const double radius = std::sqrt(-2 * std::log(1 - out[i]));
    const double angle = 2 * std::numbers::pi * second;
    out[i] = radius * std::cos(angle);
    if (i + 1 < out.size()) out[i + 1] = radius * std::sin(angle);
  }
}

void shuffle(const Stream& stream, std::span<std::uint32_t> order) {
  NNC_CHECK(order.size() < (std::uint64_t{1} << 32));
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::uint32_t>(i);
  Words words(stream);
  for (std::size_t i = order.size(); i > 1; --i) {
    std::swap(order[i - 1], order[words.below(static_cast<std::uint32_t>(i))]);
  }
}

}  // namespace nnc::rt
