// See tensor_file.hpp. In, reading: bytes from a disk, trusted in nothing; they bound what is allocated.
#include "runtime/store/tensor_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <unordered_set>

#include "compiler/base/check.hpp"

namespace nnc::rt {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;  // for writing: looking something up in it takes long

static_assert(std::endian::native == std::endian::little, "the format is little-endian");

constexpr std::size_t kPrefix = 8;     // the length of the header
constexpr std::size_t kAlignment = 8;  // of the data within the file
constexpr std::uint64_t kMaxHeader = std::uint64_t{16} << 20;
constexpr const char* kMetadata = "__metadata__";

struct TypeWords {
  TensorFile::Type type;
  const char* name;
  std::uint64_t bytes;
};
constexpr TypeWords kTypes[] = {
    {TensorFile::Type::F32, "F32", 4},
    {TensorFile::Type::F64, "F64", 8},
    {TensorFile::Type::I32, "I32", 4},
};

const TypeWords& words(TensorFile::Type type) { return kTypes[static_cast<std::size_t>(type)]; }

// Empty if it is not a number of bytes.
std::optional<std::uint64_t> bytes_of(TensorFile::Type type, const std::vector<std::int64_t>& shape) {
  std::uint64_t bytes = words(type).bytes;
  bool empty = false;
  for (const std::int64_t size : shape) {
    if (size < 0) return std::nullopt;
    empty = empty || size == 0;
    if (size != 0 && __builtin_mul_overflow(bytes, static_cast<std::uint64_t>(size), &bytes))
      return std::nullopt;
  }
  return empty ? 0 : bytes;
}

Failure wrong(const std::string& what) {
  return {fmt::format("the file of tensors is damaged: {}", what), "the next run makes it again"};
}

// A tensor with its place behind the header.
struct Placed {
  TensorFile::Tensor tensor;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

// Looks only at the names of objects, because the parser would take the last of several values without a
// word.
class NamesOnce : public nlohmann::json_sax<json> {
 public:
  bool key(std::string& name) override { return names_.back().insert(name).second; }
  bool start_object(std::size_t) override {
    names_.emplace_back();
    return names_.size() <= kMaxDepth;
  }
  bool end_object() override {
    names_.pop_back();
    return true;
  }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(std::int64_t) override { return true; }
  bool number_unsigned(std::uint64_t) override { return true; }
  bool number_float(double, const std::string&) override { return true; }
  bool string(std::string&) override { return true; }
  bool binary(json::binary_t&) override { return true; }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

 private:
  static constexpr std::size_t kMaxDepth = 2;           // the header, and a tensor or the metadata
  std::vector<std::unordered_set<std::string>> names_;  // per object around the present place
};

// The header as JSON; empty if it is none or says something twice.
std::optional<json> parse_header(std::string_view text) {
  NamesOnce names;
  if (!json::sax_parse(text.begin(), text.end(), &names)) return std::nullopt;
  json header = json::parse(text.begin(), text.end(), nullptr, false);
  if (!header.is_object()) return std::nullopt;
  return header;
}

bool read_numbers(const json& list, std::vector<std::int64_t>& out) {
  if (!list.is_array()) return false;
  for (const json& item : list) {
    if (!item.is_number_unsigned()) return false;
    const auto number = item.get<std::uint64_t>();
    if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return false;
    out.push_back(static_cast<std::int64_t>(number));
  }
  return true;
}

std::optional<Placed> read_tensor(const std::string& name, const json& entry) {
  if (!entry.is_object() || entry.size() != 3) return std::nullopt;
  const auto type = entry.find("dtype");
  const auto shape = entry.find("shape");
  const auto offsets = entry.find("data_offsets");
  if (type == entry.end() || shape == entry.end() || offsets == entry.end()) return std::nullopt;
  const auto* known = std::find_if(std::begin(kTypes), std::end(kTypes),
                                   [&](const TypeWords& candidate) { return *type == candidate.name; });
  Placed placed;
  std::vector<std::int64_t> place;
  if (known == std::end(kTypes) || !read_numbers(*shape, placed.tensor.shape)) return std::nullopt;
  if (!read_numbers(*offsets, place) || place.size() != 2) return std::nullopt;
  placed.tensor.name = name;
  placed.tensor.type = known->type;
  placed.begin = static_cast<std::uint64_t>(place[0]);
  placed.end = static_cast<std::uint64_t>(place[1]);
  const std::optional<std::uint64_t> bytes = bytes_of(known->type, placed.tensor.shape);
  if (placed.end < placed.begin || bytes != placed.end - placed.begin) return std::nullopt;
  return placed;
}

bool read_metadata(const json& entry, std::map<std::string, std::string>& out) {
  if (!entry.is_object()) return false;
  for (const auto& [key, value] : entry.items()) {
    if (!value.is_string()) return false;
    out[key] = value.get<std::string>();
  }
  return true;
}

// Gives each its part of the data, which they must fill from beginning to end.
bool place_all(std::vector<Placed>& tensors, std::string_view data) {
  std::stable_sort(tensors.begin(), tensors.end(), [](const Placed& left, const Placed& right) {
    return std::pair(left.begin, left.end) < std::pair(right.begin, right.end);
  });
  std::uint64_t at = 0;
  for (Placed& placed : tensors) {
    if (placed.begin != at || placed.end > data.size()) return false;
    placed.tensor.data = std::as_bytes(std::span(data).subspan(placed.begin, placed.end - placed.begin));
    at = placed.end;
  }
  return at == data.size();
}

// Behind the length; empty if that says more than there is.
std::optional<std::string_view> header_text(std::string_view content) {
  std::uint64_t length = 0;
  if (content.size() < kPrefix) return std::nullopt;
  std::memcpy(&length, content.data(), kPrefix);
  if (length > kMaxHeader || length > content.size() - kPrefix) return std::nullopt;
  return content.substr(kPrefix, length);
}

ordered_json header_of(const TensorFile& file) {
  ordered_json header = ordered_json::object();
  if (!file.metadata.empty()) header[kMetadata] = file.metadata;
  std::uint64_t at = 0;
  for (const TensorFile::Tensor& tensor : file.tensors) {
    NNC_CHECK(bytes_of(tensor.type, tensor.shape) == tensor.data.size(), tensor.name);
    NNC_CHECK(tensor.name != kMetadata && !header.contains(tensor.name), tensor.name);
    const std::uint64_t end = at + tensor.data.size();
    header[tensor.name] = {
        {"dtype", words(tensor.type).name}, {"shape", tensor.shape}, {"data_offsets", {at, end}}};
    at = end;
  }
  return header;
}

}  // namespace

std::string tensor_file_content(const TensorFile& file) {
  std::string header = header_of(file).dump(-1, ' ', false, ordered_json::error_handler_t::replace);
  header.resize((header.size() + kAlignment - 1) / kAlignment * kAlignment, ' ');
  std::size_t total = kPrefix + header.size();
  for (const TensorFile::Tensor& tensor : file.tensors) total += tensor.data.size();
  const std::uint64_t length = header.size();
  std::string content;
  content.reserve(total);
  content.append(reinterpret_cast<const char*>(&length), kPrefix);
  content += header;
  for (const TensorFile::Tensor& tensor : file.tensors) {
    content.append(reinterpret_cast<const char*>(tensor.data.data()), tensor.data.size());
  }
  return content;
}

Result<TensorFile> read_tensor_file(std::string_view content) {
  if (content.size() < kPrefix) return wrong("it is too short");
  const std::optional<std::string_view> text = header_text(content);
  if (!text) return wrong("its header is longer than it may be");
  const std::optional<json> header = text->starts_with('{') ? parse_header(*text) : std::nullopt;
  if (!header) return wrong("its header cannot be read");

  TensorFile file;
  std::vector<Placed> placed;
  for (const auto& [name, entry] : header->items()) {
    if (name == kMetadata) {
      if (!read_metadata(entry, file.metadata)) return wrong("its metadata are not texts");
      continue;
    }
    std::optional<Placed> tensor = read_tensor(name, entry);
    if (!tensor) return wrong("its header describes a tensor that cannot be");
    placed.push_back(std::move(*tensor));
  }
  if (!place_all(placed, content.substr(kPrefix + text->size())))
    return wrong("its tensors do not fill its data");
  for (Placed& tensor : placed) file.tensors.push_back(std::move(tensor.tensor));
  return file;
}

std::optional<std::uint64_t> tensor_file_size(std::string_view beginning) {
  const std::optional<std::string_view> text = header_text(beginning);
  const std::optional<json> header = text && text->starts_with('{') ? parse_header(*text) : std::nullopt;
  if (!header) return std::nullopt;
  std::uint64_t end = 0;
  for (const auto& [name, entry] : header->items()) {
    if (name == kMetadata) continue;
    const std::optional<Placed> tensor = read_tensor(name, entry);
    if (!tensor) return std::nullopt;
    end = std::max(end, tensor->end);
  }
  return kPrefix + text->size() + end;
}

}  // namespace nnc::rt
