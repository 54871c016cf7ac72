// Files of tensors: there and back, the format that other programs read, and everything that is refused.
#include "runtime/store/tensor_file.hpp"

#include <catch2/catch.hpp>
#include <cstring>
#include <numeric>
#include <random>

using namespace nnc;
using namespace nnc::rt;

namespace {

using Type = TensorFile::Type;

struct Example {
  std::vector<float> weights = std::vector<float>(6);
  std::vector<double> sums{1.5, -2.5};
  std::vector<std::int32_t> counts{7};
  TensorFile file;

  Example() {
    std::iota(weights.begin(), weights.end(), 0.5F);
    file.tensors = {{"dense.weight", Type::F32, {2, 3}, std::as_bytes(std::span(weights))},
                    {"nothing", Type::F32, {0, 3}, {}},
                    {"sums", Type::F64, {2}, std::as_bytes(std::span(sums))},
                    {"count", Type::I32, {}, std::as_bytes(std::span(counts))}};
    file.metadata = {{"base", "3f2a"}, {"\"quoted\"", "\xc3\xa9\n"}};
  }
};

std::string with_header(const std::string& header, const std::string& data = {}) {
  const std::uint64_t length = header.size();
  std::string content(8, '\0');
  std::memcpy(content.data(), &length, 8);
  return content + header + data;
}

bool refused(const std::string& header, const std::string& data = {}) {
  return !read_tensor_file(with_header(header, data)).ok();
}

}  // namespace

TEST_CASE("tensors are read back as they were written", "[tensor_file]") {
  const Example example;
  const std::string content = tensor_file_content(example.file);
  CHECK(content == tensor_file_content(Example().file));
  const Result<TensorFile> read = read_tensor_file(content);
  REQUIRE(read.ok());
  CHECK(read.value().metadata == example.file.metadata);
  REQUIRE(read.value().tensors.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) {
    const TensorFile::Tensor& before = example.file.tensors[i];
    const TensorFile::Tensor& after = read.value().tensors[i];
    CHECK(after.name == before.name);
    CHECK(after.type == before.type);
    CHECK(after.shape == before.shape);
    CHECK(std::vector<std::byte>(after.data.begin(), after.data.end()) ==
          std::vector<std::byte>(before.data.begin(), before.data.end()));
  }
}

TEST_CASE("a file of tensors has the bytes of the safetensors format", "[tensor_file]") {
  const std::vector<float> one{1.0F};
  TensorFile file;
  file.tensors = {{"a", Type::F32, {1}, std::as_bytes(std::span(one))}};
  std::string header = R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})";
  header.resize((header.size() + 7) / 8 * 8, ' ');
  CHECK(tensor_file_content(file) == with_header(header, std::string("\x00\x00\x80\x3f", 4)));
}

TEST_CASE("a file without tensors is a file", "[tensor_file]") {
  const std::string content = tensor_file_content({});
  REQUIRE(read_tensor_file(content).ok());
  CHECK(read_tensor_file(content).value().tensors.empty());
}

TEST_CASE("a description that cannot be is refused", "[tensor_file]") {
  const std::string four(4, 'x');
  REQUIRE_FALSE(refused(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", four));
  const char* const wrong[] = {
      "",
      "[]",
      "null",
      "{",
      " {}",
      R"({"a":1})",
      R"({"a":{}})",
      R"({"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}})",
      R"({"a":{"dtype":7,"shape":[1],"data_offsets":[0,4]}})",
      R"({"a":{"dtype":"F32","shape":1,"data_offsets":[0,4]}})",
      R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})",
      R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})",
      R"({"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}})",
      R"({"a":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}})",
      R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}})",
      R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}})",
      R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}})",
      R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}})",
      R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[1,5]}})",
      R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"more":1}})",
      R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[18446744073709551612,18446744073709551616]}})",
      // 4194305² · 211106198978564 is 4 modulo 2⁶⁴
      R"({"a":{"dtype":"F32","shape":[4194305,4194305,211106198978564],"data_offsets":[0,4]}})",
      R"({"a":{"dtype":"F32","shape":[4611686018427387905],"data_offsets":[0,4]}})",
      R"({"a":{"dtype":"F32","shape":[0,9223372036854775808],"data_offsets":[0,0]},)"
      R"("b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
      // twice, over each other, with a hole
      R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
      R"({"a":{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}})",
      R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
      R"({"a":{"dtype":"F32","shape":[0],"data_offsets":[2,2]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
      R"({"b":{"dtype":"F32","shape":[0],"data_offsets":[4,4]}})",
      R"({})",
      R"({"__metadata__":{"n":1},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
      R"({"__metadata__":[],"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
      R"({"__metadata__":{"n":"1","n":"2"},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
  };
  for (const char* header : wrong) {
    INFO(header);
    CHECK(refused(header, four));
  }
}

TEST_CASE("a header that is longer than the file, or deep, is refused at once", "[tensor_file]") {
  for (const std::uint64_t length : {std::uint64_t{3}, std::uint64_t{1} << 40, ~std::uint64_t{0}}) {
    std::string content(10, '{');
    std::memcpy(content.data(), &length, 8);
    CHECK_FALSE(read_tensor_file(content).ok());
  }
  for (std::size_t size = 0; size < 8; ++size) CHECK_FALSE(read_tensor_file(std::string(size, '\0')).ok());
  CHECK(refused(R"({"a":)" + std::string(1'000'000, '[')));
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += R"({"a":)";
  CHECK(refused(deep));
}

TEST_CASE("many names take no long time", "[tensor_file]") {
  std::string header = "{";
  for (int i = 0; i < 200'000; ++i)
    header += "\"" + std::to_string(i) + R"(":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},)";
  header.back() = '}';
  CHECK_FALSE(refused(header));
}

TEST_CASE("a file that was cut off or continued is refused", "[tensor_file]") {
  const std::string content = tensor_file_content(Example().file);
  for (std::size_t size = 0; size < content.size(); ++size)
    CHECK_FALSE(read_tensor_file(content.substr(0, size)).ok());
  CHECK_FALSE(read_tensor_file(content + '\0').ok());
}

TEST_CASE("whatever bits are wrong, reading ends and tensors stay within the file", "[tensor_file]") {
  const std::string content = tensor_file_content(Example().file);
  std::mt19937 random(7);
  for (int round = 0; round < 10'000; ++round) {
    std::string wrong = content;
    for (int flips = 0; flips <= round % 3; ++flips) {
      wrong[random() % wrong.size()] ^= static_cast<char>(1 << random() % 8);
    }
    const Result<TensorFile> read = read_tensor_file(wrong);
    if (!read) continue;
    for (const TensorFile::Tensor& tensor : read.value().tensors) {
      if (tensor.data.empty()) continue;
      const auto* first = reinterpret_cast<const char*>(tensor.data.data());
      REQUIRE((first >= wrong.data() && first + tensor.data.size() <= wrong.data() + wrong.size()));
    }
  }
}
