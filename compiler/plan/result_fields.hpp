// The names by which programs and reports speak of results: "test.accuracy", "seconds". One table, read by
// the checker, which knows what may be named, and by the report, which knows where it stands in a record.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace nnc {

// How a number is written.
enum class NumberForm : std::uint8_t {
  Percent,  // 88.85 %
  Score,    // 0.9912: metrics between 0 and 1
  Loss,     // four significant digits
  Seconds,  // 4.2 ms, 11.9 s, 3 min 05 s, 2 h 07 min
  Count,    // 203,530
  Plain,    // the shortest form that reads back
};

// The parts of the data that have metrics; "fitted" is the finished model on the samples it was trained on.
inline constexpr std::array<std::string_view, 4> kResultParts = {"train", "valid", "fitted", "test"};

// What every trial has beside its sweep axes and metrics.
enum class ResultField : std::uint8_t {
#define NNC_RESULT_FIELD(enumerator, name, type, form, readable) enumerator,
#define NNC_METRIC_FIELD(name, form, readable)
#include "compiler/plan/result_fields.def"
#undef NNC_METRIC_FIELD
#undef NNC_RESULT_FIELD
};

struct ResultFieldInfo {
  enum class Type : std::uint8_t { Int, Float, Word };
  ResultField field;
  std::string_view name;
  Type type;
  NumberForm form;
  std::string_view readable;
};
std::span<const ResultFieldInfo> result_fields();
// Null if there is none of that name.
const ResultFieldInfo* find_result_field(std::string_view name);

struct MetricFieldInfo {
  std::string_view name;
  NumberForm form;
  std::string_view readable;
};

// The known metric that a metric's name speaks of, and where: "f1_macro" is f1 at 0, "top_accuracy" accuracy
// at 4.
struct KnownMetric {
  const MetricFieldInfo* metric = nullptr;
  std::size_t at = 0;
};
KnownMetric find_known_metric(std::string_view name);

}  // namespace nnc
