// record.json: a record as text, and back. Every struct has one list of fields that both directions walk, so
// that they cannot drift apart. A field of a trial that came later says since which schema it is there. In,
// reading: text from a disk, trusted in nothing. Out: a record, or the
// first field that is missing or of the wrong kind.
#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <type_traits>

#include "runtime/record/json_values.hpp"

namespace nnc::rt {
namespace {

using nlohmann::json;

constexpr const char* kSchemaField = "schema";

// ---------------------------------------------------------------- the fields of everything that is recorded

void fields(auto& io, LayerSummary& layer) {
  io("name", layer.name);
  io("kind", layer.kind);
  io("call", layer.call);
  io("depth", layer.depth);
  io("output", layer.output);
  io("parameters", layer.parameters);
  io("other_parameters", layer.other_parameters);
}

void fields(auto& io, TrialRecord& trial) {
  io("id", trial.id);
  io("identity", trial.identity);
  io("identity_fields", trial.identity_fields);
  io("base", trial.base);
  io("state", trial.state);
  io("experiment", trial.experiment);
  io("params", trial.params);
  io("seed", trial.seed);
  io("fold", trial.fold);
  io("refit", trial.refit);
  io("status", trial.status);
  io("reason", trial.reason);
  io("model", trial.model);
  io("data", trial.data);
  io("loss", trial.loss);
  io("optimizer", trial.optimizer);
  io("schedule", trial.schedule);
  io("batch", trial.batch);
  io("parameters", trial.parameters);
  io("epochs", trial.epochs);
  io("kept_epoch", trial.kept_epoch);
  io("steps_trained", trial.steps_trained);
  io("metrics", trial.metrics);
  io("history", trial.history);
  io("samples", trial.samples);
  io("directions", trial.directions);
  io("seconds_train", trial.seconds_train);
  io("seconds_evaluate", trial.seconds_evaluate);
  io("weights_sha256", trial.weights_sha256);
  io("weights_file", trial.weights_file);
  io("predictions", trial.predictions);
  io("layers", trial.layers);
  io.optional("date", trial.date);
  io.optional("rates", trial.rates);
}

void fields(auto& io, SampleImages& images) {
  io("data", images.data);
  io("train", images.train);
  io("height", images.height);
  io("width", images.width);
  io("channels", images.channels);
  io("pixels", images.pixels);
  io("labels", images.labels);
  io("class_names", images.class_names);
}

void fields(auto& io, DataRecord& data) {
  io("name", data.name);
  io("folder", data.folder);
  io("train_count", data.train_count);
  io("test_count", data.test_count);
  io("sample_shape", data.sample_shape);
  io("classes", data.classes);
  io("scale", data.scale);
  io("sha256", data.sha256);
}

void fields(auto& io, SelectionRecord& selection) {
  io("experiment", selection.experiment);
  io("by", selection.by);
  io("params", selection.params);
  io("score", selection.score);
  io("deviation", selection.deviation);
}

void fields(auto& io, WorkRecord& work) {
  io("declared", work.declared);
  io("distinct", work.distinct);
  io("known", work.known);
  io("stages", work.stages);
  io("epochs_declared", work.epochs_declared);
  io("epochs_planned", work.epochs_planned);
  io("steps_trained", work.steps_trained);
  io("memory_bytes", work.memory_bytes);
}

void fields(auto& io, ClaimRecord& claim) {
  io("text", claim.text);
  io("condition", claim.condition);
  io("verdict", claim.verdict);
  io("evidence", claim.evidence);
}

void fields(auto& io, RunRecord& record) {
  io("schema", record.schema);
  io("file", record.file);
  io("nnc", record.nnc_version);
  io("source_text", record.source_text);
  io("command", record.command);
  io("machine", record.machine);
  io("date", record.date);
  io("seconds", record.seconds);
  io("store", record.store);
  io("data", record.data);
  io("expected_trials", record.expected_trials);
  io("work", record.work);
  io("trials", record.trials);
  io("selections", record.selections);
  io("claims", record.claims);
  io("problems", record.problems);
  io("smoke", record.smoke);
  io("samples", record.samples);
}

// ---------------------------------------------------------------- writing

struct Writer {
  json object = json::object();

  template <class T>
  void operator()(const char* name, T& value, int /*since*/ = 1) {
    object[name] = to_json_value(value);
  }
  // What may be lacking, also in record.json: what is empty is not written, and what is not there is empty.
  template <class T>
  void optional(const char* name, T& value) {
    if (!value.empty()) (*this)(name, value);
  }

  template <class T>
  static json to_json_value(T& value) {
    if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, std::string>) {
      return value;
    } else {
      Writer writer;
      fields(writer, value);
      return std::move(writer.object);
    }
  }
  static json to_json_value(Shape& shape) { return shape.sizes(); }
  static json to_json_value(TrialStatus status) { return status_word(status); }
  static json to_json_value(Verdict verdict) { return verdict_word(verdict); }
  static json to_json_value(Direction direction) { return direction_word(direction); }
  static json to_json_value(ParameterValue& value) { return parameter_json(value); }
  template <class T>
  static json to_json_value(std::optional<T>& value) {
    return value ? to_json_value(*value) : json();
  }
  template <class T>
  static json to_json_value(std::vector<T>& list) {
    json array = json::array();
    for (T& item : list) array.push_back(to_json_value(item));
    return array;
  }
  // Lists of pairs keep their order: that of declaration.
  template <class T>
  static json to_json_value(std::vector<std::pair<std::string, T>>& pairs) {
    json array = json::array();
    for (auto& [name, value] : pairs) array.push_back(json::array({name, to_json_value(value)}));
    return array;
  }
  template <class T>
  static json to_json_value(std::map<std::string, T>& map) {
    json result = json::object();
    for (auto& [name, value] : map) result[name] = to_json_value(value);
    return result;
  }
};

// ---------------------------------------------------------------- reading

class Reader {
 public:
  // `place` is where the object is, for messages; the first problem stays. `schema` is that of its trials.
  Reader(const json& object, std::string place, int schema, std::string& problem)
      : object_(object), place_(std::move(place)), schema_(schema), problem_(problem) {
    if (!object_.is_object()) complain(place_, "is not an object");
  }

  template <class T>
  void operator()(const char* name, T& value, int since = 1) {
    if (!problem_.empty()) return;
    const std::string place = place_.empty() ? name : place_ + "." + name;
    const auto found = object_.find(name);
    if (found == object_.end() && schema_ < since) return;  // it keeps its default
    if (found == object_.end()) return complain(place, "is missing");
    read(*found, value, place);
  }
  template <class T>
  void optional(const char* name, T& value) {
    if (object_.contains(name)) (*this)(name, value);
  }

 private:
  void complain(const std::string& place, const char* what) {
    if (problem_.empty()) problem_ = fmt::format("`{}` {}", place.empty() ? "the record" : place, what);
  }

  void read(const json& value, std::string& out, const std::string& place) {
    if (!value.is_string()) return complain(place, "is not a text");
    out = value.get<std::string>();
  }
  void read(const json& value, bool& out, const std::string& place) {
    if (!value.is_boolean()) return complain(place, "is not true or false");
    out = value.get<bool>();
  }
  void read(const json& value, double& out, const std::string& place) {
    if (value.is_null()) {
      out = std::numeric_limits<double>::quiet_NaN();
    } else if (value.is_number()) {
      out = value.get<double>();
    } else {
      complain(place, "is not a number");
    }
  }
  template <class T>
  std::enable_if_t<std::is_integral_v<T>> read(const json& value, T& out, const std::string& place) {
    if (!value.is_number_integer()) return complain(place, "is not an integer");
    const bool fits = value.is_number_unsigned() ? std::in_range<T>(value.get<std::uint64_t>())
                                                 : std::in_range<T>(value.get<std::int64_t>());
    if (!fits) return complain(place, "is out of range");
    out = value.get<T>();
  }
  void read(const json& value, Shape& out, const std::string& place) {
    std::vector<std::int64_t> sizes;
    read(value, sizes, place);
    out = Shape(std::move(sizes));
  }
  void read(const json& value, TrialStatus& out, const std::string& place) {
    for (const TrialStatus status : kAllStatuses) {
      if (value == status_word(status)) {
        out = status;
        return;
      }
    }
    complain(place, "is not a status");
  }
  void read(const json& value, Verdict& out, const std::string& place) {
    for (const Verdict verdict : kAllVerdicts) {
      if (value == verdict_word(verdict)) {
        out = verdict;
        return;
      }
    }
    complain(place, "is not a verdict");
  }
  void read(const json& value, Direction& out, const std::string& place) {
    if (value != "higher" && value != "lower") return complain(place, "is neither higher nor lower");
    out = value == "higher" ? Direction::Higher : Direction::Lower;
  }
  void read(const json& value, ParameterValue& out, const std::string& place) {
    if (value.is_number_unsigned() && value.get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max()) {
      complain(place, "is out of range");
    } else if (value.is_number_integer()) {
      out = value.get<std::int64_t>();
    } else if (value.is_number_float() || value.is_null()) {
      double number = 0;
      read(value, number, place);
      out = number;
    } else if (value.is_boolean()) {
      out = value.get<bool>();
    } else if (value.is_string()) {
      out = value.get<std::string>();
    } else {
      complain(place, "is not a value");
    }
  }
  template <class T>
  void read(const json& value, std::optional<T>& out, const std::string& place) {
    if (value.is_null()) return;
    read(value, out.emplace(), place);
  }
  template <class T>
  void read(const json& value, std::vector<T>& out, const std::string& place) {
    if (!value.is_array()) return complain(place, "is not a list");
    for (std::size_t i = 0; i < value.size() && problem_.empty(); ++i) {
      read(value[i], out.emplace_back(), fmt::format("{}[{}]", place, i));
    }
  }
  template <class T>
  void read(const json& value, std::pair<std::string, T>& out, const std::string& place) {
    if (!value.is_array() || value.size() != 2) return complain(place, "is not a pair");
    read(value[0], out.first, place);
    read(value[1], out.second, place);
  }
  template <class T>
  void read(const json& value, std::map<std::string, T>& out, const std::string& place) {
    if (!value.is_object()) return complain(place, "is not an object");
    for (const auto& [name, item] : value.items()) read(item, out[name], place + "." + name);
  }
  template <class T>
  auto read(const json& value, T& out, const std::string& place) -> decltype(fields(*this, out)) {
    Reader inner(value, place, schema_, problem_);
    if (problem_.empty()) fields(inner, out);
  }

  const json& object_;
  std::string place_;
  int schema_;
  std::string& problem_;
};

Failure damaged(std::string message) {
  return Failure{std::move(message), "run the file again with `nnc run`"};
}

// What the types do not say but readers of a record rely on.
std::string inconsistency(const RunRecord& record) {
  for (const SampleImages& images : record.samples) {
    constexpr int kMaxSide = 1 << 15;
    if (images.height < 0 || images.width < 0 || images.channels < 0 || images.height > kMaxSide ||
        images.width > kMaxSide || images.channels > kMaxSide) {
      return "has images of an impossible size";
    }
    const std::uint64_t bytes =
        std::uint64_t(images.height) * std::uint64_t(images.width) * std::uint64_t(images.channels);
    for (const auto& pixels : images.pixels) {
      if (pixels.size() != bytes) return "has images whose pixels do not fill them";
    }
    if (images.labels.size() != images.pixels.size() || images.class_names.size() != images.pixels.size()) {
      return "has images without labels";
    }
  }
  return {};
}

}  // namespace

const char* status_word(TrialStatus status) {
  switch (status) {
    case TrialStatus::Done:
      return "done";
    case TrialStatus::Failed:
      return "failed";
    case TrialStatus::Diverged:
      return "diverged";
    case TrialStatus::Cached:
      return "cached";
  }
  return "failed";
}

const char* verdict_word(Verdict verdict) {
  switch (verdict) {
    case Verdict::Supported:
      return "supported";
    case Verdict::Refuted:
      return "refuted";
    case Verdict::Inconclusive:
      return "inconclusive";
  }
  return "inconclusive";
}

std::string trial_record_json(const TrialRecord& trial) {
  TrialRecord copy = trial;
  json written = Writer::to_json_value(copy);
  written[kSchemaField] = kTrialSchema;
  return json_text(written, -1);
}

Result<TrialRecord> read_trial_record(const std::string& json_text) {
  const json parsed = json::parse(json_text, nullptr, false);
  if (parsed.is_discarded()) return damaged("the record is damaged: it is not JSON");
  // Trials that say nothing are of the first schema, which did not say so.
  const auto schema = parsed.is_object() ? parsed.find(kSchemaField) : parsed.end();
  if (schema != parsed.end() && !schema->is_number_integer())
    return damaged("the record is damaged: `schema` is not an integer");
  TrialRecord trial;
  std::string problem;
  Reader reader(parsed, "", schema == parsed.end() ? 1 : schema->get<int>(), problem);
  if (problem.empty()) fields(reader, trial);
  if (!problem.empty()) return damaged(fmt::format("the record is damaged: {}", problem));
  return trial;
}

std::string record_json(const RunRecord& record) {
  RunRecord copy = record;  // the lists of fields serve both directions and so take what can be changed
  return json_text(Writer::to_json_value(copy), -1);
}

Result<RunRecord> read_record(const std::string& json_text) {
  const json parsed = json::parse(json_text, nullptr, false);
  if (parsed.is_discarded()) return damaged("the record is damaged: it is not JSON");
  const auto schema = parsed.is_object() ? parsed.find(kSchemaField) : parsed.end();
  if (!parsed.is_object() || schema == parsed.end() || !schema->is_number_integer()) {
    return damaged("the record is not one that nnc wrote: it has no `schema`");
  }
  if (*schema != kRecordSchema) {
    return damaged(
        fmt::format("the record is from another version of nnc: its schema is {}, this one knows {}",
                    schema->dump(), kRecordSchema));
  }
  RunRecord record;
  std::string problem;
  Reader reader(parsed, "", kTrialSchema, problem);
  fields(reader, record);
  if (!problem.empty()) return damaged(fmt::format("the record is damaged: {}", problem));
  if (problem = inconsistency(record); !problem.empty()) {
    return damaged(fmt::format("the record is damaged: it {}", problem));
  }
  return record;
}

}  // namespace nnc::rt
