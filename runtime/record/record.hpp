// What a run leaves behind: the versioned record of every trial, as results.json and the report read it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "compiler/base/result.hpp"
#include "compiler/plan/study_plan.hpp"

namespace nnc::rt {

inline constexpr int kRecordSchema = 1;

enum class TrialStatus : std::uint8_t { Done, Failed, Diverged, Cached };
inline constexpr TrialStatus kAllStatuses[] = {TrialStatus::Done, TrialStatus::Failed, TrialStatus::Diverged,
                                               TrialStatus::Cached};
// "done", "failed", "diverged", "cached": in files and for readers.
const char* status_word(TrialStatus status);

struct TrialRecord {
  std::string id;
  std::string experiment;
  std::vector<std::pair<std::string, ParameterValue>> params;
  std::uint64_t seed = 0;
  std::optional<int> fold;
  TrialStatus status = TrialStatus::Done;
  std::string reason;  // why it failed or diverged
  std::string model;
  std::string data;
  std::string loss;
  std::string optimizer;
  std::int64_t batch = 0;
  std::int64_t parameters = 0;
  std::int64_t epochs = 0;
  std::int64_t steps_trained = 0;
  std::map<std::string, double>
      metrics;  // "test.accuracy"; "train.accuracy" is the last epoch's running mean
  std::map<std::string, std::vector<double>> history;  // per epoch: "train.loss", "train.accuracy"
  std::map<std::string, Direction> directions;         // per metric name without its split: "accuracy"
  double seconds_train = 0;
  double seconds_evaluate = 0;
  std::string weights_sha256;
  std::vector<LayerSummary> layers;

  // Done, or taken from an earlier run.
  [[nodiscard]] bool finished() const { return status == TrialStatus::Done || status == TrialStatus::Cached; }
};

// A few raw samples of a data set, for image grids: 8-bit, height x width x channels.
struct SampleImages {
  std::string data;
  bool train = true;
  int height = 0;
  int width = 0;
  int channels = 0;
  std::vector<std::vector<std::uint8_t>> pixels;
  std::vector<int> labels;
  std::vector<std::string> class_names;  // per sample
};

struct DataRecord {
  std::string name;
  std::string folder;
  std::int64_t train_count = 0;
  std::int64_t test_count = 0;
  Shape sample_shape;
  std::vector<std::string> classes;
  std::string scale;
  std::string sha256;  // of the four files' contents
};

struct RunRecord {
  int schema = kRecordSchema;
  std::string file;
  std::string nnc_version;
  std::string source_text;
  std::string command;
  std::string machine;  // "AMD EPYC, 2 cores"
  std::string date;     // ISO 8601, UTC
  double seconds = 0;
  std::vector<DataRecord> data;
  std::vector<TrialRecord> trials;
  std::vector<SampleImages> samples;
};

// results.json: the contract. Numbers that are not finite are null. Keys are sorted; timing fields are only
// "seconds" (of the run and of each trial), "date" and "machine".
std::string results_json(const RunRecord& record);

// record.json: everything the report needs, complete and readable again.
std::string record_json(const RunRecord& record);
Result<RunRecord> read_record(const std::string& json_text);

// Writes a file so that a reader sees the old or the new content and never a part: temporary file, fsync,
// rename.
Status write_file_atomically(const std::string& path, const std::string& content);

}  // namespace nnc::rt
