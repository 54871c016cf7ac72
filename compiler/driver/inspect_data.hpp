// What the checker may know of a data folder, through the runtime's readers.
#pragma once

#include <string>

#include "compiler/lower/study.hpp"

namespace nnc {

// Shapes and counts from the headers, the number of classes from the labels.
Result<DataFacts> inspect_data(const std::string& directory);

}  // namespace nnc
