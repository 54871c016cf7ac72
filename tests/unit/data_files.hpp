// Makes files to read: good and bad IDX files, plain and gzip, in a temporary folder that goes away with its
// object.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace nnc::test {

using Bytes = std::vector<std::uint8_t>;

class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  // Writes a file and gives its path.
  std::string write(const std::string& name, const Bytes& content) const;

 private:
  std::string path_;
};

// Magic number and sizes.
Bytes idx_header(const std::vector<std::uint32_t>& sizes, std::uint8_t type = 0x08);
Bytes idx_file(const std::vector<std::uint32_t>& sizes, const Bytes& elements);
// One gzip member.
Bytes gzip(const Bytes& content);
Bytes operator+(Bytes first, const Bytes& second);

// A folder with a small data set: images of 2 x 3 whose pixels all are the sample's number, labels counting
// modulo `classes`.
void write_small_dataset(const TemporaryFolder& folder, std::uint32_t train, std::uint32_t test, int classes,
                         bool compressed);

}  // namespace nnc::test
