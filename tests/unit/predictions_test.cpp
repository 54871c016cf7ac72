// Files of predictions: there and back, the format that NumPy reads, and every kind of damage.
#include "runtime/record/predictions.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <limits>

#include "tests/unit/allocations.hpp"

using namespace nnc;
using namespace nnc::rt;
using namespace nnc::test;

namespace {

Predictions example() {
  return {{3, 9, 4'294'967'295U},
          {1, 0, 255},
          {0.25F, 0.75F, -1.0F, std::numeric_limits<float>::infinity(), 1e-45F, 0.1F},
          2};
}

// Refused quickly, with a hint, without memory that the size of the content does not justify.
std::string refusal_of(const std::string& content) {
  reset_allocations();
  const Result<Predictions> result = read_predictions(content, "here.npy");
  const std::size_t largest = allocations().largest;
  REQUIRE_FALSE(result.ok());
  CHECK(largest < 100'000);
  CHECK_THAT(result.failure().message, Catch::Contains("`here.npy`"));
  CHECK_FALSE(result.failure().hint.empty());
  return result.failure().message;
}

std::string replaced(const std::string& text, const std::string& from, const std::string& to) {
  std::string result = text;
  const std::size_t at = result.find(from);
  REQUIRE(at != std::string::npos);
  return result.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("predictions read back as they were", "[predictions]") {
  const Result<Predictions> read = read_predictions(predictions_content(example()), "here.npy");
  REQUIRE(read.ok());
  CHECK(read.value().samples == example().samples);
  CHECK(read.value().labels == example().labels);
  CHECK(read.value().scores == example().scores);
  CHECK(read.value().columns == 2);
}

TEST_CASE("no predictions, and scores that are not numbers, read back too", "[predictions]") {
  const auto read_back = [](const Predictions& predictions) {
    return read_predictions(predictions_content(predictions), "here.npy").value();
  };
  CHECK(read_back({{}, {}, {}, 10}).columns == 10);
  CHECK(std::isnan(read_back({{1}, {1}, {std::nanf("")}, 1}).scores.at(0)));
}

TEST_CASE("the file is NumPy's format: a header of 64 bytes' multiple, then rows without gaps",
          "[predictions]") {
  const std::string content = predictions_content(example());
  CHECK(content.substr(0, 8) == std::string("\x93NUMPY\x01\x00", 8));
  const auto length = static_cast<std::size_t>(static_cast<unsigned char>(content[8])) +
                      256 * static_cast<std::size_t>(static_cast<unsigned char>(content[9]));
  CHECK((10 + length) % 64 == 0);
  const std::string header = content.substr(10, length);
  CHECK(
      header.starts_with("{'descr': [('sample', '<u4'), ('label', '<i4'), ('scores', '<f4', (2,))], "
                         "'fortran_order': False, 'shape': (3,), }"));
  CHECK(header.back() == '\n');
  CHECK(content.size() == 10 + length + 3 * (4 + 4 + 2 * 4));
  std::int32_t label = 0;
  std::memcpy(&label, content.data() + 10 + length + 2 * 16 + 4, 4);
  CHECK(label == 255);
}

TEST_CASE("predictions cut off or extended anywhere are refused", "[predictions]") {
  const std::string content = predictions_content(example());
  for (std::size_t length = 0; length < content.size(); ++length) {
    refusal_of(content.substr(0, length));
  }
  CHECK_THAT(refusal_of(content + "x"), Catch::Contains("3 rows"));
}

TEST_CASE("a header that is not ours is refused", "[predictions]") {
  const std::string content = predictions_content(example());
  for (std::size_t i = 0; i < 128; ++i) {
    std::string changed = content;
    changed[i] = static_cast<char>(changed[i] ^ 0x01);
    refusal_of(changed);
  }
  refusal_of(replaced(content, "<f4", "<f8"));
  refusal_of(replaced(content, "(2,)", "(-2,)"));
  refusal_of(replaced(content, "(2,)", "(02,)"));
  refusal_of(replaced(content, "False", "True "));
  refusal_of("PK\x03\x04");
}

TEST_CASE("claims of sizes that the file does not have are refused without taking memory", "[predictions]") {
  const std::string content = predictions_content(example());
  const auto with = [&](const std::string& rows, const std::string& columns) {
    std::string text = "{'descr': [('sample', '<u4'), ('label', '<i4'), ('scores', '<f4', (" + columns +
                       ",))], 'fortran_order': False, 'shape': (" + rows + ",), }";
    text.resize((10 + text.size() + 1 + 63) / 64 * 64 - 11, ' ');
    text += '\n';
    return content.substr(0, 8) + static_cast<char>(text.size()) + '\0' + text + content.substr(128);
  };
  REQUIRE(read_predictions(with("3", "2"), "here.npy").ok());
  CHECK_THAT(refusal_of(with("4", "2")), Catch::Contains("4 rows"));
  refusal_of(with("4294967295", "2"));
  refusal_of(with("3", "65536"));
  refusal_of(with("3", "65537"));
  refusal_of(with("3", "0"));
  refusal_of(with("1152921504606846979", "2"));  // times 16 it wraps around to 48
  refusal_of(with("3", "4611686018427387906"));  // times 4 it wraps around to 8
}

TEST_CASE("labels that no class can have are refused", "[predictions]") {
  for (const std::int32_t label : {-1, 256, std::numeric_limits<std::int32_t>::min()}) {
    Predictions bad = example();
    bad.labels[1] = label;
    CHECK_THAT(refusal_of(predictions_content(bad)), Catch::Contains("row 1"));
  }
}

TEST_CASE("predictions whose lists do not fit each other are a bug", "[predictions]") {
  Predictions bad = example();
  bad.labels.pop_back();
  CHECK_THROWS_AS(predictions_content(bad), InternalError);
}
