// Many numbers of a stream at once: uniform and normal numbers, permutations.
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

using philox::Place;

// Blocks computed side by side, so that the compiler makes vectors of them.
constexpr std::size_t kLanes = 16;

struct Lanes {
  alignas(64) std::uint32_t words[4][kLanes];
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
  for (int round = 0; round < philox::kRounds; ++round) {
    for (std::size_t i = 0; i < kLanes; ++i) {
      const std::uint64_t product0 = std::uint64_t{philox::kMultiplier0} * a[i];
      const std::uint64_t product1 = std::uint64_t{philox::kMultiplier1} * c[i];
      a[i] = static_cast<std::uint32_t>(product1 >> 32) ^ b[i] ^ key0;
      b[i] = static_cast<std::uint32_t>(product1);
      c[i] = static_cast<std::uint32_t>(product0 >> 32) ^ d[i] ^ key1;
      d[i] = static_cast<std::uint32_t>(product0);
    }
    key0 += philox::kWeyl0;
    key1 += philox::kWeyl1;
  }
  for (std::size_t i = 0; i < kLanes; ++i) {
    out.words[0][i] = a[i];
    out.words[1][i] = b[i];
    out.words[2][i] = c[i];
    out.words[3][i] = d[i];
  }
}

constexpr float to_unit_float(std::uint32_t word) { return static_cast<float>(word >> 8) * 0x1p-24F; }

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
#define NNC_AVX512 [[gnu::target("avx512f,avx512dq,avx512vl,avx512bw")]]
NNC_AVX512 void fill_avx512(const Place& place, std::span<float> out) { fill_floats(place, out); }
NNC_AVX512 void fill_avx512(const Place& place, std::span<double> out) { fill_doubles(place, out); }
#undef NNC_AVX512
#endif

template <class T>
void fill(const Stream& stream, std::span<T> out) {
  constexpr std::uint64_t kPerBlock = sizeof(T) == 4 ? 4 : 2;
  NNC_CHECK(out.size() <= kPerBlock << 32);
  const Place place(stream);
#if defined(__x86_64__)
  const bool has_avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                          __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");
  if (has_avx512) return fill_avx512(place, out);
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

  std::uint32_t below(std::uint32_t bound) {
    return bounded_number(bound, [this] { return next(); });
  }

 private:
  Place place_;
  Lanes lanes_;
  std::uint32_t block_ = 0;
  std::size_t used_ = 4 * kLanes;
};

}  // namespace

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
