// What a trained model said about every sample of one part, as a NumPy file beside the record.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/result.hpp"
#include "runtime/record/record.hpp"

namespace nnc::rt {

struct Predictions {
  std::vector<std::uint32_t> samples;  // their places in the files: of the training part for "valid"
  std::vector<std::int32_t> labels;
  std::vector<float> scores;  // samples x columns
  std::size_t columns = 0;
};

// "predictions/<identity>.test.npy", relative to the folder of the run. Named by the identity of the trial
// (TrialRecord::identity), not by its id: equal trials share the file, and a changed program never reads an
// old one.
std::string predictions_path(const std::string& identity, std::string_view part);

// The content of the file: one array with the fields `sample`, `label` and `scores`, as numpy.load reads it.
// Equal predictions give equal bytes.
std::string predictions_content(const Predictions& predictions);

// Fails for every file that does not have exactly such a content; labels are 0..255, and every row has at
// least one score.
Result<Predictions> read_predictions(const std::string& path);

// The predictions of a trial on "test" or "valid".
using LoadPredictions = std::function<Result<Predictions>(const TrialRecord& trial, std::string_view part)>;

}  // namespace nnc::rt
