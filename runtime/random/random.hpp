// Random numbers for everything that is trained: initial weights, orders of samples, dropout, splits. The
// generator and its streams are in compiler/base/philox.hpp; here many numbers are drawn at once.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "compiler/base/philox.hpp"

namespace nnc::rt {

using Purpose = RandomPurpose;
using Stream = RandomStream;
using nnc::philox4x32_10;
using nnc::random_block;

// Numbers in [0, 1): 24 bits (float), 53 bits (double). Element i depends on the stream and i alone.
void fill_uniform(const Stream& stream, std::span<float> out);
void fill_uniform(const Stream& stream, std::span<double> out);
// Standard normal numbers (Box-Muller).
void fill_normal(const Stream& stream, std::span<double> out);

// A permutation of 0..n-1 (Fisher-Yates with unbiased bounded numbers).
void shuffle(const Stream& stream, std::span<std::uint32_t> order);

}  // namespace nnc::rt
