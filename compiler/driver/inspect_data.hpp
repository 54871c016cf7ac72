// What the checker may know of the runtime: a data folder through its readers, and the metrics that it
// computes.
#pragma once

#include <string>
#include <vector>

#include "compiler/lower/study.hpp"

namespace nnc {

// Shapes and counts from the headers, the number of classes from the labels.
InspectedData inspect_data(const std::string& directory);
// Every computation that a metric may name, with its variants.
std::vector<NativeMetric> native_metrics();

}  // namespace nnc
