// Facts of a data folder, and the table of native metrics. In: a path. Out: what the compiler asks for.
#include "compiler/driver/inspect_data.hpp"

#include <sstream>

#include "runtime/data/idx.hpp"
#include "runtime/metrics/metrics.hpp"

namespace nnc {

InspectedData inspect_data(const std::string& directory) {
  if (const auto folder = rt::find_idx_folder(directory); !folder) {
    return DataProblem{DataProblem::Kind::Missing, folder.failure()};
  }
  const Result<rt::IdxFacts> read = rt::inspect_idx_folder(directory);
  if (!read) return DataProblem{DataProblem::Kind::Damaged, read.failure()};
  const rt::IdxFacts& facts = read.value();
  return DataFacts{facts.sample_shape, facts.train_count, facts.test_count, facts.class_count};
}

std::vector<NativeMetric> native_metrics() {
  std::vector<NativeMetric> metrics;
  for (const rt::MetricInfo& info : rt::all_metrics()) {
    NativeMetric metric{std::string(info.name), {}};
    std::istringstream variants{std::string(info.variants)};
    for (std::string variant; variants >> variant;) metric.variants.push_back(variant);
    metrics.push_back(std::move(metric));
  }
  return metrics;
}

}  // namespace nnc
