// See world.hpp.
#include "tests/whole/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>

namespace nnc::test {
namespace {

void write_part(const TemporaryFolder& folder, const std::string& stem, std::uint32_t count,
                std::uint32_t side, std::uint64_t seed) {
  constexpr std::uint32_t kClasses = 4;
  std::mt19937_64 random(seed);
  Bytes pixels;
  Bytes labels;
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto label = static_cast<std::uint32_t>(random() % kClasses);
    labels.push_back(static_cast<std::uint8_t>(label));
    for (std::uint32_t y = 0; y < side; ++y) {
      for (std::uint32_t x = 0; x < side; ++x) {
        const bool stripe = (x * (label + 1) + y * (label + 2)) % 5 == 0;
        pixels.push_back(static_cast<std::uint8_t>((stripe ? 40 : 0) + random() % 200));
      }
    }
  }
  folder.write("data/" + stem + "-images-idx3-ubyte", idx_file({count, side, side}, pixels));
  folder.write("data/" + stem + "-labels-idx1-ubyte", idx_file({count}, labels));
}

}  // namespace

World::World(const DataSize& size) {
  std::filesystem::create_directory(path_of("data"));
  write_part(folder_, "train", size.train, size.side, 1);
  write_part(folder_, "t10k", size.test, size.side, 2);
}

void World::write(const std::string& name, const std::string& text) const {
  std::ofstream(path_of(name), std::ios::binary | std::ios::trunc) << text;
}

std::vector<std::string> World::run_words(const std::string& file, const std::string& store,
                                          const std::string& out,
                                          const std::vector<std::string>& more) const {
  std::vector<std::string> words{"run", file, "--store", path_of(store), "--out", path_of(out)};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

Ended World::nnc(const std::vector<std::string>& arguments, Surroundings surroundings) const {
  return run_nnc(path(), arguments, std::move(surroundings));
}

nlohmann::json World::results(const std::string& out) const {
  std::ifstream in(path_of(out) + "/results.json");
  return nlohmann::json::parse(in);
}

nlohmann::json World::ask(const std::string& verb, const std::string& store) const {
  const Ended ended = nnc({verb, "--json", "--store", path_of(store)});
  if (const std::string wrong = ended.disgrace(); !wrong.empty())
    throw std::runtime_error(wrong + "\n" + ended.told());
  return nlohmann::json::parse(ended.out);
}

void World::remove(const std::string& name) const { std::filesystem::remove_all(path_of(name)); }

std::string study_head() {
  return R"(nn 1
data small = idx("data") { scale: unit }
model ann(hidden: [int] = [24], rate: float = 0) {
  flatten
  for units in hidden {
    dense(units, relu)
    dropout(rate)
  }
  dense(4, softmax)
}
recipe plain {
  loss: cross_entropy
  optimizer: adam
  batch: 16
  epochs: 8
  metrics: [accuracy, f1(micro), log_loss]
}
)";
}

std::string image_model() {
  return R"(model cnn {
  repeat 2 {
    conv2d(6, 3x3, relu, pad: same)
    maxpool2d(2x2)
  }
  flatten
  dense(16, relu)
  dense(4, softmax)
}
)";
}

int times(int few, int many) {
  const char* const scale = std::getenv("NNC_TEST_SCALE");
  return scale != nullptr && std::string(scale) == "full" ? many : few;
}

std::mt19937_64 random_numbers() {
  const char* const seed = std::getenv("NNC_TEST_SEED");
  return std::mt19937_64(seed == nullptr ? 1 : std::strtoull(seed, nullptr, 10));
}

double between(std::mt19937_64& random, double low, double high) {
  return std::uniform_real_distribution<double>(low, high)(random);
}

std::size_t below(std::mt19937_64& random, std::size_t count) {
  return std::uniform_int_distribution<std::size_t>(0, count - 1)(random);
}

void say(const std::string& line) { std::cout << line << std::endl; }

}  // namespace nnc::test
