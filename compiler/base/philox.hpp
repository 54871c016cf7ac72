// Counter-based random numbers (Philox4x32-10; Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
// SC 2011). A stream is named by what it is for and where it belongs, so that no use of randomness disturbs
// another, and any number can be computed without the ones before it.
// Here because the compiler draws the points of a sweep; runtime/random draws many numbers at once.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace nnc {

// Never reuse one with another meaning: it would change old results.
enum class RandomPurpose : std::uint32_t { Init = 1, Shuffle = 2, Dropout = 3, Split = 4, Sample = 5 };

// Names a stream of at most 2^32 blocks of four 32-bit numbers.
struct RandomStream {
  std::uint64_t seed = 0;
  RandomPurpose purpose = RandomPurpose::Init;
  std::uint32_t place = 0;  // which slot, which dropout, which axis
  std::uint64_t time = 0;   // which step, epoch or draw; below 2^32 x 2^16
};

namespace philox {

inline constexpr std::uint32_t kMultiplier0 = 0xD2511F53;
inline constexpr std::uint32_t kMultiplier1 = 0xCD9E8D57;
inline constexpr std::uint32_t kWeyl0 = 0x9E3779B9;
inline constexpr std::uint32_t kWeyl1 = 0xBB67AE85;
inline constexpr int kRounds = 10;

// The key and the counter words that are the same in all blocks of a stream: `time` has 48 bits, the purpose
// 16.
struct Place {
  std::uint32_t key0, key1, word1, word2, word3;

  explicit Place(const RandomStream& stream);
};

}  // namespace philox

// The generator itself, as published: a bijection of counters for every key.
std::array<std::uint32_t, 4> philox4x32_10(std::array<std::uint32_t, 4> counter,
                                           std::array<std::uint32_t, 2> key);

// Block `counter` of the stream: four independent uniform 32-bit numbers.
std::array<std::uint32_t, 4> random_block(const RandomStream& stream, std::uint32_t counter);

// A number in [0, 1) with 53 bits.
constexpr double to_unit_double(std::uint32_t high, std::uint32_t low) {
  const std::uint64_t bits = (std::uint64_t{high} << 21) | (low >> 11);
  return static_cast<double>(bits) * 0x1p-53;
}

// A number below `bound`, each equally likely; `next` gives uniform 32-bit words. Source: D. Lemire, "Fast
// random integer generation in an interval", ACM TOMACS 2019: the high half of word x bound, with the words
// rejected that would be too many.
template <class Next>
std::uint32_t bounded_number(std::uint32_t bound, Next&& next) {
  std::uint64_t product = std::uint64_t{next()} * bound;
  if (static_cast<std::uint32_t>(product) < bound) {
    const std::uint32_t threshold = (0U - bound) % bound;
    while (static_cast<std::uint32_t>(product) < threshold) product = std::uint64_t{next()} * bound;
  }
  return static_cast<std::uint32_t>(product >> 32);
}

// The words of a stream one after the other, and what is drawn from them.
class RandomWords {
 public:
  explicit RandomWords(const RandomStream& stream) : stream_(stream) {}

  std::uint32_t next();
  // A number below `bound`, which is not 0; each equally likely.
  std::uint64_t below(std::uint64_t bound);
  // A number in [0, 1).
  double unit();

 private:
  RandomStream stream_;
  std::array<std::uint32_t, 4> block_{};
  std::uint32_t blocks_ = 0;
  std::size_t used_ = 4;
};

}  // namespace nnc
