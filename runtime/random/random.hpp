// Counter-based random numbers (Philox4x32-10; Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
// SC 2011). A stream is named by what it is for and where it belongs, so that no use of randomness disturbs
// another, and any number can be computed without the ones before it.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace nnc::rt {

enum class Purpose : std::uint32_t { Init = 1, Shuffle = 2, Dropout = 3, Split = 4 };

// Names a stream of at most 2^32 blocks of four 32-bit numbers.
struct Stream {
  std::uint64_t seed = 0;
  Purpose purpose = Purpose::Init;
  std::uint32_t place = 0;  // which slot, which dropout
  std::uint64_t time = 0;   // which step or epoch; below 2^32 x 2^16
};

// The generator itself, as published: a bijection of counters for every key.
std::array<std::uint32_t, 4> philox4x32_10(std::array<std::uint32_t, 4> counter,
                                           std::array<std::uint32_t, 2> key);

// Block `counter` of the stream: four independent uniform 32-bit numbers.
std::array<std::uint32_t, 4> random_block(const Stream& stream, std::uint32_t counter);

// Numbers in [0, 1): 24 bits (float), 53 bits (double). Element i depends on the stream and i alone.
void fill_uniform(const Stream& stream, std::span<float> out);
void fill_uniform(const Stream& stream, std::span<double> out);
// Standard normal numbers (Box-Muller).
void fill_normal(const Stream& stream, std::span<double> out);

// A permutation of 0..n-1 (Fisher-Yates with unbiased bounded numbers).
void shuffle(const Stream& stream, std::span<std::uint32_t> order);

}  // namespace nnc::rt
