// What a trained model said about every sample of one part, as a NumPy file beside the record.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
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

// The content of the file: one array with the fields `sample`, `label` and `scores`, as numpy.load reads it.
// Equal predictions give equal bytes.
std::string predictions_content(const Predictions& predictions);

// Fails for everything that is not exactly such a content; labels are 0..255, and every row has at least one
// score. `place` is for messages.
Result<Predictions> read_predictions(std::string_view content, const std::string& place);

// How large a content is that begins so; empty if none does. The first KiB is enough.
std::optional<std::uint64_t> predictions_size(std::string_view beginning);

// The predictions of a trial on "test" or "valid".
using LoadPredictions = std::function<Result<Predictions>(const TrialRecord& trial, std::string_view part)>;

}  // namespace nnc::rt
