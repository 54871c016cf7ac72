// The table of scales. In: a scale or a word. Out: the other of the two.
#include "compiler/plan/scale_name.hpp"

namespace nnc {
namespace {

struct ScaleWord {
  Scale scale;
  std::string_view word;
};

constexpr ScaleWord kScales[] = {
    {Scale::None, "none"},
    {Scale::Unit, "unit"},
    {Scale::MinMax, "minmax"},
    {Scale::Standard, "standard"},
};

}  // namespace

std::string_view scale_name(Scale scale) {
  for (const ScaleWord& entry : kScales) {
    if (entry.scale == scale) return entry.word;
  }
  return "none";
}

const std::vector<std::string>& scale_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> words;
    for (const ScaleWord& entry : kScales) words.emplace_back(entry.word);
    return words;
  }();
  return names;
}

std::optional<Scale> find_scale(std::string_view name) {
  for (const ScaleWord& entry : kScales) {
    if (entry.word == name) return entry.scale;
  }
  return std::nullopt;
}

}  // namespace nnc
