// See philox.hpp. In: a stream and a place in it. Out: numbers that depend on nothing else, on any machine.
#include "compiler/base/philox.hpp"

#include <bit>

#include "compiler/base/check.hpp"

namespace nnc {

using namespace philox;

philox::Place::Place(const RandomStream& stream)
    : key0(static_cast<std::uint32_t>(stream.seed)),
      key1(static_cast<std::uint32_t>(stream.seed >> 32)),
      word1(stream.place),
      word2(static_cast<std::uint32_t>(stream.time)),
      word3((static_cast<std::uint32_t>(stream.time >> 32) & 0xFFFFU) |
            (static_cast<std::uint32_t>(stream.purpose) << 16)) {
  NNC_CHECK(stream.time < (std::uint64_t{1} << 48));
}

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

std::array<std::uint32_t, 4> random_block(const RandomStream& stream, std::uint32_t counter) {
  const Place place(stream);
  return philox4x32_10({counter, place.word1, place.word2, place.word3}, {place.key0, place.key1});
}

std::uint32_t RandomWords::next() {
  if (used_ == block_.size()) {
    block_ = random_block(stream_, blocks_++);
    used_ = 0;
  }
  return block_[used_++];
}

std::uint64_t RandomWords::below(std::uint64_t bound) {
  NNC_CHECK(bound > 0);
  if (bound <= 0xFFFFFFFF) {
    return bounded_number(static_cast<std::uint32_t>(bound), [&] { return next(); });
  }
  // Words of as many bits as the largest number has; at least every other one is small enough.
  const std::uint64_t mask = ~std::uint64_t{0} >> std::countl_zero(bound - 1);
  while (true) {
    const std::uint64_t high = next();
    const std::uint64_t word = ((high << 32) | next()) & mask;
    if (word < bound) return word;
  }
}

double RandomWords::unit() {
  const std::uint32_t high = next();
  return to_unit_double(high, next());
}

}  // namespace nnc
