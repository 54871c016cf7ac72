// For the tests of the verbs that know a store: a folder with a small data set and a program, real files
// beside those in memory. Trials take milliseconds.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/data_files.hpp"
#include "tests/unit/driver_world.hpp"

namespace nnc::test {

// Three trials on one way, and one that is equal to the second of them.
inline constexpr const char* kSmallStudy = R"(
data small = idx("{folder}") { scale: unit }

model net(rate: float = 0.2) {
  flatten
  dense(8, relu)
  dropout(rate)
  dense(3, softmax)
}

recipe quick {
  loss: cross_entropy
  optimizer: adam(lr: 0.01)
  batch: 10
  epochs: 2
  metrics: [accuracy]
}

experiment epochs {
  sweep n in [1, 2, 3]
  train net on small with quick { epochs: n }
}

experiment again { train net on small with quick }
)";

struct StudyWorld : World {
  TemporaryFolder folder;

  StudyWorld() {
    write_small_dataset(folder, 40, 12, 3, false);
    env.read_file = [this](const std::string& path) {
      const auto found = files.find(path);
      return found == files.end() ? real_env(nullptr).read_file(path) : Result<std::string>(found->second);
    };
    write("study.nn", kSmallStudy);
  }

  [[nodiscard]] std::string path(const std::string& name) const { return folder.path() + "/" + name; }
  [[nodiscard]] bool exists(const std::string& name) const { return std::filesystem::exists(path(name)); }

  // A program, with parts of it replaced: {"batch: 10", "batch: 20"}.
  void write(const std::string& name, std::string text,
             const std::vector<std::pair<std::string, std::string>>& changes = {}) {
    for (const auto& [old, with] : changes) text.replace(text.find(old), old.size(), with);
    const std::string place = "{folder}";
    if (const std::size_t at = text.find(place); at != std::string::npos)
      text.replace(at, place.size(), folder.path());
    files[path(name)] = text;
  }
  void change(const std::string& name, const std::vector<std::pair<std::string, std::string>>& changes) {
    write(name, kSmallStudy, changes);
  }

  // A command about a program of the folder; what it prints is in `out` and `err`.
  int ask(const std::string& verb, const std::string& program, std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{verb, path(program)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    out.str("");
    err.str("");
    return World::run(std::move(arguments));
  }
  // Trains a program, with output in `runs`, and gives its results.
  nlohmann::json train(const std::string& program, std::vector<std::string> more = {}) {
    more.insert(more.end(), {"--out", path("runs"), "--json"});
    const int exit_code = ask("run", program, std::move(more));
    nlohmann::json results = nlohmann::json::parse(out.str(), nullptr, false);
    results["exit_code"] = exit_code;
    return results;
  }
  nlohmann::json ask_json(const std::string& verb, const std::string& program,
                          std::vector<std::string> more = {}) {
    more.emplace_back("--json");
    ask(verb, program, std::move(more));
    return nlohmann::json::parse(out.str(), nullptr, false);
  }
};

// Of trials, in their order.
inline std::vector<std::string> statuses(const nlohmann::json& results) {
  std::vector<std::string> words;
  for (const auto& trial : results["trials"]) words.push_back(trial["status"]);
  return words;
}

inline std::vector<std::string> weights(const nlohmann::json& results) {
  std::vector<std::string> hashes;
  for (const auto& trial : results["trials"]) hashes.push_back(trial["weights_sha256"]);
  return hashes;
}

}  // namespace nnc::test
