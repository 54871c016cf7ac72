// Good and bad files for the tests of reading data.
#include "tests/unit/data_files.hpp"

#include <stdlib.h>
#include <zlib.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace nnc::test {

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "nnc-test-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code error;
  std::filesystem::remove_all(path_, error);
}

std::string TemporaryFolder::write(const std::string& name, const Bytes& content) const {
  const std::string path = path_ + "/" + name;
  std::ofstream out(path, std::ios::binary);
  for (const std::uint8_t byte : content) out.put(static_cast<char>(byte));
  return path;
}

Bytes idx_header(const std::vector<std::uint32_t>& sizes, std::uint8_t type) {
  Bytes bytes = {0, 0, type, static_cast<std::uint8_t>(sizes.size())};
  for (const std::uint32_t size : sizes) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(size >> shift));
  }
  return bytes;
}

Bytes idx_file(const std::vector<std::uint32_t>& sizes, const Bytes& elements) {
  return idx_header(sizes) + elements;
}

Bytes gzip(const Bytes& content) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("deflate");
  }
  Bytes out(deflateBound(&stream, content.size()));
  Bytes in = content;
  stream.next_in = in.data();
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) throw std::runtime_error("deflate");
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

Bytes operator+(Bytes first, const Bytes& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

void write_small_dataset(const TemporaryFolder& folder, std::uint32_t train, std::uint32_t test, int classes,
                         bool compressed) {
  const auto write_half = [&](const std::string& stem, std::uint32_t count) {
    Bytes pixels;
    Bytes labels;
    for (std::uint32_t i = 0; i < count; ++i) {
      for (int pixel = 0; pixel < 6; ++pixel) pixels.push_back(static_cast<std::uint8_t>(i));
      labels.push_back(static_cast<std::uint8_t>(i % static_cast<std::uint32_t>(classes)));
    }
    const Bytes images_file = idx_file({count, 2, 3}, pixels);
    const Bytes labels_file = idx_file({count}, labels);
    const std::string ending = compressed ? ".gz" : "";
    folder.write(stem + "-images-idx3-ubyte" + ending, compressed ? gzip(images_file) : images_file);
    folder.write(stem + "-labels-idx1-ubyte" + ending, compressed ? gzip(labels_file) : labels_file);
  };
  write_half("train", train);
  write_half("t10k", test);
}

}  // namespace nnc::test
