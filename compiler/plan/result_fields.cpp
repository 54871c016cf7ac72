// See result_fields.hpp.
#include "compiler/plan/result_fields.hpp"

#include <algorithm>

namespace nnc {
namespace {

constexpr ResultFieldInfo kResultFields[] = {
#define NNC_RESULT_FIELD(enumerator, name, type, form, readable) \
  {ResultField::enumerator, name, ResultFieldInfo::Type::type, NumberForm::form, readable},
#define NNC_METRIC_FIELD(name, form, readable)
#include "compiler/plan/result_fields.def"
#undef NNC_METRIC_FIELD
#undef NNC_RESULT_FIELD
};

constexpr MetricFieldInfo kMetricFields[] = {
#define NNC_RESULT_FIELD(enumerator, name, type, form, readable)
#define NNC_METRIC_FIELD(name, form, readable) {name, NumberForm::form, readable},
#include "compiler/plan/result_fields.def"
#undef NNC_METRIC_FIELD
#undef NNC_RESULT_FIELD
};

// Where `word` stands in `name` with nothing but underscores around it; npos if nowhere.
std::size_t find_word(std::string_view name, std::string_view word) {
  for (std::size_t at = name.find(word); at != std::string_view::npos; at = name.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || name[at - 1] == '_') && (end == name.size() || name[end] == '_')) return at;
  }
  return std::string_view::npos;
}

}  // namespace

std::span<const ResultFieldInfo> result_fields() { return kResultFields; }

const ResultFieldInfo* find_result_field(std::string_view name) {
  const auto* found = std::ranges::find(kResultFields, name, &ResultFieldInfo::name);
  return found == std::end(kResultFields) ? nullptr : found;
}

KnownMetric find_known_metric(std::string_view name) {
  for (const MetricFieldInfo& metric : kMetricFields) {
    const std::size_t at = find_word(name, metric.name);
    if (at != std::string_view::npos) return {&metric, at};
  }
  return {};
}

}  // namespace nnc
