// Named tensors as bytes, in the safetensors format: eight bytes with the length of a JSON header, the
// header, the data. Other programs read it (Python: safetensors.numpy.load_file).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/result.hpp"

namespace nnc::rt {

struct TensorFile {
  enum class Type : std::uint8_t { F32, F64, I32 };
  struct Tensor {
    std::string name;  // each once
    Type type = Type::F32;
    std::vector<std::int64_t> shape;
    std::span<const std::byte>
        data;  // shape x type bytes; of read_tensor_file, within the content it was given
  };
  std::vector<Tensor> tensors;  // in the order of their data
  std::map<std::string, std::string> metadata;
};

// Equal files give equal bytes.
std::string tensor_file_content(const TensorFile& file);
// Believes nothing: fails for every content with wrong, overlapping or missing parts. `content` must outlive
// the result.
Result<TensorFile> read_tensor_file(std::string_view content);
// How large a content is that begins so; empty if none does, or if its header is longer than the beginning.
std::optional<std::uint64_t> tensor_file_size(std::string_view beginning);

}  // namespace nnc::rt
