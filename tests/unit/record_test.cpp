// Records: the contract of results.json, record.json there and back, damaged records, whole files.
#include "runtime/record/record.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "compiler/plan/result_fields.hpp"
#include "tests/unit/data_files.hpp"

using namespace nnc;
using namespace nnc::rt;
using nlohmann::json;

namespace {

RunRecord example() {
  TrialRecord trial;
  trial.id = "00ff";
  trial.experiment = "epochs";
  trial.params = {{"n", std::int64_t{25}}, {"a", 0.5}, {"flag", true}, {"list", std::string("[256, 128]")}};
  trial.seed = std::numeric_limits<std::uint64_t>::max();
  trial.fold = 3;
  trial.refit = true;
  trial.identity = "feed";
  trial.identity_fields = {{"seed", "1"}, {"batch", "32"}};
  trial.base = "ba5e";
  trial.state = "57a7e";
  trial.model = "ann";
  trial.data = "fashion";
  trial.loss = "cross_entropy";
  trial.optimizer = "adam";
  trial.schedule = "cosine(final: 0)";
  trial.batch = 32;
  trial.parameters = 203530;
  trial.epochs = 25;
  trial.kept_epoch = 22;
  trial.steps_trained = 46875;
  trial.metrics = {{"test.accuracy", 0.8885}, {"test.roc_auc", std::nan("")}, {"train.loss", 0.15}};
  trial.history = {{"train.loss", {0.5, INFINITY, 0.1 + 0.2}}, {"valid.accuracy", {0.25, 0.5, 0.75}}};
  trial.samples = {{"train", 48000}, {"valid", 12000}};
  trial.predictions = {{"valid", "0123"}};
  trial.directions = {{"accuracy", Direction::Higher}, {"log_loss", Direction::Lower}};
  trial.seconds_train = 11.9;
  trial.seconds_evaluate = 0.1;
  trial.weights_sha256 = "abcd";
  trial.weights_file = "4567";
  trial.layers = {{"dense_1", "dense", "dense(256, relu)", 1, Shape{kBatch, 256}, 200960, 4}};
  TrialRecord second;
  second.id = "1";
  second.status = TrialStatus::Diverged;
  second.reason = "the loss is not finite at step 7";

  RunRecord record;
  record.file = "study.nn";
  record.nnc_version = "0.1.0";
  record.source_text = "# \"quoted\" \xc3\xa9\n";
  record.command = "nnc run study.nn";
  record.machine = "two cores";
  record.date = "2024-01-01T00:00:00Z";
  record.seconds = 12.5;
  record.store = ".nnc";
  record.work = {44, 40, 3, 46, 1035, 430, 46875, 123'456};
  record.data = {{"fashion", "/data", 60000, 10000, Shape{28, 28, 1}, {"a", "b"}, "minmax", "ef"}};
  record.trials = {trial, second};
  record.selections = {{"epochs", "valid.accuracy", {{"n", std::int64_t{25}}, {"a", 0.5}}, 0.895, 0.01}};
  record.claims = {{"more helps", "epochs[n: 50].valid.accuracy > 0.9", Verdict::Refuted, "p = 0.01"}};
  record.problems = {"no point of `grid` could be selected"};
  record.smoke = true;
  record.samples = {{"fashion", false, 1, 2, 1, {{0, 255}, {7, 8}}, {1, 0}, {"b", "a"}}};
  return record;
}

std::string content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string refusal(const std::string& text) {
  const Result<RunRecord> record = read_record(text);
  REQUIRE_FALSE(record.ok());
  CHECK_FALSE(record.failure().hint.empty());
  return record.failure().message;
}

}  // namespace

TEST_CASE("a trial that is kept says of which schema it is, and without it is of the first", "[record]") {
  const TrialRecord trial = example().trials[0];
  json kept = json::parse(trial_record_json(trial));
  CHECK(kept["schema"] == kTrialSchema);
  CHECK(trial_record_json(read_trial_record(kept.dump()).value()) == trial_record_json(trial));
  kept.erase("schema");
  CHECK(read_trial_record(kept.dump()).value().identity == "feed");
  kept["schema"] = "first";
  CHECK_FALSE(read_trial_record(kept.dump()).ok());
  // Trials in record.json are of its own schema.
  CHECK_FALSE(json::parse(record_json(example()))["trials"][0].contains("schema"));
}

TEST_CASE("a trial that is kept is read without the fields that came after it", "[record]") {
  // No trial was ever of schema 0: all fields came after it.
  const TrialRecord trial = read_trial_record(R"({"schema": 0, "identity": "feed"})").value();
  CHECK(trial.identity == "feed");
  CHECK(trial.epochs == TrialRecord().epochs);
  // What is as old as the record is missed.
  json kept = json::parse(trial_record_json(example().trials[0]));
  kept.erase("epochs");
  CHECK_FALSE(read_trial_record(kept.dump()).ok());
}

TEST_CASE("a trial of a newer nnc is read without what is not known of it", "[record]") {
  json kept = json::parse(trial_record_json(example().trials[0]));
  kept["schema"] = kTrialSchema + 1;
  kept["of_another_age"] = {1, 2};
  CHECK(trial_record_json(read_trial_record(kept.dump()).value()) == trial_record_json(example().trials[0]));
}

TEST_CASE("results.json calls results what programs call them", "[record]") {
  const json trial = json::parse(results_json(example()))["trials"][0];
  for (const ResultFieldInfo& field : result_fields()) {
    CAPTURE(std::string(field.name));
    if (field.name == "seconds_per_epoch") continue;  // seconds.train / epochs
    const std::size_t part = field.name.find('_');
    const bool is_time = field.form == NumberForm::Seconds && part != std::string_view::npos;
    CHECK((is_time ? trial["seconds"].contains(field.name.substr(part + 1)) : trial.contains(field.name)));
  }
}

TEST_CASE("results.json keeps the names of the contract", "[record]") {
  const json results = json::parse(results_json(example()));
  CHECK(results["schema"] == 1);
  CHECK(results["file"] == "study.nn");
  CHECK(results["nnc"] == "0.1.0");
  CHECK(results["seconds"] == 12.5);
  CHECK(results["store"] == ".nnc");
  CHECK(results["work"] ==
        json::parse(R"({"declared": 44, "distinct": 40, "known": 3, "stages": 46, "epochs_declared": 1035,
      "epochs_planned": 430, "steps_trained": 46875, "memory_bytes": 123456})"));
  CHECK(results["selections"] == json::parse(R"([{"experiment": "epochs", "by": "valid.accuracy",
      "params": {"n": 25, "a": 0.5}, "score": 0.895, "deviation": 0.01}])"));
  CHECK(results["claims"] ==
        json::parse(R"([{"text": "more helps", "verdict": "refuted", "evidence": "p = 0.01",
      "condition": "epochs[n: 50].valid.accuracy > 0.9"}])"));
  CHECK(results["problems"] == json{"no point of `grid` could be selected"});
  CHECK(results["smoke"] == true);
  REQUIRE(results["trials"].size() == 2);
  const json& trial = results["trials"][0];
  CHECK(trial["id"] == "00ff");
  CHECK(trial["experiment"] == "epochs");
  CHECK(trial["params"] == json{{"n", 25}, {"a", 0.5}, {"flag", true}, {"list", "[256, 128]"}});
  CHECK(trial["seed"] == std::numeric_limits<std::uint64_t>::max());
  CHECK(trial["fold"] == 3);
  CHECK(trial["refit"] == true);
  CHECK(trial["identity"] == "feed");
  CHECK(trial["samples"] == json{{"train", 48000}, {"valid", 12000}});
  CHECK(trial["history"]["valid.accuracy"] == json{0.25, 0.5, 0.75});
  CHECK(trial["status"] == "done");
  CHECK(trial["parameters"] == 203530);
  CHECK(trial["epochs"] == 25);
  CHECK(trial["metrics"]["test.accuracy"] == 0.8885);
  CHECK(trial["seconds"] == json{{"train", 11.9}, {"evaluate", 0.1}});
  CHECK(trial["weights_sha256"] == "abcd");
  CHECK(trial["weights_file"] == "4567");
  CHECK(trial["predictions"] == json{{"valid", "0123"}});
  CHECK(trial["kept_epoch"] == 22);
  CHECK(trial["steps_trained"] == 46875);
  CHECK_FALSE(trial.contains("reason"));
  CHECK(results["trials"][1]["status"] == "diverged");
  CHECK(results["trials"][1]["fold"].is_null());
  CHECK(results["trials"][1]["reason"] == "the loss is not finite at step 7");
}

TEST_CASE("a run without selections, claims and problems has empty lists and no word of the rest",
          "[record]") {
  const json results = json::parse(results_json(RunRecord{}));
  CHECK(results["selections"] == json::array());
  CHECK(results["claims"] == json::array());
  CHECK_FALSE(results.contains("smoke"));
  CHECK_FALSE(results.contains("problems"));
}

TEST_CASE("numbers that are not finite are null", "[record]") {
  const json results = json::parse(results_json(example()));
  CHECK(results["trials"][0]["metrics"]["test.roc_auc"].is_null());
  CHECK(results["trials"][0]["history"]["train.loss"][1].is_null());
}

TEST_CASE("equal records give equal text, with sorted keys", "[record]") {
  CHECK(results_json(example()) == results_json(example()));
  const std::string text = results_json(example());
  CHECK(text.find("\"claims\"") < text.find("\"data\""));
  CHECK(text.find("\"selections\"") < text.find("\"trials\""));
}

TEST_CASE("text that is not UTF-8 does not break a record", "[record]") {
  RunRecord record = example();
  record.source_text = "\xff\xfe";
  CHECK(json::parse(results_json(record)).is_object());
  CHECK(read_record(record_json(record)).ok());
}

TEST_CASE("record.json reads back as it was", "[record]") {
  const std::string text = record_json(example());
  const Result<RunRecord> record = read_record(text);
  REQUIRE(record.ok());
  CHECK(record_json(record.value()) == text);
  const TrialRecord& trial = record.value().trials.at(0);
  CHECK(trial.params == example().trials[0].params);  // in order, with their types
  CHECK(trial.fold == 3);
  CHECK_FALSE(record.value().trials[1].fold.has_value());
  CHECK(std::isnan(trial.metrics.at("test.roc_auc")));
  CHECK(trial.history.at("train.loss")[2] == 0.1 + 0.2);  // every digit
  CHECK(trial.directions == example().trials[0].directions);
  CHECK(trial.layers.at(0).call == "dense(256, relu)");
  CHECK(trial.layers.at(0).output == Shape{kBatch, 256});
  CHECK(trial.samples == example().trials[0].samples);
  CHECK(trial.predictions == example().trials[0].predictions);
  CHECK(trial.identity_fields == example().trials[0].identity_fields);
  CHECK(trial.state == "57a7e");
  CHECK(trial.kept_epoch == 22);
  CHECK(trial.refit);
  CHECK(record.value().selections.at(0).params == example().selections[0].params);
  CHECK(record.value().claims.at(0).verdict == Verdict::Refuted);
  CHECK(record.value().smoke);
  CHECK(record.value().samples.at(0).pixels == example().samples[0].pixels);
  CHECK(record.value().source_text == example().source_text);
}

TEST_CASE("a record cut off anywhere is refused", "[record]") {
  const std::string text = record_json(example());
  for (std::size_t length = 0; length + 2 < text.size(); length += 7) refusal(text.substr(0, length));
}

TEST_CASE("foreign and newer records are refused", "[record]") {
  CHECK_THAT(refusal(""), Catch::Contains("not JSON"));
  CHECK_THAT(refusal("\x1f\x8b"), Catch::Contains("not JSON"));
  CHECK_THAT(refusal("[]"), Catch::Contains("schema"));
  CHECK_THAT(refusal("{}"), Catch::Contains("schema"));
  CHECK_THAT(refusal(R"({"schema": "one"})"), Catch::Contains("schema"));
  for (const char* const schema : {"0", "1", "2", "4", "-1", "18446744073709551615"}) {
    const std::string message = refusal(R"({"schema": )" + std::string(schema) + "}");
    CHECK_THAT(message,
               Catch::Contains("another version") && Catch::Contains("schema is " + std::string(schema)));
  }
  CHECK_THAT(refusal(R"({"schema": 3})"), Catch::Contains("missing"));
  refusal(std::string(1 << 20, '['));
}

TEST_CASE("what older records do not have comes back where it is there", "[record]") {
  TrialRecord trial = example().trials[0];
  const std::string older = trial_record_json(trial);
  CHECK(older.find("\"date\"") == std::string::npos);
  REQUIRE(read_trial_record(older).ok());
  CHECK(read_trial_record(older).value().rates.empty());
  trial.date = "2026-11-26T09:44:00Z";
  trial.rates = {1, 0.5};
  const Result<TrialRecord> read = read_trial_record(trial_record_json(trial));
  REQUIRE(read.ok());
  CHECK(read.value().date == trial.date);
  CHECK(read.value().rates == trial.rates);
}

TEST_CASE("every field that is missing or of another kind is named", "[record]") {
  const json whole = json::parse(record_json(example()));
  const auto check_all = [&](const json::json_pointer& place) {
    for (const auto& [key, value] : whole.at(place).items()) {
      json missing = whole;
      missing.at(place).erase(key);
      if (key != "schema") CHECK_THAT(refusal(missing.dump()), Catch::Contains(key));
      json other = whole;
      other.at(place)[key] = json{{"surprise", true}};
      if (key != "schema") CHECK_THAT(refusal(other.dump()), Catch::Contains(key));
    }
  };
  check_all(json::json_pointer(""));
  check_all(json::json_pointer("/trials/0"));
  check_all(json::json_pointer("/trials/0/layers/0"));
  check_all(json::json_pointer("/work"));
  check_all(json::json_pointer("/data/0"));
  check_all(json::json_pointer("/selections/0"));
  check_all(json::json_pointer("/claims/0"));
  check_all(json::json_pointer("/samples/0"));
}

TEST_CASE("values out of range and images that do not fit are refused", "[record]") {
  const auto with = [](const char* place, const json& value) {
    json changed = json::parse(record_json(example()));
    changed.at(json::json_pointer(place)) = value;
    return refusal(changed.dump());
  };
  CHECK_THAT(with("/samples/0/pixels/0/0", 256), Catch::Contains("out of range"));
  CHECK_THAT(with("/trials/0/batch", 1.5), Catch::Contains("integer"));
  CHECK_THAT(with("/trials/0/batch", 18446744073709551615U), Catch::Contains("out of range"));
  CHECK_THAT(with("/trials/0/seed", -1), Catch::Contains("out of range"));
  CHECK_THAT(with("/trials/0/status", "perfect"), Catch::Contains("status"));
  CHECK_THAT(with("/claims/0/verdict", "proven"), Catch::Contains("verdict"));
  CHECK_THAT(with("/trials/0/fold", 1e10), Catch::Contains("integer"));
  CHECK_THAT(with("/trials/0/samples/train", true), Catch::Contains("integer"));
  CHECK_THAT(with("/samples/0/height", 1000000), Catch::Contains("impossible"));
  CHECK_THAT(with("/samples/0/height", 2), Catch::Contains("pixels"));
  CHECK_THAT(with("/samples/0/labels", json::array()), Catch::Contains("labels"));
}

TEST_CASE("a file is written whole, readable, and replaces what was there", "[record]") {
  const test::TemporaryFolder folder;
  const std::string path = folder.path() + "/results.json";
  REQUIRE(write_file_atomically(path, "old").ok());
  const std::string content(3 << 20, 'x');
  REQUIRE(write_file_atomically(path, content).ok());
  CHECK(content_of(path) == content);
  struct stat facts {};
  REQUIRE(::stat(path.c_str(), &facts) == 0);
  const mode_t mask = ::umask(0);
  ::umask(mask);
  CHECK((facts.st_mode & 0777) == (0666 & ~mask));
  // Nothing temporary stays.
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("what killed programs left of a file goes away when it is written, and nothing else", "[record]") {
  namespace fs = std::filesystem;
  const test::TemporaryFolder folder;
  const auto make = [&](const std::string& name, bool old) {
    const std::string path = folder.path() + "/" + name;
    std::ofstream(path) << "x";
    if (old) fs::last_write_time(path, fs::file_time_type::clock::now() - std::chrono::hours(1));
    return path;
  };
  const std::string left = make(".tmp-report.md-aB3xYz", true);
  const std::vector<std::string> stay = {
      make(".tmp-report.md-Qw4rTy", false),  // another program writes it now
      make(".tmp-results.json-aB3xYz", true), make(".tmp-report.md-mine.txt", true),
      make("report.md.backup", true)};
  REQUIRE(write_file_atomically(folder.path() + "/report.md", "text").ok());
  CHECK_FALSE(fs::exists(left));
  for (const std::string& path : stay) CHECK(fs::exists(path));
}

TEST_CASE("a file that cannot be written leaves the old one and nothing else", "[record]") {
  const test::TemporaryFolder folder;
  const Status missing = write_file_atomically(folder.path() + "/no/where", "x");
  REQUIRE_FALSE(missing.ok());
  CHECK_THAT(missing.failure().message, Catch::Contains("/no/where"));
  std::filesystem::create_directory(folder.path() + "/taken");
  std::filesystem::create_directory(folder.path() + "/taken/inner");
  CHECK_FALSE(write_file_atomically(folder.path() + "/taken", "x").ok());
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}
