// The IDX format of MNIST (big-endian header, then bytes), plain or gzip. Nothing in a file is believed
// before it is checked against the file's size: no allocation is larger than what the file can hold.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/base/result.hpp"
#include "compiler/types/shape.hpp"

namespace nnc::rt {

// One IDX file of unsigned bytes (type 0x08).
struct IdxArray {
  std::vector<std::int64_t> sizes;  // slowest first
  std::vector<std::uint8_t> bytes;
};

// Only the header: sizes, checked like the whole file would be as far as that is possible without reading it.
struct IdxHeader {
  std::vector<std::int64_t> sizes;
};

Result<IdxArray> read_idx(const std::string& path);
Result<IdxHeader> read_idx_header(const std::string& path);

// The four files of a folder, resolved to what is there (with or without .gz).
struct IdxFolder {
  std::string train_images;
  std::string train_labels;
  std::string test_images;
  std::string test_labels;
};
// Failure names what is missing; for Debian's folders of data sets the hint names the package to install.
Result<IdxFolder> find_idx_folder(const std::string& directory);

// What a declaration needs to be checked: shapes and counts from the headers; of the contents, only the
// labels are read.
struct IdxFacts {
  Shape sample_shape;  // [height, width, 1] for images of rank 3; the other axes as they are for higher ranks
  std::int64_t train_count = 0;
  std::int64_t test_count = 0;
  int class_count = 0;  // the largest label + 1
};
Result<IdxFacts> inspect_idx_folder(const std::string& directory);

}  // namespace nnc::rt
