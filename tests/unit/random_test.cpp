// The random streams: published vectors of the generator, uniformity, independence, normal numbers, shuffles.
#include "runtime/random/random.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <map>
#include <set>
#include <vector>

using namespace nnc::rt;

namespace {

using Words4 = std::array<std::uint32_t, 4>;

double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

double correlation(const std::vector<double>& a, const std::vector<double>& b) {
  const double mean_a = mean_of(a);
  const double mean_b = mean_of(b);
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += (a[i] - mean_a) * (b[i] - mean_b);
    aa += (a[i] - mean_a) * (a[i] - mean_a);
    bb += (b[i] - mean_b) * (b[i] - mean_b);
  }
  return ab / std::sqrt(aa * bb);
}

}  // namespace

TEST_CASE("the generator gives the published numbers of Philox4x32-10", "[random]") {
  CHECK(philox4x32_10({0, 0, 0, 0}, {0, 0}) == Words4{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  const std::uint32_t ones = 0xffffffff;
  CHECK(philox4x32_10({ones, ones, ones, ones}, {ones, ones}) ==
        Words4{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox4x32_10({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        Words4{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("every part of a stream's name changes its numbers", "[random]") {
  const Stream base{7, Purpose::Dropout, 3, 11};
  std::set<Words4> blocks = {random_block(base, 0), random_block(base, 1)};
  blocks.insert(random_block({8, Purpose::Dropout, 3, 11}, 0));
  blocks.insert(random_block({7 + (std::uint64_t{1} << 32), Purpose::Dropout, 3, 11}, 0));
  blocks.insert(random_block({7, Purpose::Shuffle, 3, 11}, 0));
  blocks.insert(random_block({7, Purpose::Dropout, 4, 11}, 0));
  blocks.insert(random_block({7, Purpose::Dropout, 3, 12}, 0));
  blocks.insert(random_block({7, Purpose::Dropout, 3, 11 + (std::uint64_t{1} << 40)}, 0));
  CHECK(blocks.size() == 8);
}

TEST_CASE("element i of a stream is the same however many are asked for", "[random]") {
  const Stream stream{42, Purpose::Init, 5, 0};
  std::vector<float> all(1000);
  fill_uniform(stream, all);
  std::vector<double> all_wide(1000);
  fill_uniform(stream, all_wide);
  std::vector<double> all_normal(1000);
  fill_normal(stream, all_normal);
  for (const std::size_t count : {0UL, 1UL, 2UL, 3UL, 31UL, 32UL, 33UL, 63UL, 64UL, 65UL, 127UL, 999UL}) {
    std::vector<float> some(count);
    fill_uniform(stream, some);
    CHECK(std::equal(some.begin(), some.end(), all.begin()));
    std::vector<double> wide(count);
    fill_uniform(stream, wide);
    CHECK(std::equal(wide.begin(), wide.end(), all_wide.begin()));
    fill_normal(stream, wide);
    CHECK(std::equal(wide.begin(), wide.end(), all_normal.begin()));
  }
  for (std::uint32_t block = 0; block < 250; ++block) {
    const Words4 words = random_block(stream, block);
    for (std::size_t w = 0; w < 4; ++w) {
      CHECK(all[4 * block + w] == static_cast<float>(words[w] >> 8) / 16777216.0F);
    }
  }
}

TEST_CASE("uniform numbers are below one and equally likely everywhere", "[random]") {
  constexpr int kBins = 100;
  constexpr int kCount = 1 << 20;
  std::vector<float> values(kCount);
  fill_uniform({1, Purpose::Dropout, 0, 1}, values);
  std::vector<int> histogram(kBins);
  for (const float value : values) {
    REQUIRE(value >= 0);
    REQUIRE(value < 1);
    ++histogram[static_cast<std::size_t>(value * kBins)];
  }
  double chi_squared = 0;
  const double expected = static_cast<double>(kCount) / kBins;
  for (const int count : histogram) chi_squared += (count - expected) * (count - expected) / expected;
  // 99 degrees of freedom: mean 99, standard deviation 14.
  CHECK(chi_squared > 50);
  CHECK(chi_squared < 160);

  std::vector<double> wide(1 << 16);
  fill_uniform({1, Purpose::Dropout, 0, 1}, wide);
  CHECK(mean_of(wide) == Approx(0.5).margin(0.005));
  CHECK(*std::max_element(wide.begin(), wide.end()) < 1);
}

TEST_CASE("neighbouring streams are independent of each other", "[random]") {
  constexpr std::size_t kCount = 1 << 16;
  const Stream base{0, Purpose::Init, 0, 0};
  std::vector<double> first(kCount);
  fill_uniform(base, first);
  const Stream neighbours[] = {{1, Purpose::Init, 0, 0},
                               {0, Purpose::Shuffle, 0, 0},
                               {0, Purpose::Init, 1, 0},
                               {0, Purpose::Init, 0, 1}};
  for (const Stream& neighbour : neighbours) {
    std::vector<double> second(kCount);
    fill_uniform(neighbour, second);
    // The standard deviation of the correlation is 1 / 256.
    CHECK(std::abs(correlation(first, second)) < 0.016);
  }
  std::vector<double> shifted(first.begin() + 1, first.end());
  shifted.push_back(first.front());
  CHECK(std::abs(correlation(first, shifted)) < 0.016);
}

TEST_CASE("words drawn one after the other are the blocks of the stream", "[random]") {
  const Stream stream{3, Purpose::Sample, 17, 2};
  nnc::RandomWords words(stream);
  for (std::uint32_t block = 0; block < 5; ++block) {
    for (const std::uint32_t word : random_block(stream, block)) CHECK(words.next() == word);
  }
}

TEST_CASE("numbers drawn one by one are those of a shuffle and of a filled buffer", "[random]") {
  const Stream stream{11, Purpose::Shuffle, 0, 5};
  constexpr std::uint32_t kCount = 1000;
  std::vector<std::uint32_t> order(kCount);
  shuffle(stream, order);
  std::vector<std::uint32_t> drawn(kCount);
  for (std::uint32_t i = 0; i < kCount; ++i) drawn[i] = i;
  nnc::RandomWords words(stream);
  for (std::uint32_t i = kCount; i > 1; --i) std::swap(drawn[i - 1], drawn[words.below(i)]);
  CHECK(drawn == order);

  std::vector<double> all(100);
  fill_uniform(stream, all);
  nnc::RandomWords again(stream);
  for (const double number : all) CHECK(again.unit() == number);
}

TEST_CASE("bounded numbers reach every value below large bounds and stay below", "[random]") {
  nnc::RandomWords words({1, Purpose::Sample, 0, 0});
  const std::uint64_t bound = (std::uint64_t{5} << 32) + 1;
  int above_half = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::uint64_t number = words.below(bound);
    REQUIRE(number < bound);
    above_half += number > bound / 2 ? 1 : 0;
  }
  // The standard deviation is 16.
  CHECK(std::abs(above_half - 500) < 80);
  for (int i = 0; i < 10; ++i) CHECK(words.below(1) == 0);
}

TEST_CASE("normal numbers have mean 0, deviation 1 and the right tails", "[random]") {
  std::vector<double> values(1 << 18);
  fill_normal({9, Purpose::Init, 2, 0}, values);
  double squares = 0, fourth = 0;
  int beyond_two = 0;
  for (const double value : values) {
    REQUIRE(std::isfinite(value));
    squares += value * value;
    fourth += value * value * value * value;
    beyond_two += std::abs(value) > 2 ? 1 : 0;
  }
  const auto count = static_cast<double>(values.size());
  CHECK(mean_of(values) == Approx(0).margin(0.01));
  CHECK(squares / count == Approx(1).margin(0.02));
  CHECK(fourth / count == Approx(3).margin(0.1));
  CHECK(beyond_two / count == Approx(0.0455).margin(0.003));
}

TEST_CASE("a shuffle is a permutation, and differs from epoch to epoch", "[random]") {
  for (const std::uint32_t count : {0U, 1U, 2U, 3U, 1000U, 60000U}) {
    std::vector<std::uint32_t> order(count);
    shuffle({3, Purpose::Shuffle, 0, 1}, order);
    std::vector<std::uint32_t> sorted = order;
    std::sort(sorted.begin(), sorted.end());
    for (std::uint32_t i = 0; i < count; ++i) REQUIRE(sorted[i] == i);
    std::vector<std::uint32_t> again(count);
    shuffle({3, Purpose::Shuffle, 0, 1}, again);
    CHECK(again == order);
    std::vector<std::uint32_t> next(count);
    shuffle({3, Purpose::Shuffle, 0, 2}, next);
    if (count >= 1000) CHECK(next != order);
  }
}

TEST_CASE("all permutations of a shuffle are equally likely", "[random]") {
  std::map<std::vector<std::uint32_t>, int> seen;
  constexpr int kTrials = 48000;
  std::vector<std::uint32_t> order(4);
  for (int trial = 0; trial < kTrials; ++trial) {
    shuffle({5, Purpose::Shuffle, 0, static_cast<std::uint64_t>(trial)}, order);
    ++seen[order];
  }
  REQUIRE(seen.size() == 24);
  double chi_squared = 0;
  for (const auto& [permutation, count] : seen) {
    chi_squared += (count - kTrials / 24.0) * (count - kTrials / 24.0) / (kTrials / 24.0);
  }
  // 23 degrees of freedom: mean 23, standard deviation 6.8.
  CHECK(chi_squared < 57);
}
