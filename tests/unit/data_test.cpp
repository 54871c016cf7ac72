// Reading data: good files in all their forms, and every kind of damage, which must be found before memory is
// taken that the file does not justify. Then scaling, against the formulas of scikit-learn.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <numeric>

#include "runtime/data/dataset.hpp"
#include "runtime/data/idx.hpp"
#include "runtime/data/sha256.hpp"
#include "tests/unit/allocations.hpp"
#include "tests/unit/data_files.hpp"

using namespace nnc;
using namespace nnc::rt;
using namespace nnc::test;

namespace {

// Reads a file that must be refused, quickly and without a large allocation; gives the message.
std::string refusal(const std::string& path, std::size_t allocation_limit = 200'000) {
  const auto begin = std::chrono::steady_clock::now();
  reset_allocations();
  const Result<IdxArray> result = read_idx(path);
  const std::size_t largest = allocations().largest;
  const auto elapsed = std::chrono::steady_clock::now() - begin;
  REQUIRE_FALSE(result.ok());
  CHECK(largest <= allocation_limit);
  CHECK(elapsed < std::chrono::seconds(1));
  CHECK_THAT(result.failure().message, Catch::Contains(path));
  return result.failure().message;
}

std::string header_refusal(const std::string& path) {
  const Result<IdxHeader> result = read_idx_header(path);
  REQUIRE_FALSE(result.ok());
  return result.failure().message;
}

Bytes counting(std::size_t count) {
  Bytes bytes(count);
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
  return bytes;
}

DataPlan plan_for(const TemporaryFolder& folder) {
  DataPlan plan;
  plan.name = "small";
  plan.directory = folder.path();
  return plan;
}

}  // namespace

TEST_CASE("plain and gzip files of zero to four axes read the same", "[data]") {
  const TemporaryFolder folder;
  const std::vector<std::vector<std::uint32_t>> shapes = {{}, {7}, {2, 3}, {2, 3, 4}, {2, 1, 3, 4}};
  for (const std::vector<std::uint32_t>& sizes : shapes) {
    std::size_t count = 1;
    for (const std::uint32_t size : sizes) count *= size;
    const Bytes file = idx_file(sizes, counting(count));
    for (const Bytes& content : {file, gzip(file)}) {
      const std::string path = folder.write("file", content);
      const Result<IdxArray> array = read_idx(path);
      REQUIRE(array.ok());
      CHECK(array.value().bytes == counting(count));
      CHECK(array.value().sizes == std::vector<std::int64_t>(sizes.begin(), sizes.end()));
      const Result<IdxHeader> header = read_idx_header(path);
      REQUIRE(header.ok());
      CHECK(header.value().sizes == array.value().sizes);
    }
  }
}

TEST_CASE("a gzip file larger than the first chunk reads whole, also in several members", "[data]") {
  const TemporaryFolder folder;
  const Bytes elements = counting(300'000);
  const Bytes file = idx_file({300, 1000}, elements);
  CHECK(read_idx(folder.write("one", gzip(file))).value().bytes == elements);
  const auto part = [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
    return gzip(Bytes(file.begin() + begin, file.begin() + end));
  };
  const auto size = static_cast<std::ptrdiff_t>(file.size());
  const Bytes members = part(0, 5) + part(5, 70'000) + gzip({}) + part(70'000, size);
  CHECK(read_idx(folder.write("several", members)).value().bytes == elements);
}

TEST_CASE("files that are not IDX files are refused", "[data]") {
  const TemporaryFolder folder;
  CHECK_THAT(refusal(folder.write("empty", {})), Catch::Contains("is empty"));
  CHECK_THAT(refusal(folder.write("empty.gz", gzip({}))), Catch::Contains("is empty"));
  CHECK_THAT(refusal(folder.write("text", {'h', 'e', 'l', 'l', 'o'})), Catch::Contains("not an IDX file"));
  CHECK_THAT(refusal(folder.write("second", {0, 1, 8, 1, 0, 0, 0, 1, 7})),
             Catch::Contains("not an IDX file"));
  CHECK_THAT(refusal(folder.write("one", {1})), Catch::Contains("not an IDX file"));
}

TEST_CASE("elements of other types are refused by name", "[data]") {
  const TemporaryFolder folder;
  const auto refusal_of = [&](std::uint8_t type) {
    return refusal(folder.write("typed", idx_header({4}, type) + counting(32)));
  };
  CHECK_THAT(refusal_of(0x09), Catch::Contains("signed bytes"));
  CHECK_THAT(refusal_of(0x0B), Catch::Contains("16-bit integers"));
  CHECK_THAT(refusal_of(0x0C), Catch::Contains("32-bit integers"));
  CHECK_THAT(refusal_of(0x0D), Catch::Contains("32-bit floats"));
  CHECK_THAT(refusal_of(0x0E), Catch::Contains("64-bit floats"));
  for (const int type : {0x00, 0x07, 0x0A, 0x0F, 0xFF}) {
    CHECK_THAT(refusal_of(static_cast<std::uint8_t>(type)), Catch::Contains("unknown type"));
  }
}

TEST_CASE("five and 255 axes are refused", "[data]") {
  const TemporaryFolder folder;
  CHECK_THAT(refusal(folder.write("five", idx_file({1, 1, 1, 1, 1}, {1}))), Catch::Contains("5 axes"));
  CHECK_THAT(refusal(folder.write("many", Bytes{0, 0, 8, 255} + Bytes(2000))), Catch::Contains("255 axes"));
}

TEST_CASE("sizes whose product does not fit or wraps around are refused", "[data]") {
  const TemporaryFolder folder;
  const std::uint32_t most = 0xFFFFFFFF;
  const std::vector<std::vector<std::uint32_t>> claims = {
      {0x80000000, 2, 1},
      {most},
      {most, most},
      {most, most, most},
      {most, most, most, most},
      {0x10000, 0x10000, 0x10000, 0x10000},  // 2^64: wraps to 0
      {0x10000, 0x10000, 0x10000, 0x8000},   // 2^63: wraps to negative
      {4194305, 4194305, 1, 1},
      {0x80000000, 0x80000000},                // 2^62
      {0x80000001, 0x80000000, 4},             // 2^64 + 2^33
      {4194305, 4194305, 14529495, 14529495},  // far beyond 2^64
      {65537, 65537, 65535, 65535}};
  for (const std::vector<std::uint32_t>& sizes : claims) {
    const Bytes file = idx_file(sizes, {1, 2, 3, 4});
    CHECK_THAT(refusal(folder.write("claim", file)), Catch::Contains("claims"));
    CHECK_THAT(refusal(folder.write("claim.gz", gzip(file))), Catch::Contains("claims"));
    CHECK_THAT(header_refusal(folder.write("claim", file)), Catch::Contains("claims"));
  }
}

TEST_CASE("an axis of size zero is refused, also where another one is huge", "[data]") {
  const TemporaryFolder folder;
  CHECK_THAT(refusal(folder.write("zero", idx_file({0}, {}))), Catch::Contains("axis 1"));
  CHECK_THAT(refusal(folder.write("zero", idx_file({5, 0, 2}, {}))), Catch::Contains("axis 2"));
  CHECK_THAT(refusal(folder.write("zero", idx_file({0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0}, {}))),
             Catch::Contains("axis 4"));
}

TEST_CASE("a header that claims 2^40 bytes is refused at once", "[data]") {
  const TemporaryFolder folder;
  const Bytes file = idx_file({0x100000, 0x100000}, counting(1000));
  refusal(folder.write("claim", file));
  refusal(folder.write("claim.gz", gzip(file)));
}

TEST_CASE("a file cut off at any byte is refused", "[data]") {
  const TemporaryFolder folder;
  const Bytes file = idx_file({2, 2, 2}, counting(8));
  for (std::size_t length = 0; length < file.size(); ++length) {
    const Bytes cut(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(length));
    refusal(folder.write("cut", cut));
    refusal(folder.write("cut.gz", gzip(cut)));
    if (length < 16) header_refusal(folder.write("cut", cut));
  }
}

TEST_CASE("a gzip file cut off at any byte is refused", "[data]") {
  const TemporaryFolder folder;
  const Bytes file = gzip(idx_file({2, 2, 2}, counting(8)));
  for (std::size_t length = 0; length < file.size(); ++length) {
    refusal(folder.write("cut.gz", Bytes(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(length))));
  }
}

TEST_CASE("bytes after the last element are refused", "[data]") {
  const TemporaryFolder folder;
  const Bytes file = idx_file({2, 2}, counting(4));
  CHECK_THAT(refusal(folder.write("long", file + Bytes{9})), Catch::Contains("too long"));
  CHECK_THAT(refusal(folder.write("long.gz", gzip(file + Bytes{9}))), Catch::Contains("too long"));
  CHECK_THAT(refusal(folder.write("long.gz", gzip(file) + gzip({9}))), Catch::Contains("too long"));
  CHECK_THAT(refusal(folder.write("after.gz", gzip(file) + Bytes{9, 9, 9})),
             Catch::Contains("after its gzip data"));
}

TEST_CASE("inflating stops at the declared size", "[data]") {
  const TemporaryFolder folder;
  const Bytes bomb = gzip(idx_file({100'000}, Bytes(50'000'000)));
  CHECK_THAT(refusal(folder.write("bomb.gz", bomb)), Catch::Contains("too long"));
}

TEST_CASE("a gzip file that holds less than its header claims takes no more memory than it holds", "[data]") {
  const TemporaryFolder folder;
  // Random bytes do not compress: the file could hold 20 MB by its size, but does hold 20 KB.
  Bytes noise(20'000);
  std::uint32_t state = 1;
  for (std::uint8_t& byte : noise)
    byte = static_cast<std::uint8_t>((state = state * 1664525 + 1013904223) >> 24);
  CHECK_THAT(refusal(folder.write("less.gz", gzip(idx_file({15'000'000}, noise)))),
             Catch::Contains("cut off"));
}

TEST_CASE("a changed byte anywhere in a gzip file is refused or leaves the elements as they were", "[data]") {
  const TemporaryFolder folder;
  const Bytes elements = counting(64);
  const Bytes file = gzip(idx_file({64}, elements));
  for (std::size_t at = 0; at < file.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      Bytes damaged = file;
      damaged[at] = static_cast<std::uint8_t>(damaged[at] ^ 1 << bit);
      const Result<IdxArray> array = read_idx(folder.write("damaged.gz", damaged));
      // The time stamp of a gzip header and the bits after the last code of its data mean nothing to the
      // content.
      if (array.ok()) CHECK(array.value().bytes == elements);
    }
  }
  Bytes bad_checksum = file;
  bad_checksum[file.size() - 8] ^= 1;
  CHECK_THAT(refusal(folder.write("crc.gz", bad_checksum)), Catch::Contains("damaged"));
}

TEST_CASE("folders, pipes and missing or locked files are refused without waiting", "[data]") {
  const TemporaryFolder folder;
  CHECK_THAT(refusal(folder.path()), Catch::Contains("is a folder"));
  CHECK_THAT(refusal(folder.path() + "/nothing"), Catch::Contains("cannot read"));
  const std::string pipe = folder.path() + "/pipe";
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  refusal(pipe);
  CHECK_THAT(refusal("/dev/zero"), Catch::Contains("not a regular file"));
  const std::string locked = folder.write("locked", idx_file({1}, {1}));
  REQUIRE(chmod(locked.c_str(), 0) == 0);
  if (geteuid() != 0) CHECK_THAT(refusal(locked), Catch::Contains("cannot read"));
}

TEST_CASE("a folder is found with plain, compressed or dotted names, and inspected by its headers",
          "[data]") {
  for (const bool compressed : {false, true}) {
    const TemporaryFolder folder;
    write_small_dataset(folder, 10, 4, 3, compressed);
    const Result<IdxFacts> facts = inspect_idx_folder(folder.path());
    REQUIRE(facts.ok());
    CHECK(facts.value().sample_shape == Shape{2, 3, 1});
    CHECK(facts.value().train_count == 10);
    CHECK(facts.value().test_count == 4);
    CHECK(facts.value().class_count == 3);
    const std::string ending = compressed ? ".gz" : "";
    std::filesystem::rename(folder.path() + "/train-images-idx3-ubyte" + ending,
                            folder.path() + "/train-images.idx3-ubyte" + ending);
    CHECK(inspect_idx_folder(folder.path()).ok());
  }
}

TEST_CASE("what is missing is named, with the package that has it", "[data]") {
  const TemporaryFolder folder;
  const Result<IdxFolder> empty = find_idx_folder(folder.path());
  REQUIRE_FALSE(empty.ok());
  CHECK_THAT(empty.failure().message, Catch::Contains("train-images-idx3-ubyte"));
  const Result<IdxFolder> debian = find_idx_folder("/usr/share/datasets/no-such-set");
  REQUIRE_FALSE(debian.ok());
  CHECK_THAT(debian.failure().hint, Catch::Contains("`dataset-no-such-set`"));
  CHECK_FALSE(find_idx_folder(folder.write("file", {1})).ok());
  CHECK_FALSE(find_idx_folder("").ok());
}

TEST_CASE("files that do not belong together are refused", "[data]") {
  const TemporaryFolder folder;
  write_small_dataset(folder, 10, 4, 3, false);
  SECTION("fewer labels than images") {
    folder.write("train-labels-idx1-ubyte", idx_file({9}, Bytes(9)));
    CHECK_THAT(inspect_idx_folder(folder.path()).failure().message, Catch::Contains("9 labels"));
  }
  SECTION("test samples of another shape") {
    folder.write("t10k-images-idx3-ubyte", idx_file({4, 3, 2}, Bytes(24)));
    CHECK_THAT(inspect_idx_folder(folder.path()).failure().message, Catch::Contains("3x2x1"));
  }
  SECTION("labels with two axes") {
    folder.write("t10k-labels-idx1-ubyte", idx_file({4, 1}, Bytes(4)));
    CHECK_THAT(inspect_idx_folder(folder.path()).failure().message, Catch::Contains("labels have one"));
  }
  SECTION("images with one axis") {
    folder.write("t10k-images-idx3-ubyte", idx_file({4}, Bytes(4)));
    CHECK_THAT(inspect_idx_folder(folder.path()).failure().message, Catch::Contains("at least two"));
  }
  CHECK_FALSE(load_dataset(plan_for(folder)).ok());
}

TEST_CASE("a data set is loaded with its labels checked against its classes", "[data]") {
  const TemporaryFolder folder;
  write_small_dataset(folder, 10, 4, 3, true);
  DataPlan plan = plan_for(folder);
  const Result<Dataset> data = load_dataset(plan);
  REQUIRE(data.ok());
  CHECK(data.value().classes == std::vector<std::string>{"0", "1", "2"});
  CHECK(data.value().features == 6);
  CHECK(data.value().train.count() == 10);
  CHECK(data.value().test.labels == Bytes{0, 1, 2, 0});
  CHECK(data.value().test.bytes[23] == 3);

  plan.classes = {"a", "b"};
  const Result<Dataset> too_few = load_dataset(plan);
  REQUIRE_FALSE(too_few.ok());
  CHECK_THAT(too_few.failure().message, Catch::Contains("label 3 of"));
  plan.classes = {"a", "b", "c", "d"};
  CHECK(load_dataset(plan).value().classes.size() == 4);
}

TEST_CASE("the identity of a data set is its content, compressed or not", "[data]") {
  const TemporaryFolder plain;
  write_small_dataset(plain, 10, 4, 3, false);
  const TemporaryFolder compressed;
  write_small_dataset(compressed, 10, 4, 3, true);
  const TemporaryFolder other;
  write_small_dataset(other, 10, 5, 3, true);
  const std::string identity = load_dataset(plan_for(plain)).value().sha256;
  CHECK(identity.size() == 64);
  CHECK(load_dataset(plan_for(compressed)).value().sha256 == identity);
  CHECK(load_dataset(plan_for(other)).value().sha256 != identity);
}

TEST_CASE("SHA-256 gives the published digest", "[data]") {
  Sha256 sha;
  const std::string text = "abc";
  sha.add(std::as_bytes(std::span(text).first(1)));
  sha.add(std::as_bytes(std::span(text).subspan(1)));
  CHECK(sha.finish() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("scales are fitted on the named samples as scikit-learn fits them", "[data]") {
  // Columns: 0..90 in steps of 10, constant, and one that only the last sample changes.
  Bytes bytes;
  for (std::uint8_t i = 0; i < 10; ++i) {
    for (const int value : {10 * i, 7, i == 9 ? 255 : 3}) bytes.push_back(static_cast<std::uint8_t>(value));
  }
  const SampleBytes samples{bytes, 3};
  const std::vector<std::uint32_t> fitted = {0, 1, 2, 3, 4, 5, 6, 7, 8};  // not the last
  const std::vector<std::uint32_t> asked = {9, 0, 4};
  std::vector<float> out(9);

  gather(samples, fit_scale(Scale::MinMax, samples, fitted), asked, {0, 3}, out);
  CHECK(out[0] == Approx(90.0 / 80));  // beyond the fitted range: not clipped
  CHECK(out[1] == Approx(0));          // constant: shifted to 0, factor 1
  CHECK(out[2] == Approx(252));
  CHECK(out[3] == Approx(0));
  CHECK(out[6] == Approx(0.5));

  gather(samples, fit_scale(Scale::Standard, samples, fitted), asked, {0, 3}, out);
  const double deviation = std::sqrt(60.0 * 100 / 9);  // of 0..80: mean of (i - 4)^2 x 100
  CHECK(out[0] == Approx(50 / deviation));
  CHECK(out[3] == Approx(-40 / deviation));
  CHECK(out[6] == Approx(0).margin(1e-6));
  CHECK(out[1] == Approx(0));
  CHECK(out[2] == Approx(252));

  gather(samples, fit_scale(Scale::Unit, samples, fitted), asked, {0, 3}, out);
  CHECK(out[2] == Approx(1));
  gather(samples, fit_scale(Scale::None, samples, fitted), asked, {0, 3}, out);
  CHECK(out[0] == 90);
}

TEST_CASE("the deviation stays exact over more samples than one block of sums", "[data]") {
  Bytes bytes(200'000);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = i % 2 == 0 ? 255 : 254;
  const SampleBytes samples{bytes, 1};
  std::vector<std::uint32_t> all(bytes.size());
  std::iota(all.begin(), all.end(), 0U);
  const FittedScale scale = fit_scale(Scale::Standard, samples, all);
  CHECK(scale.offset[0] == 254.5F);
  CHECK(scale.factor[0] == 2.0F);
}

TEST_CASE("gathering a batch allocates nothing and gives the same bits on every path", "[data]") {
  const Bytes bytes = counting(40 * 131);
  const SampleBytes samples{bytes, 131};
  std::vector<std::uint32_t> all(40);
  std::iota(all.begin(), all.end(), 0U);
  const FittedScale scale = fit_scale(Scale::Standard, samples, all);
  std::vector<float> out(40 * 131);
  reset_allocations();
  gather(samples, scale, all, {0, 131}, out);
  prefetch(samples, all, {0, 131});
  const std::size_t count = allocations().count;
  CHECK(count == 0);
  for (std::size_t i = 0; i < out.size(); ++i) {
    REQUIRE(out[i] == (static_cast<float>(bytes[i]) - scale.offset[i % 131]) * scale.factor[i % 131]);
  }
}

TEST_CASE("a range of features is gathered into its own places only", "[data]") {
  const Bytes bytes = counting(5 * 131);
  const SampleBytes samples{bytes, 131};
  const std::vector<std::uint32_t> asked = {4, 0, 3};
  const FittedScale scale = fit_scale(Scale::Standard, samples, asked);
  std::vector<float> whole(asked.size() * 131);
  gather(samples, scale, asked, {0, 131}, whole);
  for (const FeatureRange range : {FeatureRange{0, 64}, {64, 131}, {7, 8}, {130, 131}, {50, 50}}) {
    std::vector<float> out(whole.size(), -9.0F);
    gather(samples, scale, asked, range, out);
    for (std::size_t i = 0; i < out.size(); ++i) {
      const bool inside = i % 131 >= range.begin && i % 131 < range.end;
      REQUIRE(out[i] == (inside ? whole[i] : -9.0F));
    }
  }
}

TEST_CASE("Fashion-MNIST as Debian packages it loads", "[data]") {
  DataPlan plan;
  plan.directory = "/usr/share/datasets/fashion-mnist";
  if (!std::filesystem::exists(plan.directory)) FAIL("the package dataset-fashion-mnist is not installed");
  const Result<Dataset> data = load_dataset(plan);
  REQUIRE(data.ok());
  CHECK(data.value().sample_shape == Shape{28, 28, 1});
  CHECK(data.value().train.count() == 60000);
  CHECK(data.value().test.count() == 10000);
  CHECK(data.value().classes.size() == 10);
}
