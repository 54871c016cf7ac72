// A folder with small data, programs in the language and what `nnc` makes of them; it goes away with its
// object.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "tests/unit/data_files.hpp"
#include "tests/whole/program.hpp"

namespace nnc::test {

// Images of four kinds of stripes under much noise, so that networks learn them, but not at once.
struct DataSize {
  std::uint32_t train = 300;
  std::uint32_t test = 100;
  std::uint32_t side = 8;
};

class World {
 public:
  explicit World(const DataSize& size = {});

  [[nodiscard]] const std::string& path() const { return folder_.path(); }
  [[nodiscard]] std::string path_of(const std::string& name) const { return path() + "/" + name; }
  void write(const std::string& name, const std::string& text) const;

  // `nnc run FILE --store STORE --out OUT MORE`, all of them in this folder.
  [[nodiscard]] std::vector<std::string> run_words(const std::string& file, const std::string& store,
                                                   const std::string& out,
                                                   const std::vector<std::string>& more = {}) const;
  [[nodiscard]] Ended nnc(const std::vector<std::string>& arguments, Surroundings surroundings = {}) const;
  [[nodiscard]] nlohmann::json results(const std::string& out) const;
  // Of `ls`, `verify`: what they print as JSON.
  [[nodiscard]] nlohmann::json ask(const std::string& verb, const std::string& store) const;
  void remove(const std::string& name) const;

 private:
  TemporaryFolder folder_;
};

// The data of a World as the language says it, the model `ann` and the recipe `plain`.
std::string study_head();
// The model `cnn`: two blocks of convolution.
std::string image_model();

// How often: few in the suite, many with NNC_TEST_SCALE=full.
int times(int few, int many);
// Another seed with NNC_TEST_SEED=N.
std::mt19937_64 random_numbers();
double between(std::mt19937_64& random, double low, double high);
std::size_t below(std::mt19937_64& random, std::size_t count);
// For whoever reads the output of a test.
void say(const std::string& line);

}  // namespace nnc::test
