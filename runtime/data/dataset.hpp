// A data set in memory: training and test samples as stored bytes with their labels, checked.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/base/result.hpp"
#include "compiler/plan/study_plan.hpp"
#include "runtime/data/scale.hpp"

namespace nnc::rt {

// Samples and their labels, as many of one as of the other, at least one.
struct DataPart {
  std::vector<std::uint8_t> bytes;   // count x features
  std::vector<std::uint8_t> labels;  // below the number of classes

  [[nodiscard]] std::size_t count() const { return labels.size(); }
};

struct Dataset {
  Shape sample_shape;  // [height, width, channels], or as the files have it
  std::size_t features = 0;
  DataPart train;
  DataPart test;
  std::vector<std::string> classes;  // as declared, or "0", "1", ...
  std::string sha256;                // of the four contents (uncompressed), train images first

  [[nodiscard]] SampleBytes train_samples() const { return {train.bytes, features}; }
};

// Reads the four files of plan.directory. The declared classes (or plan.class_count) bound the labels;
// without either, there are as many classes as the labels say.
Result<Dataset> load_dataset(const DataPlan& plan);

// The same for those who look at one side only: the other is empty, and there is no sha256.
enum class DataSide : std::uint8_t { Train, Test };
Result<Dataset> load_part_of_dataset(const DataPlan& plan, DataSide side);

}  // namespace nnc::rt
