// Writing and checking files of predictions. In: a folder, records. Out: files, and whether they are
// the right ones.
#include "runtime/train/prediction_files.hpp"

#include <filesystem>
#include <span>
#include <system_error>

#include "runtime/data/sha256.hpp"

namespace nnc::rt {
namespace {

namespace fs = std::filesystem;

std::string hash_of(const std::string& content) {
  Sha256 sha;
  sha.add(std::as_bytes(std::span(content)));
  return sha.finish();
}

fs::path file_of(const std::string& folder, const TrialRecord& record, const std::string& part) {
  return fs::path(folder) / predictions_path(record.identity, part);
}

}  // namespace

Result<Predictions> recorded_predictions(const std::string& folder, const std::string& part,
                                         const TrialRecord& record) {
  const std::string path = file_of(folder, record, part).string();
  Result<Predictions> read = read_predictions(path);
  if (!read) return read;
  const auto recorded = record.predictions.find(part);
  if (recorded == record.predictions.end() ||
      hash_of(predictions_content(read.value())) != recorded->second) {
    return Failure{"`" + path + "` is not what the run wrote", "run the file again"};
  }
  return read;
}

Status store_predictions(const std::string& folder, const std::string& part, const Predictions& predictions,
                         TrialRecord& record) {
  const fs::path path = file_of(folder, record, part);
  std::error_code error;
  fs::create_directories(path.parent_path(), error);  // if that fails, writing says why
  const std::string content = predictions_content(predictions);
  if (Status written = write_file_atomically(path.string(), content); !written) return written;
  record.predictions[part] = hash_of(content);
  return Done{};
}

bool take_over(const TrialRecord& known, const std::string& folder, TrialRecord& record) {
  if (!folder.empty() && known.finished()) {
    for (const char* const part : {"valid", "test"}) {
      if (known.samples.count(part) != 0 && !recorded_predictions(folder, part, known)) return false;
    }
    record.predictions = known.predictions;
  }
  record.status = known.status == TrialStatus::Done ? TrialStatus::Cached : known.status;
  record.reason = known.reason;
  record.epochs = known.epochs;
  record.steps_trained = known.steps_trained;
  record.metrics = known.metrics;
  record.history = known.history;
  record.samples = known.samples;
  record.seconds_train = known.seconds_train;
  record.seconds_evaluate = known.seconds_evaluate;
  record.weights_sha256 = known.weights_sha256;
  return true;
}

}  // namespace nnc::rt
